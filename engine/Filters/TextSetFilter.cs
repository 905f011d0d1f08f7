using System.Collections.Immutable;
using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>One of a set of texts.</summary>
internal sealed unsafe class TextSetFilter : ScanFilter, IPointFilter
{
    private readonly byte[][] _texts;
    private readonly ulong[] _keys;

    // Open addressing over the execution hash; a slot holds a text's number plus one.
    private readonly int[] _slots;

    /// <summary>Creates the filter.</summary>
    public TextSetFilter(int column, ImmutableArray<byte[]> texts) : base(column)
    {
        _texts = [.. texts];
        _keys = [.. _texts.Select(t => ZoneKey.OfText(t)).Order()];
        _slots = new int[BitOperations.RoundUpToPowerOf2((uint)_texts.Length * 2)];
        for (int i = 0; i < _texts.Length; i++)
        {
            int slot = (int)Hashing.OfBytes(_texts[i]) & (_slots.Length - 1);
            while (_slots[slot] != 0) slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = i + 1;
        }
    }

    public bool MayPass(IPointTest test) => _texts.Any(t => test.MayContain(t));

    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        foreach (ulong key in _keys)
        {
            if (key >= zone.Min && key <= zone.Max) return ZoneMatch.Some;
        }
        return ZoneMatch.None;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Utf8View* texts = (Utf8View*)values.Data;
        for (int i = 0; i < count; i++)
        {
            if (Kernels.Bitmap.IsSet(mask, i) && !Contains(texts[i].Span)) mask[i >> 6] &= ~(1UL << i);
        }
    }

    private bool Contains(ReadOnlySpan<byte> text)
    {
        int slot = (int)Hashing.OfBytes(text) & (_slots.Length - 1);
        for (; _slots[slot] != 0; slot = (slot + 1) & (_slots.Length - 1))
        {
            if (text.SequenceEqual(_texts[_slots[slot] - 1])) return true;
        }
        return false;
    }
}

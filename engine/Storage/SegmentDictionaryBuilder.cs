using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Collects the distinct texts of a column while its blocks arrive, giving each a code in order of arrival.
/// </summary>
internal sealed unsafe class SegmentDictionaryBuilder(MemoryAccount account, HyperLogLog sketch) : IDisposable
{
    private readonly Arena _texts = new(account, 1 << 16);
    private readonly List<Utf8View> _entries = [];
    private readonly List<uint> _hashes = [];

    // Open addressing; a slot holds an entry's number plus one.
    private int[] _slots = new int[1 << 10];

    /// <summary>Number of distinct texts.</summary>
    public int Count => _entries.Count;

    /// <summary>Bytes of the distinct texts.</summary>
    public long TextBytes { get; private set; }

    /// <summary>One text by its code.</summary>
    public Utf8View this[int code] => _entries[code];

    /// <summary>Writes the code of each row; NULL rows repeat the one before. Returns the bytes of all texts.</summary>
    public long Add(Utf8View* texts, ulong* validity, int count, uint* codes)
    {
        long bytes = 0;
        uint previous = 0;
        for (int i = 0; i < count; i++)
        {
            if (validity is not null && !Bitmap.IsSet(validity, i))
            {
                codes[i] = previous;
                continue;
            }
            bytes += texts[i].Length;
            // Texts that were copied once (of a dictionary or a constant) are the same by address.
            bool isSame = i > 0 && texts[i].Pointer == texts[i - 1].Pointer && texts[i].Length == texts[i - 1].Length &&
                (validity is null || Bitmap.IsSet(validity, i - 1));
            if (!isSame) previous = Find(texts[i]);
            codes[i] = previous;
        }
        return bytes;
    }

    /// <summary>The texts in byte order, and for each code its place there.</summary>
    public (Utf8View[] Sorted, int[] Ranks) Sort()
    {
        Utf8View[] sorted = [.. _entries];
        int[] order = new int[sorted.Length];
        for (int i = 0; i < order.Length; i++) order[i] = i;
        sorted.AsSpan().Sort(order, static (x, y) => x.CompareTo(y));
        int[] ranks = new int[order.Length];
        for (int rank = 0; rank < order.Length; rank++) ranks[order[rank]] = rank;
        return (sorted, ranks);
    }

    /// <inheritdoc/>
    public void Dispose() => _texts.Dispose();

    private uint Find(in Utf8View text)
    {
        uint hash = (uint)(Hashing.OfBytes(text.Pointer, text.Length) >> 32);
        int mask = _slots.Length - 1;
        int slot = (int)hash & mask;
        while (_slots[slot] != 0)
        {
            int entry = _slots[slot] - 1;
            if (_hashes[entry] == hash && _entries[entry].SameAs(text)) return (uint)entry;
            slot = (slot + 1) & mask;
        }
        _entries.Add(text.Length == 0 ? default : new Utf8View(_texts.Copy(text.Span), text.Length));
        _hashes.Add(hash);
        TextBytes += text.Length;
        sketch.Add(SketchHash.OfText(text.Span));
        _slots[slot] = _entries.Count;
        if (_entries.Count * 2 > _slots.Length) Grow();
        return (uint)_entries.Count - 1;
    }

    private void Grow()
    {
        int[] slots = new int[BitOperations.RoundUpToPowerOf2((uint)_slots.Length * 2)];
        int mask = slots.Length - 1;
        for (int entry = 0; entry < _entries.Count; entry++)
        {
            int slot = (int)_hashes[entry] & mask;
            while (slots[slot] != 0) slot = (slot + 1) & mask;
            slots[slot] = entry + 1;
        }
        _slots = slots;
    }
}

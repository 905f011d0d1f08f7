using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Texts that contain given bytes. Texts that lie one after the other are searched as one.</summary>
internal sealed unsafe class TextContainsFilter(int column, byte[] needle) : ScanFilter(column)
{
    private const int MaxTogether = Batch.MaxRows;

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) =>
        needle.Length == 0 ? ZoneMatch.All : ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Utf8View* texts = (Utf8View*)values.Data;
        if (count is > 1 and <= MaxTogether)
        {
            uint* offsets = stackalloc uint[MaxTogether + 1];
            if (TryFindOffsets(texts, count, offsets))
            {
                ulong* found = stackalloc ulong[MaxTogether / 64];
                SubstringSearch.Mark(texts[0].Pointer, offsets, count, needle, found);
                Kernels.Bitmap.And(mask, found, count);
                return;
            }
        }
        for (int i = 0; i < count; i++)
        {
            if (!Kernels.Bitmap.IsSet(mask, i)) continue;
            if (texts[i].Span.IndexOf(needle) < 0) mask[i >> 6] &= ~(1UL << i);
        }
    }

    /// <summary>Where each text begins behind the first, when each begins where the one before ends.</summary>
    private static bool TryFindOffsets(Utf8View* texts, int count, uint* offsets)
    {
        byte* start = texts[0].Pointer;
        long end = 0;
        for (int i = 0; i < count; i++)
        {
            if (texts[i].Pointer != start + end) return false;
            offsets[i] = (uint)end;
            end += texts[i].Length;
        }
        offsets[count] = (uint)end;
        return end <= int.MaxValue;
    }
}

using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>A range of texts in byte order; one text when both bounds are the same.</summary>
internal sealed unsafe class TextRangeFilter(
    int column, byte[]? lower, byte[]? upper, bool includesLower, bool includesUpper)
    : ScanFilter(column), IPointFilter
{
    /// <summary>The one text that passes; null for other ranges.</summary>
    public byte[]? EqualTo { get; } =
        lower is not null && upper is not null && includesLower && includesUpper && lower.AsSpan().SequenceEqual(upper)
            ? lower : null;

    public bool MayPass(IPointTest test) => EqualTo is null || test.MayContain(EqualTo);

    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        // Keys are prefixes, so texts with the bound's key may lie on either side of it.
        if (lower is not null && zone.Max < ZoneKey.OfText(lower)) return ZoneMatch.None;
        if (upper is not null && zone.Min > ZoneKey.OfText(upper)) return ZoneMatch.None;
        bool isAboveLower = lower is null || zone.Min > ZoneKey.OfText(lower);
        bool isBelowUpper = upper is null || zone.Max < ZoneKey.OfText(upper);
        return isAboveLower && isBelowUpper ? ZoneMatch.All : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Utf8View* texts = (Utf8View*)values.Data;
        fixed (byte* from = lower)
        fixed (byte* to = upper)
        {
            if (EqualTo is not null)
            {
                Utf8View wanted = new(from, lower!.Length);
                for (int i = 0; i < count; i++)
                {
                    if (!texts[i].SameAs(wanted)) mask[i >> 6] &= ~(1UL << i);
                }
                return;
            }
            Utf8View low = new(from, lower?.Length ?? 0), high = new(to, upper?.Length ?? 0);
            for (int i = 0; i < count; i++)
            {
                if (!Kernels.Bitmap.IsSet(mask, i)) continue;
                bool passes = true;
                if (lower is not null)
                {
                    int order = texts[i].CompareTo(low);
                    passes = order > 0 || (order == 0 && includesLower);
                }
                if (passes && upper is not null)
                {
                    int order = texts[i].CompareTo(high);
                    passes = order < 0 || (order == 0 && includesUpper);
                }
                if (!passes) mask[i >> 6] &= ~(1UL << i);
            }
        }
    }
}

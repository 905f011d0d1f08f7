using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>A range of intervals by their length.</summary>
internal sealed unsafe class IntervalRangeFilter(
    int column, Int128? lower, Int128? upper, bool includesLower, bool includesUpper) : ScanFilter(column)
{
    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        if (Passes(zone.Min) && Passes(zone.Max)) return ZoneMatch.All;
        bool isAbove = lower is { } low && (includesLower ? zone.Max < low : zone.Max <= low);
        bool isBelow = upper is { } high && (includesUpper ? zone.Min > high : zone.Min >= high);
        return isAbove || isBelow ? ZoneMatch.None : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Interval* intervals = (Interval*)values.Data;
        for (int i = 0; i < count; i++)
        {
            if (!Passes(intervals[i].Span)) mask[i >> 6] &= ~(1UL << i);
        }
    }

    private bool Passes(Int128 span) =>
        (lower is not { } low || (includesLower ? span >= low : span > low)) &&
        (upper is not { } high || (includesUpper ? span <= high : span < high));
}

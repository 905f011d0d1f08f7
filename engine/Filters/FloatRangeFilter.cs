using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>A range of floats, ordered as PostgreSQL orders them: NaN is above all others, -0 equals 0.</summary>
internal sealed unsafe class FloatRangeFilter(
    int column, double? lower, double? upper, bool includesLower, bool includesUpper) : ScanFilter(column)
{
    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        Int128 low = lower is { } l ? ZoneKey.OfDouble(l) + (includesLower ? 0 : 1) : Int128.MinValue;
        Int128 high = upper is { } u ? ZoneKey.OfDouble(u) - (includesUpper ? 0 : 1) : Int128.MaxValue;
        if (low > high || zone.Min > high || zone.Max < low) return ZoneMatch.None;
        return zone.Min >= low && zone.Max <= high ? ZoneMatch.All : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        switch (values.Lane)
        {
            case PhysicalType.Float64:
                if (lower is { } from) AndLower((double*)values.Data, from, includesLower, count, mask);
                if (upper is { } to) AndUpper((double*)values.Data, to, includesUpper, count, mask);
                break;
            case PhysicalType.Float32:
                AndSingles((float*)values.Data, count, mask);
                break;
            default:
                throw Invariant.Unreachable($"a float filter on {values.Type}");
        }
    }

    /// <summary>
    /// Bounds between two floats move to the next one inside, which then is included: the answer is that of comparing
    /// as doubles.
    /// </summary>
    private void AndSingles(float* values, int count, ulong* mask)
    {
        if (lower is { } from)
        {
            float bound = (float)from;
            bool isExact = bound == from || double.IsNaN(from);
            if (!isExact && bound < from) bound = MathF.BitIncrement(bound);
            AndLower(values, bound, includesLower || !isExact, count, mask);
        }
        if (upper is { } to)
        {
            float bound = (float)to;
            bool isExact = bound == to || double.IsNaN(to);
            if (!isExact && bound > to) bound = MathF.BitDecrement(bound);
            AndUpper(values, bound, includesUpper || !isExact, count, mask);
        }
    }

    private static void AndLower<T>(T* values, T bound, bool includes, int count, ulong* mask)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (includes) Comparison.Mask<T, IsFloatGreaterOrEqual<T>>(values, bound, count, mask, and: true);
        else Comparison.Mask<T, IsFloatGreater<T>>(values, bound, count, mask, and: true);
    }

    private static void AndUpper<T>(T* values, T bound, bool includes, int count, ulong* mask)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (includes) Comparison.Mask<T, IsFloatLessOrEqual<T>>(values, bound, count, mask, and: true);
        else Comparison.Mask<T, IsFloatLess<T>>(values, bound, count, mask, and: true);
    }
}

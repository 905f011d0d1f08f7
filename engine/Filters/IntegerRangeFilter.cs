using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>first &lt;= value &lt;= last, of anything that is kept as an integer.</summary>
internal sealed unsafe class IntegerRangeFilter(int column, Int128 first, Int128 last)
    : ScanFilter(column), IIntegerFilter, IPointFilter
{
    public bool Passes(Int128 value) => value >= first && value <= last;

    public bool MayPass(IPointTest test) => first != last || test.MayContain(first);

    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        if (zone.Min > last || zone.Max < first) return ZoneMatch.None;
        return zone.Min >= first && zone.Max <= last ? ZoneMatch.All : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Int128 add = values.Base;
        switch (values.Lane)
        {
            case PhysicalType.Int8: And(values.Data, sbyte.MinValue, sbyte.MaxValue, add, count, mask); break;
            case PhysicalType.Int16: And((ushort*)values.Data, short.MinValue, short.MaxValue, add, count, mask); break;
            case PhysicalType.Int32: And((uint*)values.Data, int.MinValue, int.MaxValue, add, count, mask); break;
            case PhysicalType.Int64: And((ulong*)values.Data, long.MinValue, long.MaxValue, add, count, mask); break;
            case PhysicalType.UInt8: And(values.Data, 0, byte.MaxValue, add, count, mask); break;
            case PhysicalType.UInt16: And((ushort*)values.Data, 0, ushort.MaxValue, add, count, mask); break;
            case PhysicalType.UInt32: And((uint*)values.Data, 0, uint.MaxValue, add, count, mask); break;
            case PhysicalType.UInt64: And((ulong*)values.Data, 0, ulong.MaxValue, add, count, mask); break;
            case PhysicalType.Int128: AndWide((Int128*)values.Data, count, mask); break;
            default: throw Invariant.Unreachable($"an integer filter on {values.Type}");
        }
    }

    /// <summary>The bounds moved to the lane: a comparison of offsets, or of values of the lane's own sign.</summary>
    private void And<T>(T* lane, Int128 least, Int128 most, Int128 add, int count, ulong* mask)
        where T : unmanaged, IBinaryInteger<T>, IUnsignedNumber<T>
    {
        // The sums stay inside 128 bits, since both sides are compared before they are subtracted.
        Int128 from = first <= least + add ? least : first > most + add ? most + 1 : first - add;
        Int128 to = last >= most + add ? most : last < least + add ? least - 1 : last - add;
        if (from > to) Kernels.Bitmap.Clear(mask, count);
        else if (from > least || to < most)
        {
            Comparison.RangeMask(lane, T.CreateTruncating(from), T.CreateTruncating(to - from), count, mask, and: true);
        }
    }

    private void AndWide(Int128* values, int count, ulong* mask)
    {
        for (int w = 0; w < count; w += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, count - w);
            for (int i = 0; i < n; i++) word |= (values[w + i] >= first && values[w + i] <= last ? 1UL : 0) << i;
            mask[w >> 6] &= word;
        }
    }
}

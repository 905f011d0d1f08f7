using System.Collections.Immutable;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Any of several conditions on one column.</summary>
internal sealed unsafe class OrFilter(int column, ImmutableArray<ScanFilter> filters)
    : ScanFilter(column), IIntegerFilter
{
    public override bool IsApproximate => filters.Any(f => f.IsApproximate);

    public override bool PassesNull => filters.Any(f => f.PassesNull);

    public bool CanTest => filters.All(f => f is IIntegerFilter { CanTest: true });

    public bool Passes(Int128 value) => filters.Any(f => ((IIntegerFilter)f).Passes(value));

    public override void AndInto(ColumnVector vector, ulong* mask)
    {
        if (!PassesNull)
        {
            base.AndInto(vector, mask);
            return;
        }
        // NULL may pass by one of the conditions: each looks at the whole vector.
        int words = Kernels.Bitmap.WordCount(vector.Count);
        ulong* any = stackalloc ulong[words], one = stackalloc ulong[words];
        Kernels.Bitmap.Clear(any, vector.Count);
        foreach (ScanFilter filter in filters)
        {
            Kernels.Bitmap.Fill(one, vector.Count);
            filter.AndInto(vector, one);
            Kernels.Bitmap.Or(any, one, vector.Count);
        }
        Kernels.Bitmap.And(mask, any, vector.Count);
    }

    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        ZoneMatch best = ZoneMatch.None;
        foreach (ScanFilter filter in filters)
        {
            ZoneMatch match = filter.Check(zone);
            if (match > best) best = match;
        }
        return best;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        int words = Kernels.Bitmap.WordCount(count);
        ulong[] scratch = new ulong[words * 2];
        fixed (ulong* any = scratch)
        {
            ulong* one = any + words;
            foreach (ScanFilter filter in filters)
            {
                Kernels.Bitmap.Fill(one, count);
                filter.AndElements(values, count, one);
                Kernels.Bitmap.Or(any, one, count);
            }
            Kernels.Bitmap.And(mask, any, count);
        }
    }
}

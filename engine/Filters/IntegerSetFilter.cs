using System.Collections.Frozen;
using System.Collections.Immutable;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>One of a set of integers.</summary>
internal sealed unsafe class IntegerSetFilter : ScanFilter, IIntegerFilter, IPointFilter
{
    /// <summary>So many comparisons of a whole vector beat a look-up per row.</summary>
    private const int FewValues = 8;

    private readonly ImmutableArray<Int128> _values;
    private readonly FrozenSet<long> _set;
    private readonly ScanFilter? _few;

    /// <summary>Creates the filter.</summary>
    public IntegerSetFilter(int column, ImmutableArray<Int128> values) : base(column)
    {
        _values = [.. values.Distinct().Order()];
        _set = _values.Where(v => v >= long.MinValue && v <= long.MaxValue).Select(v => (long)v).ToFrozenSet();
        if (_values.Length <= FewValues)
        {
            _few = new OrFilter(column, [.. _values.Select(v => (ScanFilter)new IntegerRangeFilter(column, v, v))]);
        }
    }

    public bool Passes(Int128 value) => _values.BinarySearch(value) >= 0;

    public bool MayPass(IPointTest test) => _values.Any(test.MayContain);

    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        // The first value at or above the smallest must be at or below the largest.
        int at = _values.BinarySearch(zone.Min);
        if (at < 0) at = ~at;
        if (at == _values.Length || _values[at] > zone.Max) return ZoneMatch.None;
        return zone.Min == zone.Max ? ZoneMatch.All : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        if (_few is not null) _few.AndElements(values, count, mask);
        else IntegerLanes.And(values, count, mask, new Test(_set, _values));
    }

    private readonly struct Test(FrozenSet<long> set, ImmutableArray<Int128> values) : IIntegerTest
    {
        public bool Passes(long value) => set.Contains(value);

        public bool Passes(Int128 value) => values.BinarySearch(value) >= 0;
    }
}

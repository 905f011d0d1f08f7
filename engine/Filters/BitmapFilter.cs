using ColFrag.Engine.Errors;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// Semi-join on integers by a bitmap over the range of the keys: the build side of a dense join, in the scan.
/// </summary>
internal sealed unsafe class BitmapFilter : ScanFilter, IIntegerFilter
{
    private readonly Int128 _first;
    private readonly long _bitCount;
    private readonly ulong[] _bits;

    /// <summary>Creates the filter.</summary>
    public BitmapFilter(int column, Int128 first, long bitCount, ulong[] bits) : base(column)
    {
        Invariant.Holds(bitCount >= 0 && bits.LongLength >= (bitCount + 63) / 64);
        _first = first;
        _bitCount = bitCount;
        _bits = bits;
    }

    public bool Passes(Int128 value) =>
        value >= _first && Offset(value) < (UInt128)_bitCount && IsSet(_bits, (ulong)Offset(value));

    private protected override ZoneMatch CheckBounds(in ZoneRange zone)
    {
        if (zone.Max < _first || (zone.Min >= _first && Offset(zone.Min) >= (UInt128)_bitCount)) return ZoneMatch.None;
        // Short ranges are looked at: clustered keys that were filtered away skip whole zones.
        UInt128 from = Offset(Int128.Max(zone.Min, _first)), to =
            UInt128.Min(Offset(zone.Max), (UInt128)(_bitCount - 1));
        if (to - from > 1 << 16) return ZoneMatch.Some;
        bool isInside = zone.Min >= _first && Offset(zone.Max) < (UInt128)_bitCount;
        bool any = false, all = isInside;
        for (ulong bit = (ulong)from; bit <= (ulong)to && (all || !any); bit++)
        {
            if (IsSet(_bits, bit)) any = true;
            else all = false;
        }
        return !any ? ZoneMatch.None : all ? ZoneMatch.All : ZoneMatch.Some;
    }

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        if (_first < long.MinValue || _first > long.MaxValue)
        {
            for (int i = 0; i < count; i++)
            {
                Int128 value = values.Base + VectorValues.LoadInteger(values.Data, values.Lane, i);
                if (!Passes(value)) mask[i >> 6] &= ~(1UL << i);
            }
            return;
        }
        IntegerLanes.And(values, count, mask, new Test((long)_first, (ulong)_bitCount, _bits));
    }

    /// <summary>The distance from the first key, of a value that is not below it: at most all of 128 bits.</summary>
    private UInt128 Offset(Int128 value) => (UInt128)value - (UInt128)_first;

    private static bool IsSet(ulong[] bits, ulong bit) => (bits[bit >> 6] >> (int)bit & 1) != 0;

    private readonly struct Test(long first, ulong bitCount, ulong[] bits) : IIntegerTest
    {
        public bool Passes(long value)
        {
            // Values below the first wrap to large offsets.
            ulong bit = (ulong)value - (ulong)first;
            return bit < bitCount && value >= first && IsSet(bits, bit);
        }

        public bool Passes(Int128 value) =>
            value >= first && (UInt128)value - (UInt128)(Int128)first < bitCount && IsSet(bits, (ulong)(value - first));
    }
}

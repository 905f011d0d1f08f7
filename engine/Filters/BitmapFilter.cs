using System.Runtime.CompilerServices;
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
        (bool any, bool all) = Look((ulong)from, (ulong)to);
        return !any ? ZoneMatch.None : all && isInside ? ZoneMatch.All : ZoneMatch.Some;
    }

    /// <summary>Whether any bit from one to another, both in, is set, and whether all are.</summary>
    private (bool Any, bool All) Look(ulong from, ulong to)
    {
        bool any = false, all = true;
        for (ulong word = from >> 6; word <= to >> 6 && (all || !any); word++)
        {
            ulong wanted = ulong.MaxValue;
            if (word == from >> 6) wanted &= ulong.MaxValue << (int)from;
            if (word == to >> 6) wanted &= ulong.MaxValue >> (63 - (int)(to & 63));
            any |= (_bits[word] & wanted) != 0;
            all &= (_bits[word] & wanted) == wanted;
        }
        return (any, all);
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
        // Whole vectors by gathered loads; the words left over one value at a time.
        int done = BitmapGather.And(values, count, mask, (long)_first, _bitCount, _bits);
        IntegerLanes.And(values, done, count, mask, new Test((long)_first, (ulong)_bitCount, _bits));
    }

    /// <summary>The distance from the first key, of a value that is not below it: at most all of 128 bits.</summary>
    private UInt128 Offset(Int128 value) => (UInt128)value - (UInt128)_first;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsSet(ulong[] bits, ulong bit) => (bits[bit >> 6] >> (int)bit & 1) != 0;

    private readonly struct Test(long first, ulong bitCount, ulong[] bits) : IIntegerTest
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
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

using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Filters;

/// <summary>
/// An integer that orders as the values of a type do, so that zone maps hold one kind of bound: integers, decimals,
/// dates and times are themselves; floats are their bits in total order (-0 is 0, NaN is the largest); intervals their
/// length; text and blobs their first eight bytes as a big-endian number, which several texts can share.
/// </summary>
internal static class ZoneKey
{
    /// <summary>The largest key of text: its upper bounds are rounded up to it when nothing is known.</summary>
    public static Int128 MaxText => ulong.MaxValue;

    /// <summary>True when different values always have different keys.</summary>
    public static bool IsExact(LogicalType type) => type.Physical is not
        (PhysicalType.Utf8 or PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array);

    /// <summary>True when the type has keys at all.</summary>
    public static bool Exists(LogicalType type) => type.Physical is not
        (PhysicalType.None or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array);

    /// <summary>The key of a value that is not NULL.</summary>
    public static Int128 Of(Value value) => value.Type.Physical switch
    {
        PhysicalType.Float32 or PhysicalType.Float64 => OfDouble(value.AsDouble),
        PhysicalType.Utf8 => OfText(value.AsBytes),
        PhysicalType.Interval => value.AsInterval.Span,
        _ => value.AsInteger,
    };

    /// <summary>The key of a float.</summary>
    public static long OfDouble(double value)
    {
        if (double.IsNaN(value)) return long.MaxValue;
        long bits = BitConverter.DoubleToInt64Bits(value + 0.0);
        return bits >= 0 ? bits : long.MinValue - bits;
    }

    /// <summary>The smallest and the largest key of floats, of which there is at least one.</summary>
    public static (long Min, long Max) BoundsOf(ReadOnlySpan<double> values)
    {
        long min = long.MaxValue, max = long.MinValue;
        int i = 0;
        if (Vector512.IsHardwareAccelerated && values.Length >= 8)
        {
            Vector512<long> low = Vector512.Create(min), high = Vector512.Create(max);
            for (; i <= values.Length - 8; i += 8)
            {
                Vector512<double> value = Vector512.Create(values.Slice(i, 8)) + Vector512<double>.Zero;
                Vector512<long> bits = value.AsInt64();
                Vector512<long> key = Vector512.ConditionalSelect(
                    Vector512.LessThan(bits, Vector512<long>.Zero), Vector512.Create(long.MinValue) - bits, bits);
                key = Vector512.ConditionalSelect(
                    Vector512.Equals(value, value).AsInt64(), key, Vector512.Create(long.MaxValue));
                low = Vector512.Min(low, key);
                high = Vector512.Max(high, key);
            }
            for (int lane = 0; lane < 8; lane++)
            {
                min = Math.Min(min, low[lane]);
                max = Math.Max(max, high[lane]);
            }
        }
        for (; i < values.Length; i++)
        {
            long key = OfDouble(values[i]);
            min = Math.Min(min, key);
            max = Math.Max(max, key);
        }
        return (min, max);
    }

    /// <summary>The float of a key.</summary>
    public static double ToDouble(long key) => key == long.MaxValue
        ? double.NaN : BitConverter.Int64BitsToDouble(key >= 0 ? key : long.MinValue - key);

    /// <summary>The key of a text.</summary>
    public static ulong OfText(ReadOnlySpan<byte> text)
    {
        if (text.Length >= sizeof(ulong)) return BinaryPrimitives.ReadUInt64BigEndian(text);
        ulong key = 0;
        for (int i = 0; i < text.Length; i++) key |= (ulong)text[i] << (56 - (8 * i));
        return key;
    }
}

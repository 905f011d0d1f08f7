using System.Buffers.Binary;
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

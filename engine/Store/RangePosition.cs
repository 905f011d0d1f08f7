using System.Buffers.Binary;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// The position of a row in a table cut by value: 64 bits that order as the values do, so that a range of positions is
/// a range of values. Values that differ only later share a position.
/// <code>
///   integers, DECIMAL, BOOLEAN   the unscaled number, held to 64 bits, plus 2^63
///   DATE, TIMESTAMP..., TIME     microseconds, held to 64 bits, plus 2^63
///   REAL, DOUBLE                 the bits of the double, all flipped where negative, else the first
///   VARCHAR, BLOB, JSON          the first eight bytes, filled up with zeros
///   ENUM, UUID                   the index; the upper half
///   NULL                         2^64 - 1, after all values
/// </code>
/// </summary>
internal static class RangePosition
{
    private const ulong NullPosition = ulong.MaxValue;

    public static ulong Of(Value value)
    {
        if (value.IsNull) return NullPosition;
        return value.Type.Physical switch
        {
            PhysicalType.Utf8 => OfBytes(value.AsBytes),
            PhysicalType.Float32 or PhysicalType.Float64 => OfFloat(value.AsDouble),
            PhysicalType.Interval => OfInteger(value.AsInterval.Span),
            _ => OfInteger(value.Type, value.AsInteger),
        };
    }

    public static ulong Of(ColumnVector vector, int row)
    {
        if (!vector.IsValid(row)) return NullPosition;
        return vector.Type.Physical switch
        {
            PhysicalType.Utf8 => OfBytes(vector.GetUtf8(row).Span),
            PhysicalType.Float32 or PhysicalType.Float64 => OfFloat(vector.GetDouble(row)),
            PhysicalType.Interval => OfInteger(vector.GetValue(row).AsInterval.Span),
            _ => OfInteger(vector.Type, vector.GetInteger(row)),
        };
    }

    private static ulong OfInteger(LogicalType type, Int128 number) => type.Kind switch
    {
        TypeKind.Uuid => (ulong)((UInt128)number >> 64),
        TypeKind.Date => OfInteger(number * 86_400_000_000L),
        TypeKind.TimestampSeconds => OfInteger(number * 1_000_000),
        TypeKind.TimestampMilliseconds => OfInteger(number * 1_000),
        TypeKind.TimestampNanoseconds => OfInteger(number >= 0 ? number / 1_000 : -((-number + 999) / 1_000)),
        _ => OfInteger(number),
    };

    private static ulong OfInteger(Int128 number) =>
        (ulong)(long)Int128.Clamp(number, long.MinValue, long.MaxValue) ^ (1UL << 63);

    private static ulong OfFloat(double number)
    {
        // NaN is the largest value; -0 equals 0.
        if (double.IsNaN(number)) return NullPosition - 1;
        ulong bits = BitConverter.DoubleToUInt64Bits(number == 0 ? 0 : number);
        return (bits >> 63) != 0 ? ~bits : bits | (1UL << 63);
    }

    private static ulong OfBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length >= 8) return BinaryPrimitives.ReadUInt64BigEndian(bytes);
        Span<byte> padded = stackalloc byte[8];
        padded.Clear();
        bytes.CopyTo(padded);
        return BinaryPrimitives.ReadUInt64BigEndian(padded);
    }
}

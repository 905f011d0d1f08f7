using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// Values of parameters as clients send them. Text is handed on as text: the statement's own cast, whose rules are
/// PostgreSQL's, reads it.
/// </summary>
internal static class PostgresParameters
{
    /// <summary>Reads one value of a known length.</summary>
    /// <exception cref="QueryException">22P03: the bytes are not of the type's binary form.</exception>
    public static Value Read(ReadOnlySpan<byte> bytes, LogicalType type, bool isBinary, int number)
    {
        if (!isBinary) return ReadText(bytes, number);
        try
        {
            return ReadBinary(bytes, type, number);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw Malformed(type, number);
        }
    }

    private static Value ReadText(ReadOnlySpan<byte> bytes, int number) =>
        System.Text.Unicode.Utf8.IsValid(bytes)
            ? Value.Bytes(LogicalType.Varchar, bytes.ToArray())
            : throw new QueryException("22021", $"Parameter is not UTF-8 text: ${number}");

    private static Value ReadBinary(ReadOnlySpan<byte> bytes, LogicalType type, int number)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                Expect(bytes, 1, type, number);
                return Value.Boolean(bytes[0] != 0);
            case TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.UTinyInt or TypeKind.Integer or TypeKind.USmallInt
                or TypeKind.BigInt or TypeKind.UInteger:
                return ReadInteger(bytes, type, number);
            case TypeKind.Real:
                Expect(bytes, 4, type, number);
                return Value.Float(type, BinaryPrimitives.ReadSingleBigEndian(bytes));
            case TypeKind.Double:
                if (bytes.Length == 4) return Value.Float(type, BinaryPrimitives.ReadSingleBigEndian(bytes));
                Expect(bytes, 8, type, number);
                return Value.Float(type, BinaryPrimitives.ReadDoubleBigEndian(bytes));
            case TypeKind.Varchar:
                return ReadText(bytes, number);
            case TypeKind.Json:
                // jsonb has a version byte in front.
                return ReadText(bytes is [1, ..] ? bytes[1..] : bytes, number);
            case TypeKind.Blob:
                return Value.Bytes(type, bytes.ToArray());
            case TypeKind.Date:
                Expect(bytes, 4, type, number);
                return Value.Integer(type, BinaryPrimitives.ReadInt32BigEndian(bytes) + (long)PostgresBinaryFormat.EpochDays);
            case TypeKind.Time:
                Expect(bytes, 8, type, number);
                return Value.Integer(type, BinaryPrimitives.ReadInt64BigEndian(bytes));
            case TypeKind.Timestamp or TypeKind.TimestampTz:
                return ReadTimestamp(bytes, type, number);
            case TypeKind.Interval:
                Expect(bytes, 16, type, number);
                return Value.OfInterval(new Interval(
                    BinaryPrimitives.ReadInt32BigEndian(bytes[12..]), BinaryPrimitives.ReadInt32BigEndian(bytes[8..]),
                    BinaryPrimitives.ReadInt64BigEndian(bytes)));
            case TypeKind.Uuid:
                Expect(bytes, 16, type, number);
                return Value.Integer(type, (Int128)(BinaryPrimitives.ReadUInt128BigEndian(bytes) ^ (UInt128.One << 127)));
            case TypeKind.Decimal or TypeKind.HugeInt or TypeKind.UBigInt:
                return Value.Text(ReadNumeric(bytes, type, number));
            case TypeKind.List:
                return ReadArray(bytes, type, number);
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported, $"Binary parameters of this type are not supported: ${number} {type}");
        }
    }

    private static Value ReadInteger(ReadOnlySpan<byte> bytes, LogicalType type, int number) => bytes.Length switch
    {
        1 => Value.Integer(type, (sbyte)bytes[0]),
        2 => Value.Integer(type, BinaryPrimitives.ReadInt16BigEndian(bytes)),
        4 => Value.Integer(type, BinaryPrimitives.ReadInt32BigEndian(bytes)),
        8 => Value.Integer(type, BinaryPrimitives.ReadInt64BigEndian(bytes)),
        _ => throw Malformed(type, number),
    };

    private static Value ReadTimestamp(ReadOnlySpan<byte> bytes, LogicalType type, int number)
    {
        Expect(bytes, 8, type, number);
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        bool isInfinite = microseconds is long.MaxValue or long.MinValue;
        return Value.Integer(type, isInfinite ? microseconds : checked(microseconds + PostgresBinaryFormat.EpochMicroseconds));
    }

    private static string ReadNumeric(ReadOnlySpan<byte> bytes, LogicalType type, int number)
    {
        if (bytes.Length < 8) throw Malformed(type, number);
        int digitCount = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        int weight = BinaryPrimitives.ReadInt16BigEndian(bytes[2..]);
        int sign = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        if (bytes.Length != 8 + (digitCount * 2) || weight is > 32 or < -32 || scale > 1000) throw Malformed(type, number);
        if (sign == 0xC000) return "NaN";
        BigInteger value = 0;
        for (int i = 0; i < digitCount; i++)
        {
            int digit = BinaryPrimitives.ReadInt16BigEndian(bytes[(8 + (i * 2))..]);
            if (digit is < 0 or > 9_999) throw Malformed(type, number);
            value = (value * 10_000) + digit;
        }
        // The digits stand for value x 10^exponent; the text has exactly scale digits after the point.
        int exponent = ((weight - digitCount + 1) * 4) + scale;
        value = exponent >= 0 ? value * BigInteger.Pow(10, exponent) : value / BigInteger.Pow(10, -exponent);
        string digits = value.ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string whole = digits[..^scale];
        return (sign == 0x4000 ? "-" : "") + (scale == 0 ? whole : $"{whole}.{digits[^scale..]}");
    }

    private static Value ReadArray(ReadOnlySpan<byte> bytes, LogicalType type, int number)
    {
        if (bytes.Length < 12) throw Malformed(type, number);
        int dimensions = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (dimensions == 0) return Value.Nested(type, []);
        if (dimensions != 1 || bytes.Length < 20) throw Malformed(type, number);
        int count = BinaryPrimitives.ReadInt32BigEndian(bytes[12..]);
        int position = 20;
        if (count < 0 || count > (bytes.Length - position) / 4) throw Malformed(type, number);
        ImmutableArray<Value>.Builder elements = ImmutableArray.CreateBuilder<Value>(count);
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length - position < 4) throw Malformed(type, number);
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[position..]);
            position += 4;
            if (length < 0)
            {
                elements.Add(Value.Null(type.Element!));
                continue;
            }
            if (length > bytes.Length - position) throw Malformed(type, number);
            elements.Add(ReadBinary(bytes.Slice(position, length), type.Element!, number));
            position += length;
        }
        return Value.Nested(type, elements.MoveToImmutable());
    }

    private static void Expect(ReadOnlySpan<byte> bytes, int length, LogicalType type, int number)
    {
        if (bytes.Length != length) throw Malformed(type, number);
    }

    private static QueryException Malformed(LogicalType type, int number) =>
        new("22P03", $"Incorrect binary data: parameter ${number} of type {type}");
}

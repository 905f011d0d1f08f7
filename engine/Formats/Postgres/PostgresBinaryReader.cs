using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Globalization;
using System.Numerics;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>Values in the binary format, as PostgreSQL's receive functions read them.</summary>
internal static class PostgresBinaryReader
{
    /// <summary>Reads one value. A NUMERIC comes as its text, which the statement's own cast reads.</summary>
    /// <param name="bytes">The value.</param>
    /// <param name="type">Its type.</param>
    /// <param name="place">What it is, for errors: <c>parameter $1</c>.</param>
    /// <exception cref="QueryException">22P03: the bytes are not of the type's binary form.</exception>
    public static Value Read(ReadOnlySpan<byte> bytes, LogicalType type, string place)
    {
        try
        {
            return ReadBinary(bytes, type, place);
        }
        catch (Exception error) when (error is ArgumentException or OverflowException)
        {
            throw Malformed(type, place);
        }
    }

    /// <summary>Reads text, checked.</summary>
    /// <exception cref="QueryException">22021: it is not UTF-8.</exception>
    public static Value ReadText(ReadOnlySpan<byte> bytes, string place) =>
        System.Text.Unicode.Utf8.IsValid(bytes)
            ? Value.Bytes(LogicalType.Varchar, bytes.ToArray())
            : throw new QueryException(SqlStates.CharacterNotInRepertoire, $"Not UTF-8 text: {place}");

    private static Value ReadBinary(ReadOnlySpan<byte> bytes, LogicalType type, string place)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                Expect(bytes, 1, type, place);
                return Value.Boolean(bytes[0] != 0);
            case TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.UTinyInt or TypeKind.Integer or TypeKind.USmallInt
                or TypeKind.BigInt or TypeKind.UInteger:
                return ReadInteger(bytes, type, place);
            case TypeKind.Real:
                Expect(bytes, 4, type, place);
                return Value.Float(type, BinaryPrimitives.ReadSingleBigEndian(bytes));
            case TypeKind.Double:
                if (bytes.Length == 4) return Value.Float(type, BinaryPrimitives.ReadSingleBigEndian(bytes));
                Expect(bytes, 8, type, place);
                return Value.Float(type, BinaryPrimitives.ReadDoubleBigEndian(bytes));
            case TypeKind.Varchar:
                return ReadText(bytes, place);
            case TypeKind.Json:
                // jsonb has a version byte in front.
                return ReadText(bytes is [1, ..] ? bytes[1..] : bytes, place);
            case TypeKind.Blob:
                return Value.Bytes(type, bytes.ToArray());
            case TypeKind.Date:
                Expect(bytes, 4, type, place);
                return Value.Integer(
                    type, BinaryPrimitives.ReadInt32BigEndian(bytes) + (long)PostgresBinaryFormat.EpochDays);
            case TypeKind.Time:
                Expect(bytes, 8, type, place);
                return Value.Integer(type, BinaryPrimitives.ReadInt64BigEndian(bytes));
            case TypeKind.Timestamp or TypeKind.TimestampTz:
                return ReadTimestamp(bytes, type, place);
            case TypeKind.Interval:
                Expect(bytes, 16, type, place);
                return Value.OfInterval(new Interval(
                    BinaryPrimitives.ReadInt32BigEndian(bytes[12..]), BinaryPrimitives.ReadInt32BigEndian(bytes[8..]),
                    BinaryPrimitives.ReadInt64BigEndian(bytes)));
            case TypeKind.Uuid:
                Expect(bytes, 16, type, place);
                return Value.Integer(
                    type, (Int128)(BinaryPrimitives.ReadUInt128BigEndian(bytes) ^ (UInt128.One << 127)));
            case TypeKind.TimeTz:
                Expect(bytes, 12, type, place);
                TimeWithZone time = new(
                    BinaryPrimitives.ReadInt64BigEndian(bytes), -BinaryPrimitives.ReadInt32BigEndian(bytes[8..]));
                return time.IsValid ? Value.Integer(type, time.Pack()) : throw Malformed(type, place);
            case TypeKind.Bit:
                int count = bytes.Length < 4 ? -1 : BinaryPrimitives.ReadInt32BigEndian(bytes);
                if (count < 0 || bytes.Length - 4 != ((long)count + 7) / 8) throw Malformed(type, place);
                return Value.Bytes(type, BitText.FromBytes(bytes[4..], count));
            case TypeKind.Decimal or TypeKind.HugeInt or TypeKind.UBigInt:
                return Value.Text(ReadNumeric(bytes, type, place));
            case TypeKind.List:
                return ReadArray(bytes, type, place);
            default:
                throw new QueryException(
                    SqlStates.FeatureNotSupported, $"This type has no binary form: {place}, {type}");
        }
    }

    private static Value ReadInteger(ReadOnlySpan<byte> bytes, LogicalType type, string place) => bytes.Length switch
    {
        1 => Value.Integer(type, (sbyte)bytes[0]),
        2 => Value.Integer(type, BinaryPrimitives.ReadInt16BigEndian(bytes)),
        4 => Value.Integer(type, BinaryPrimitives.ReadInt32BigEndian(bytes)),
        8 => Value.Integer(type, BinaryPrimitives.ReadInt64BigEndian(bytes)),
        _ => throw Malformed(type, place),
    };

    private static Value ReadTimestamp(ReadOnlySpan<byte> bytes, LogicalType type, string place)
    {
        Expect(bytes, 8, type, place);
        long microseconds = BinaryPrimitives.ReadInt64BigEndian(bytes);
        bool isInfinite = microseconds is long.MaxValue or long.MinValue;
        return Value.Integer(
            type, isInfinite ? microseconds : checked(microseconds + PostgresBinaryFormat.EpochMicroseconds));
    }

    private static string ReadNumeric(ReadOnlySpan<byte> bytes, LogicalType type, string place)
    {
        if (bytes.Length < 8) throw Malformed(type, place);
        int digitCount = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        int weight = BinaryPrimitives.ReadInt16BigEndian(bytes[2..]);
        int sign = BinaryPrimitives.ReadUInt16BigEndian(bytes[4..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]);
        if (bytes.Length != 8 + (digitCount * 2) || weight is > 32 or < -32 || scale > 1000) throw Malformed(
            type, place);
        if (sign == 0xC000) return "NaN";
        BigInteger value = 0;
        for (int i = 0; i < digitCount; i++)
        {
            int digit = BinaryPrimitives.ReadInt16BigEndian(bytes[(8 + (i * 2))..]);
            if (digit is < 0 or > 9_999) throw Malformed(type, place);
            value = (value * 10_000) + digit;
        }
        // The digits stand for value x 10^exponent; the text has exactly scale digits after the point.
        int exponent = ((weight - digitCount + 1) * 4) + scale;
        value = exponent >= 0 ? value * BigInteger.Pow(10, exponent) : value / BigInteger.Pow(10, -exponent);
        string digits = value.ToString(CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        string whole = digits[..^scale];
        return (sign == 0x4000 ? "-" : "") + (scale == 0 ? whole : $"{whole}.{digits[^scale..]}");
    }

    private static Value ReadArray(ReadOnlySpan<byte> bytes, LogicalType type, string place)
    {
        if (bytes.Length < 12) throw Malformed(type, place);
        int dimensions = BinaryPrimitives.ReadInt32BigEndian(bytes);
        if (dimensions == 0) return Value.Nested(type, []);
        if (dimensions != 1 || bytes.Length < 20) throw Malformed(type, place);
        int count = BinaryPrimitives.ReadInt32BigEndian(bytes[12..]);
        int position = 20;
        if (count < 0 || count > (bytes.Length - position) / 4) throw Malformed(type, place);
        ImmutableArray<Value>.Builder elements = ImmutableArray.CreateBuilder<Value>(count);
        for (int i = 0; i < count; i++)
        {
            if (bytes.Length - position < 4) throw Malformed(type, place);
            int length = BinaryPrimitives.ReadInt32BigEndian(bytes[position..]);
            position += 4;
            if (length < 0)
            {
                elements.Add(Value.Null(type.Element!));
                continue;
            }
            if (length > bytes.Length - position) throw Malformed(type, place);
            elements.Add(ReadBinary(bytes.Slice(position, length), type.Element!, place));
            position += length;
        }
        return Value.Nested(type, elements.MoveToImmutable());
    }

    private static void Expect(ReadOnlySpan<byte> bytes, int length, LogicalType type, string place)
    {
        if (bytes.Length != length) throw Malformed(type, place);
    }

    private static QueryException Malformed(LogicalType type, string place) =>
        new("22P03", $"Incorrect binary data: {place} of type {type}");
}

using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// The canonical bytes of a value of a distribution key. Equal values have equal bytes whatever numeric or time type
/// they come in, so that tables distributed by keys of one family can be joined in place, and a widened column keeps
/// its rows where they are.
/// <code>
///   NULL                      00
///   integers, DECIMAL         01, 1 scale without trailing zeros, 1 length, that many bytes of the number
///                             as the shortest two's complement, little-endian
///   REAL, DOUBLE              as an integer where the value is one below 2^127; else
///                             02, 8 bytes of the double; one NaN (7ff8000000000000)
///   VARCHAR, JSON, ENUM       03, varint length, UTF-8 (of an ENUM its label)
///   BLOB                      04, varint length, bytes
///   DATE, TIMESTAMP...        05, 16 bytes nanoseconds since 1970
///   TIME                      06, 16 bytes nanoseconds since midnight
///   INTERVAL                  07, 16 bytes microseconds, a month as 30 days
///   UUID                      08, 16 bytes
///   BOOLEAN                   09, 1 byte
/// </code>
/// The bytes of several columns follow each other. The position is XXH64 with seed 0 of all.
/// </summary>
internal static class KeyPosition
{
    private const byte NullTag = 0, ExactTag = 1, FloatTag = 2, TextTag = 3, BlobTag = 4, TimestampTag = 5, TimeTag = 6,
        IntervalTag = 7, UuidTag = 8, BooleanTag = 9;

    private static readonly Int128 s_floatLimit = Int128.One << 126;

    /// <summary>True for the types that a key can have.</summary>
    public static bool IsSupported(LogicalType type) => !type.IsNested && type.Kind != TypeKind.Null;

    /// <summary>The position of a key, for pruning by values of a query.</summary>
    public static ulong Of(IReadOnlyList<Value> key)
    {
        using ByteWriter bytes = new(64);
        foreach (Value value in key) Append(bytes, value);
        return XxHash64.Hash(bytes.WrittenSpan);
    }

    /// <summary>Appends the canonical bytes of a value.</summary>
    public static void Append(ByteWriter target, Value value)
    {
        if (value.IsNull)
        {
            target.WriteByte(NullTag);
            return;
        }
        switch (value.Type.Physical)
        {
            case PhysicalType.Utf8: AppendBytes(target, value.Type, value.AsBytes); break;
            case PhysicalType.Float32 or PhysicalType.Float64: AppendFloat(target, value.AsDouble); break;
            case PhysicalType.Interval: AppendInterval(target, value.AsInterval); break;
            default: AppendInteger(target, value.Type, value.AsInteger); break;
        }
    }

    /// <summary>Appends the canonical bytes of a row of a vector.</summary>
    public static unsafe void Append(ByteWriter target, ColumnVector vector, int row)
    {
        if (!vector.IsValid(row))
        {
            target.WriteByte(NullTag);
            return;
        }
        switch (vector.Type.Physical)
        {
            case PhysicalType.Utf8:
                AppendBytes(target, vector.Type, vector.GetUtf8(row).Span);
                break;
            case PhysicalType.Float32 or PhysicalType.Float64:
                AppendFloat(target, vector.GetDouble(row));
                break;
            case PhysicalType.Interval:
                AppendInterval(target, vector.GetValue(row).AsInterval);
                break;
            default:
                AppendInteger(target, vector.Type, vector.GetInteger(row));
                break;
        }
    }

    private static void AppendInteger(ByteWriter target, LogicalType type, Int128 number)
    {
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                target.WriteByte(BooleanTag);
                target.WriteByte((byte)number);
                break;
            case TypeKind.Decimal:
                AppendExact(target, number, type.Scale);
                break;
            case TypeKind.Enum:
                AppendBytes(target, LogicalType.Varchar, System.Text.Encoding.UTF8.GetBytes(type.Labels[(int)number]));
                break;
            case TypeKind.Uuid:
                target.WriteByte(UuidTag);
                target.WriteInt128(number);
                break;
            case TypeKind.Time:
                target.WriteByte(TimeTag);
                target.WriteInt128(number * NanosecondsPerUnit(type.Kind));
                break;
            case TypeKind.Date or (>= TypeKind.TimestampSeconds and <= TypeKind.TimestampTz):
                target.WriteByte(TimestampTag);
                target.WriteInt128(number * NanosecondsPerUnit(type.Kind));
                break;
            default:
                if (!type.IsInteger) throw Invariant.Unreachable($"a distribution key of type {type}");
                AppendExact(target, number, 0);
                break;
        }
    }

    private static long NanosecondsPerUnit(TypeKind kind) => kind switch
    {
        TypeKind.Date => 86_400_000_000_000,
        TypeKind.TimestampSeconds => 1_000_000_000,
        TypeKind.TimestampMilliseconds => 1_000_000,
        TypeKind.TimestampNanoseconds => 1,
        _ => 1_000,
    };

    private static void AppendExact(ByteWriter target, Int128 number, int scale)
    {
        while (scale > 0 && number % 10 == 0)
        {
            number /= 10;
            scale--;
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt128LittleEndian(bytes, number);
        byte sign = number < 0 ? (byte)0xFF : (byte)0;
        int length = 16;
        // The last byte kept must still show the sign.
        while (length > 1 && bytes[length - 1] == sign && (bytes[length - 2] & 0x80) == (sign & 0x80)) length--;
        target.WriteByte(ExactTag);
        target.WriteByte((byte)scale);
        target.WriteByte((byte)length);
        target.WriteBytes(bytes[..length]);
    }

    private static void AppendFloat(ByteWriter target, double number)
    {
        if (double.IsInteger(number) && Math.Abs(number) < (double)s_floatLimit * 2)
        {
            AppendExact(target, (Int128)number, 0);
            return;
        }
        target.WriteByte(FloatTag);
        target.WriteUInt64(double.IsNaN(number) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(number));
    }

    private static void AppendBytes(ByteWriter target, LogicalType type, ReadOnlySpan<byte> bytes)
    {
        target.WriteByte(type.Kind == TypeKind.Blob ? BlobTag : TextTag);
        target.WriteVarUInt64((ulong)bytes.Length);
        target.WriteBytes(bytes);
    }

    private static void AppendInterval(ByteWriter target, Interval interval)
    {
        target.WriteByte(IntervalTag);
        target.WriteInt128(interval.Span);
    }
}

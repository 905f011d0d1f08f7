using System.Buffers.Binary;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>
/// Values in the binary format: what PostgreSQL's send functions make. Big-endian; dates count from 2000-01-01.
/// </summary>
internal static class PostgresBinaryFormat
{
    /// <summary>Days from 1970-01-01 to 2000-01-01.</summary>
    public const int EpochDays = 10_957;

    /// <summary>The same in microseconds.</summary>
    public const long EpochMicroseconds = EpochDays * 86_400_000_000L;

    /// <summary>Writes one field, length first; what has no binary form goes as its text.</summary>
    public static void Write(ByteWriter target, ColumnVector column, int row)
    {
        int field = target.BeginField();
        if (!column.IsValid(row)) return;
        LogicalType type = column.Type;
        switch (type.Kind)
        {
            case TypeKind.Boolean:
                target.WriteByte((byte)column.GetInteger(row));
                break;
            case TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.UTinyInt:
                target.WriteBigInt16((int)column.GetInteger(row));
                break;
            case TypeKind.Integer or TypeKind.USmallInt:
                target.WriteBigInt32((int)column.GetInteger(row));
                break;
            case TypeKind.UInteger:
                target.WriteBigInt32((int)(uint)column.GetInteger(row));
                break;
            case TypeKind.BigInt:
                target.WriteBigInt64((long)column.GetInteger(row));
                break;
            case TypeKind.Double:
                target.WriteBigInt64(BitConverter.DoubleToInt64Bits(column.GetDouble(row)));
                break;
            case TypeKind.Real:
                target.WriteBigInt32(BitConverter.SingleToInt32Bits((float)column.GetDouble(row)));
                break;
            case TypeKind.Varchar or TypeKind.Json or TypeKind.Blob:
                target.WriteBytes(column.GetUtf8(row).Span);
                break;
            default:
                WriteValue(target, column.GetValue(row));
                break;
        }
        target.EndField(field);
    }

    /// <summary>Writes a value that is not NULL, without its length.</summary>
    private static void WriteValue(ByteWriter target, Value value)
    {
        switch (value.Type.Kind)
        {
            case TypeKind.Boolean: target.WriteByte(value.AsBoolean ? (byte)1 : (byte)0); break;
            case TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.UTinyInt: target.WriteBigInt16(
                (int)value.AsInteger); break;
            case TypeKind.Integer or TypeKind.USmallInt: target.WriteBigInt32((int)value.AsInteger); break;
            case TypeKind.UInteger: target.WriteBigInt32((int)(uint)value.AsInteger); break;
            case TypeKind.BigInt: target.WriteBigInt64((long)value.AsInteger); break;
            case TypeKind.Double: target.WriteBigInt64(BitConverter.DoubleToInt64Bits(value.AsDouble)); break;
            case TypeKind.Real: target.WriteBigInt32(BitConverter.SingleToInt32Bits((float)value.AsDouble)); break;
            case TypeKind.Varchar or TypeKind.Json or TypeKind.Blob: target.WriteBytes(value.AsBytes); break;
            case TypeKind.Date: target.WriteBigInt32((int)(value.AsInteger - EpochDays)); break;
            case TypeKind.Time: target.WriteBigInt64((long)value.AsInteger); break;
            case TypeKind.Timestamp or TypeKind.TimestampTz: WriteTimestamp(target, value.AsInteger); break;
            case TypeKind.TimestampSeconds: WriteTimestamp(target, value.AsInteger * 1_000_000); break;
            case TypeKind.TimestampMilliseconds: WriteTimestamp(target, value.AsInteger * 1_000); break;
            case TypeKind.TimestampNanoseconds: WriteTimestamp(target, value.AsInteger / 1_000); break;
            case TypeKind.Interval:
                target.WriteBigInt64(value.AsInterval.Microseconds);
                target.WriteBigInt32(value.AsInterval.Days);
                target.WriteBigInt32(value.AsInterval.Months);
                break;
            case TypeKind.Uuid:
                BinaryPrimitives.WriteUInt128BigEndian(
                    target.Append(16), (UInt128)value.AsInteger ^ (UInt128.One << 127));
                break;
            case TypeKind.HugeInt or TypeKind.UBigInt or TypeKind.Decimal:
                WriteNumeric(target, value.AsInteger, value.Type.Scale);
                break;
            case TypeKind.TimeTz:
                TimeWithZone time = TimeWithZone.Unpack((long)value.AsInteger);
                target.WriteBigInt64(time.Microseconds);
                target.WriteBigInt32(-time.OffsetSeconds);
                break;
            case TypeKind.Bit:
                target.WriteBigInt32(value.AsBytes.Length);
                target.WriteBytes(BitText.ToBytes(value.AsBytes));
                break;
            case TypeKind.List or TypeKind.Array:
                WriteArray(target, value);
                break;
            default:
                byte[] text = System.Text.Encoding.UTF8.GetBytes(PostgresTextFormat.Format(value, MomentText.Iso));
                target.WriteBytes(text);
                break;
        }
    }

    /// <summary>A timestamp as it is sent: counted from 2000-01-01, the infinities as they are.</summary>
    /// <exception cref="QueryException">22008: it has no form there.</exception>
    public static long MovedTimestamp(long microseconds)
    {
        if (microseconds is long.MaxValue or long.MinValue) return microseconds;
        return microseconds >= long.MinValue + EpochMicroseconds
            ? microseconds - EpochMicroseconds
            : throw new QueryException(
                SqlStates.DatetimeOverflow, "Timestamp out of range for the client's format");
    }

    private static void WriteTimestamp(ByteWriter target, Int128 microseconds)
    {
        Int128 moved = microseconds - EpochMicroseconds;
        if (microseconds == long.MaxValue || microseconds == long.MinValue) moved = microseconds;
        if (moved < long.MinValue || moved > long.MaxValue)
        {
            throw new QueryException(SqlStates.DatetimeOverflow, "Timestamp out of range for the client's format");
        }
        target.WriteBigInt64((long)moved);
    }

    /// <summary>
    /// NUMERIC: number of base-10000 digits, weight of the first, sign, digits after the point, then the digits.
    /// Source: numeric_send in PostgreSQL's numeric.c.
    /// </summary>
    private static void WriteNumeric(ByteWriter target, Int128 unscaled, int scale)
    {
        UInt128 rest = unscaled < 0 ? (UInt128)(-unscaled) : (UInt128)unscaled;
        int padding = (4 - (scale % 4)) % 4;
        Span<short> digits = stackalloc short[16];
        int count = 0;
        UInt128 low = rest;
        int fractionGroups = (scale + padding) / 4;
        UInt128 factor = 1;
        for (int i = 0; i < padding; i++) factor *= 10;
        if (scale > 0 && padding > 0)
        {
            // The last group holds 4 - padding digits of the value and zeros behind them.
            UInt128 power = 10_000 / factor;
            digits[count++] = (short)(low % power * factor);
            low /= power;
        }
        while (low > 0)
        {
            digits[count++] = (short)(low % 10_000);
            low /= 10_000;
        }
        int trailing = 0;
        while (trailing < count && digits[trailing] == 0) trailing++;
        int weight = count - fractionGroups - 1;
        int digitCount = count - trailing;
        target.WriteBigInt16(digitCount);
        target.WriteBigInt16(digitCount == 0 ? 0 : weight);
        target.WriteBigInt16(unscaled < 0 ? 0x4000 : 0);
        target.WriteBigInt16(scale);
        for (int i = count - 1; i >= trailing; i--) target.WriteBigInt16(digits[i]);
    }

    private static void WriteArray(ByteWriter target, Value value)
    {
        LogicalType element = value.Type.Element!;
        target.WriteBigInt32(value.Elements.IsEmpty ? 0 : 1);
        target.WriteBigInt32(value.Elements.Any(e => e.IsNull) ? 1 : 0);
        target.WriteBigInt32(PostgresTypes.Of(element).Id);
        if (value.Elements.IsEmpty) return;
        target.WriteBigInt32(value.Elements.Length);
        target.WriteBigInt32(value.Type.IsCatalogVector ? 0 : 1);
        foreach (Value item in value.Elements)
        {
            int field = target.BeginField();
            if (item.IsNull) continue;
            WriteValue(target, item);
            target.EndField(field);
        }
    }
}

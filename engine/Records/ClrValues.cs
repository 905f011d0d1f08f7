using System.Collections;
using System.Collections.Immutable;
using System.Data;
using System.Globalization;
using System.Numerics;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Records;

/// <summary>Values of the database as CLR objects, and the other way round.</summary>
internal static class ClrValues
{
    private static readonly DateOnly s_epochDay = new(1970, 1, 1);

    // ---- To the CLR ------------------------------------------------------------------------------------------------

    /// <summary>The value as its column's CLR type; NULL is <see cref="DBNull"/>.</summary>
    public static object ToClr(Value value, bool isBasic)
    {
        if (value.IsNull) return DBNull.Value;
        object full = ToFull(value);
        if (!isBasic) return full;
        return value.Type.Kind switch
        {
            TypeKind.HugeInt => (decimal)(Int128)full,
            TypeKind.Date => ((DateOnly)full).ToDateTime(TimeOnly.MinValue),
            TypeKind.Time or TypeKind.Interval or TypeKind.Blob or TypeKind.Uuid or TypeKind.List or TypeKind.Array
                or TypeKind.Struct or TypeKind.Map => value.ToString(),
            _ => full,
        };
    }

    private static object ToFull(Value value) => value.Type.Kind switch
    {
        TypeKind.Boolean => value.AsBoolean,
        TypeKind.TinyInt => (sbyte)value.AsInteger,
        TypeKind.SmallInt => (short)value.AsInteger,
        TypeKind.Integer => (int)value.AsInteger,
        TypeKind.BigInt => (long)value.AsInteger,
        TypeKind.HugeInt => value.AsInteger,
        TypeKind.UTinyInt => (byte)value.AsInteger,
        TypeKind.USmallInt => (ushort)value.AsInteger,
        TypeKind.UInteger => (uint)value.AsInteger,
        TypeKind.UBigInt => (ulong)value.AsInteger,
        TypeKind.Decimal => ToDecimal(value.AsInteger, value.Type.Scale),
        TypeKind.Real => (float)value.AsDouble,
        TypeKind.Double => value.AsDouble,
        TypeKind.Date => s_epochDay.AddDays((int)value.AsInteger),
        TypeKind.Time => new TimeOnly((long)value.AsInteger * TimeSpan.TicksPerMicrosecond),
        TypeKind.TimestampTz => ToDateTime(value.AsInteger, DateTimeKind.Utc),
        TypeKind.Timestamp => ToDateTime(value.AsInteger, DateTimeKind.Unspecified),
        TypeKind.TimestampSeconds => ToDateTime(value.AsInteger * 1_000_000, DateTimeKind.Unspecified),
        TypeKind.TimestampMilliseconds => ToDateTime(value.AsInteger * 1_000, DateTimeKind.Unspecified),
        TypeKind.TimestampNanoseconds =>
            new DateTime(DateTime.UnixEpoch.Ticks + (long)(value.AsInteger / 100), DateTimeKind.Unspecified),
        TypeKind.Interval => ToTimeSpan(value.AsInterval),
        TypeKind.Blob => value.AsBytes.ToArray(),
        TypeKind.Uuid => new Guid(ToBigEndian((UInt128)value.AsInteger ^ (UInt128.One << 127)), bigEndian: true),
        TypeKind.List or TypeKind.Array => value.Elements.Select(e => e.IsNull ? null : ToFull(e)).ToArray(),
        TypeKind.Struct => ToFields(value),
        TypeKind.Map => ToEntries(value),
        TypeKind.Varchar or TypeKind.Json or TypeKind.Bit => value.AsText,
        _ => value.ToString(),
    };

    private static byte[] ToBigEndian(UInt128 bits)
    {
        byte[] bytes = new byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return bytes;
    }

    private static decimal ToDecimal(Int128 unscaled, int scale)
    {
        BigInteger whole = unscaled;
        // A decimal has 28 digits behind its point and 96 bits; what is too long and ends in zeros still fits.
        while (scale > 0 && (scale > 28 || BigInteger.Abs(whole) > new BigInteger(decimal.MaxValue)))
        {
            (BigInteger quotient, BigInteger rest) = BigInteger.DivRem(whole, 10);
            if (!rest.IsZero) break;
            (whole, scale) = (quotient, scale - 1);
        }
        if (scale > 28 || BigInteger.Abs(whole) > new BigInteger(decimal.MaxValue))
        {
            throw new OverflowException(
                "The DECIMAL has more digits than System.Decimal: use GetString, or cast it in the statement.");
        }
        decimal magnitude = (decimal)BigInteger.Abs(whole);
        int[] bits = decimal.GetBits(magnitude);
        return new decimal(bits[0], bits[1], bits[2], whole.Sign < 0, (byte)scale);
    }

    private static DateTime ToDateTime(Int128 microseconds, DateTimeKind kind)
    {
        if (microseconds == long.MaxValue) return DateTime.SpecifyKind(DateTime.MaxValue, kind);
        if (microseconds == long.MinValue) return DateTime.SpecifyKind(DateTime.MinValue, kind);
        return new DateTime(
            checked(DateTime.UnixEpoch.Ticks + ((long)microseconds * TimeSpan.TicksPerMicrosecond)), kind);
    }

    private static TimeSpan ToTimeSpan(Interval interval) => interval.Months == 0
        ? new TimeSpan((interval.Days * TimeSpan.TicksPerDay) + (interval.Microseconds * TimeSpan.TicksPerMicrosecond))
        : throw new InvalidCastException("An interval with months has no length: read it with GetString.");

    private static Dictionary<string, object?> ToFields(Value value)
    {
        Dictionary<string, object?> fields = new(StringComparer.OrdinalIgnoreCase);
        ImmutableArray<Field> names = value.Type.Fields;
        for (int i = 0; i < names.Length; i++) fields[names[i].Name] = value.Elements[i].IsNull ? null
            : ToFull(value.Elements[i]);
        return fields;
    }

    private static Dictionary<object, object?> ToEntries(Value value) => value.Elements.ToDictionary(
        entry => ToFull(entry.Elements[0]), entry => entry.Elements[1].IsNull ? null
            : (object?)ToFull(entry.Elements[1]));

    // ---- From the CLR ----------------------------------------------------------------------------------------------

    /// <summary>How <see cref="DbType"/> names the type of an object.</summary>
    public static DbType DbTypeOf(object? value) => FromClr(value) is { IsNull: false } known
        ? ClrTypes.DbTypeOf(known.Type)
        : DbType.Object;

    /// <summary>
    /// The object as a value of the database. Text has no type of its own: it takes that of its place, as a literal
    /// does.
    /// </summary>
    /// <exception cref="NotSupportedException">No type of the database is like the object's.</exception>
    public static Value FromClr(object? value) => value switch
    {
        null or DBNull => Value.Null(LogicalType.Varchar),
        Value known => known,
        string text => Value.Text(text),
        char letter => Value.Text(letter.ToString()),
        char[] letters => Value.Text(new string(letters)),
        bool truth => Value.Boolean(truth),
        sbyte number => Value.Integer(LogicalType.TinyInt, number),
        short number => Value.Integer(LogicalType.SmallInt, number),
        int number => Value.Integer(LogicalType.Integer, number),
        long number => Value.BigInt(number),
        byte number => Value.Integer(LogicalType.UTinyInt, number),
        ushort number => Value.Integer(LogicalType.USmallInt, number),
        uint number => Value.Integer(LogicalType.UInteger, number),
        ulong number => Value.Integer(LogicalType.UBigInt, number),
        Int128 number => Value.Integer(LogicalType.HugeInt, number),
        UInt128 number => Value.Integer(LogicalType.HugeInt, checked((Int128)number)),
        BigInteger number => Value.Integer(LogicalType.HugeInt, checked((Int128)number)),
        float number => Value.Float(LogicalType.Real, number),
        double number => Value.Float(LogicalType.Double, number),
        Half number => Value.Float(LogicalType.Real, (float)number),
        decimal number => FromDecimal(number),
        DateOnly date => Value.Integer(LogicalType.Date, date.DayNumber - s_epochDay.DayNumber),
        TimeOnly time => Value.Integer(LogicalType.Time, time.Ticks / TimeSpan.TicksPerMicrosecond),
        DateTime { Kind: DateTimeKind.Utc } moment => Value.Integer(LogicalType.TimestampTz, Microseconds(moment)),
        DateTime { Kind: DateTimeKind.Local } moment =>
            Value.Integer(LogicalType.TimestampTz, Microseconds(moment.ToUniversalTime())),
        DateTime moment => Value.Integer(LogicalType.Timestamp, Microseconds(moment)),
        DateTimeOffset moment => Value.Integer(LogicalType.TimestampTz, Microseconds(moment.UtcDateTime)),
        TimeSpan span => Value.OfInterval(new Interval(
            0, span.Days, (span.Ticks - (span.Days * TimeSpan.TicksPerDay)) / TimeSpan.TicksPerMicrosecond)),
        Interval interval => Value.OfInterval(interval),
        Guid guid => FromGuid(guid),
        byte[] bytes => Value.Bytes(LogicalType.Blob, bytes),
        ReadOnlyMemory<byte> bytes => Value.Bytes(LogicalType.Blob, bytes.ToArray()),
        Memory<byte> bytes => Value.Bytes(LogicalType.Blob, bytes.ToArray()),
        Enum label => Value.BigInt(Convert.ToInt64(label, CultureInfo.InvariantCulture)),
        IEnumerable items => FromItems(items),
        _ => throw new NotSupportedException(
            $"No type of the database is like {value.GetType()}: convert the parameter's value first."),
    };

    private static long Microseconds(DateTime moment) =>
        (moment.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    private static Value FromDecimal(decimal number)
    {
        int[] bits = decimal.GetBits(number);
        int scale = (bits[3] >> 16) & 0xFF;
        Int128 unscaled = (Int128)(((UInt128)(uint)bits[2] << 64) | ((UInt128)(uint)bits[1] << 32) | (uint)bits[0]);
        int digits = unscaled.ToString(CultureInfo.InvariantCulture).Length;
        LogicalType type = LogicalType.Decimal(Math.Max(digits, Math.Max(scale, 1)), scale);
        return Value.Integer(type, bits[3] < 0 ? -unscaled : unscaled);
    }

    private static Value FromGuid(Guid guid)
    {
        byte[] bytes = guid.ToByteArray(bigEndian: true);
        UInt128 bits = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return Value.Integer(LogicalType.Uuid, (Int128)(bits ^ (UInt128.One << 127)));
    }

    private static Value FromItems(IEnumerable items)
    {
        List<Value> elements = [];
        foreach (object? item in items) elements.Add(FromClr(item));
        LogicalType type = elements.FirstOrDefault(e => !e.IsNull)?.Type ?? LogicalType.Varchar;
        if (type.Kind == TypeKind.Decimal) type = WidestOf(elements);
        for (int i = 0; i < elements.Count; i++)
        {
            if (elements[i].IsNull) elements[i] = Value.Null(type);
            else if (type.Kind == TypeKind.Decimal && elements[i].Type.Kind == TypeKind.Decimal)
                elements[i] = Rescaled(elements[i], type);
            else if (!elements[i].Type.Equals(type))
                throw new NotSupportedException("The elements of a list must be of one type.");
        }
        return Value.Nested(LogicalType.List(type), [.. elements]);
    }

    // Each decimal says how many digits it has; a list has room for all of them.
    private static LogicalType WidestOf(List<Value> elements)
    {
        LogicalType[] types = [.. elements.Select(e => e.Type).Where(t => t.Kind == TypeKind.Decimal)];
        int scale = types.Max(t => t.Scale), whole = types.Max(t => t.Precision - t.Scale);
        return LogicalType.Decimal(Math.Min(LogicalType.MaxDecimalPrecision, Math.Max(1, scale + whole)), scale);
    }

    private static Value Rescaled(Value value, LogicalType type)
    {
        Int128 unscaled = value.AsInteger;
        for (int scale = value.Type.Scale; scale < type.Scale; scale++) unscaled = checked(unscaled * 10);
        return Value.Integer(type, unscaled);
    }
}

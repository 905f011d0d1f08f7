using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Managed;

/// <summary>Which SQL type a C# type of a registered function stands for, and how its values are read and
/// written.</summary>
internal static unsafe class ManagedTypes
{
    /// <summary>Digits after the point of a decimal that C# returns.</summary>
    public const int DecimalScale = 10;

    private const long TicksPerMicrosecond = TimeSpan.TicksPerMicrosecond;
    private static readonly long s_unixTicks = DateTime.UnixEpoch.Ticks;

    private static readonly Dictionary<Type, LogicalType> s_types = new()
    {
        [typeof(bool)] =
            LogicalType.Boolean, [typeof(sbyte)] = LogicalType.TinyInt, [typeof(short)] = LogicalType.SmallInt,
        [typeof(int)] =
            LogicalType.Integer, [typeof(long)] = LogicalType.BigInt, [typeof(Int128)] = LogicalType.HugeInt,
        [typeof(byte)] =
            LogicalType.UTinyInt, [typeof(ushort)] = LogicalType.USmallInt, [typeof(uint)] = LogicalType.UInteger,
        [typeof(ulong)] =
            LogicalType.UBigInt, [typeof(float)] = LogicalType.Real, [typeof(double)] = LogicalType.Double,
        [typeof(decimal)] = LogicalType.Decimal(LogicalType.MaxDecimalPrecision, DecimalScale),
        [typeof(string)] =
            LogicalType.Varchar, [typeof(byte[])] = LogicalType.Blob, [typeof(DateOnly)] = LogicalType.Date,
        [typeof(TimeOnly)] = LogicalType.Time, [typeof(DateTime)] = LogicalType.Timestamp,
        [typeof(DateTimeOffset)] = LogicalType.TimestampTz, [typeof(TimeSpan)] = LogicalType.Interval,
        [typeof(Guid)] = LogicalType.Uuid, [typeof(Value)] = LogicalType.Varchar,
    };

    /// <summary>The SQL type.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static LogicalType Of(Type type) => Find(Nullable.GetUnderlyingType(type) ?? type)
        ?? throw new ArgumentException($"Functions cannot take or return {type}; they can {Known}.");

    /// <summary>The SQL type whose vectors have elements of a C# type, as they are.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static LogicalType OfElement(Type type) => type.IsPrimitive || type == typeof(Int128)
        ? Of(type)
        : throw new ArgumentException($"Vectors have numbers and bool, not {type}.");

    /// <summary>The SQL type of a C# type that cannot be null; null where there is none.</summary>
    public static LogicalType? Find(Type type) => s_types.GetValueOrDefault(type);

    private static string Known => string.Join(", ", s_types.Keys.Where(t => t != typeof(Value)).Select(t => t.Name));

    /// <summary>True for types that can be null.</summary>
    public static bool IsNullable(Type type) => !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;

    /// <summary>The value at a row of a flat or constant vector, which is not NULL unless T can be null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Read<T>(ColumnVector source, int row)
    {
        if (source.IsConstant) row = 0;
        bool isPlain = typeof(T) == typeof(bool) || typeof(T) == typeof(int) || typeof(T) == typeof(long) ||
            typeof(T) == typeof(double) ||
            typeof(T) == typeof(short) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(byte) ||
                typeof(T) == typeof(ushort) ||
            typeof(T) == typeof(uint) || typeof(T) == typeof(ulong) || typeof(T) == typeof(float) ||
                typeof(T) == typeof(Int128);
        // The lane of the argument's type has elements of exactly T's size.
        if (isPlain) return Unsafe.ReadUnaligned<T>(source.Data + ((nint)row * Unsafe.SizeOf<T>()));
        if (!source.IsValid(row)) return default!;
        return (T)ReadObject(Nullable.GetUnderlyingType(typeof(T)) ?? typeof(T), source, row);
    }

    /// <summary>Writes a result; false for null.</summary>
    public static bool Write<T>(T value, ColumnVector target, int row, Arena text)
    {
        bool isPlain = typeof(T) == typeof(bool) || typeof(T) == typeof(int) || typeof(T) == typeof(long) ||
            typeof(T) == typeof(double) ||
            typeof(T) == typeof(short) || typeof(T) == typeof(sbyte) || typeof(T) == typeof(byte) ||
                typeof(T) == typeof(ushort) ||
            typeof(T) == typeof(uint) || typeof(T) == typeof(ulong) || typeof(T) == typeof(float) ||
                typeof(T) == typeof(Int128);
        if (isPlain)
        {
            Unsafe.WriteUnaligned(target.Data + ((nint)row * Unsafe.SizeOf<T>()), value);
            return true;
        }
        if (value is null) return false;
        target.SetValue(row, ToValue(value, target.Type), text);
        return true;
    }

    /// <summary>A C# value as a SQL value.</summary>
    public static Value ToValue(object value, LogicalType type) => value switch
    {
        string text => Value.Text(text),
        byte[] bytes => Value.Bytes(LogicalType.Blob, bytes),
        bool truth => Value.Boolean(truth),
        float or double => Value.Float(type, Convert.ToDouble(value, CultureInfo.InvariantCulture)),
        decimal number => OfDecimal(number, type),
        DateOnly date => Value.Integer(type, date.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
        TimeOnly time => Value.Integer(type, time.Ticks / TicksPerMicrosecond),
        DateTime moment => Value.Integer(type, (moment.Ticks - s_unixTicks) / TicksPerMicrosecond),
        DateTimeOffset moment => Value.Integer(type, (moment.UtcTicks - s_unixTicks) / TicksPerMicrosecond),
        TimeSpan span =>
            Value.OfInterval(
                new Interval(0, span.Days, (span - TimeSpan.FromDays(span.Days)).Ticks / TicksPerMicrosecond)),
        Guid guid => Value.Integer(type, OrderedOf(guid)),
        Int128 number => Value.Integer(type, number),
        ulong number => Value.Integer(type, number),
        _ => Value.Integer(type, Convert.ToInt64(value, CultureInfo.InvariantCulture)),
    };

    private static object ReadObject(Type type, ColumnVector source, int row)
    {
        if (type == typeof(string)) return Encoding.UTF8.GetString(source.GetUtf8(row).Span);
        if (type == typeof(byte[])) return source.GetUtf8(row).Span.ToArray();
        Value value = source.GetValue(row);
        if (type == typeof(Value)) return value;
        if (type == typeof(decimal)) return ToDecimal(value);
        if (type == typeof(DateOnly)) return DateOnly.FromDateTime(MomentOf((Int128)86_400_000_000 * value.AsInteger));
        if (type == typeof(TimeOnly)) return new TimeOnly((long)value.AsInteger * TicksPerMicrosecond);
        if (type == typeof(DateTime)) return MomentOf(value.AsInteger);
        if (type == typeof(DateTimeOffset)) return new DateTimeOffset(MomentOf(value.AsInteger), TimeSpan.Zero);
        if (type == typeof(TimeSpan)) return SpanOf(value.AsInterval);
        if (type == typeof(Guid)) return GuidOf(value.AsInteger);
        if (type == typeof(bool)) return value.AsBoolean;
        if (type == typeof(float)) return (float)value.AsDouble;
        if (type == typeof(double)) return value.AsDouble;
        if (type == typeof(Int128)) return value.AsInteger;
        if (type == typeof(ulong)) return (ulong)value.AsInteger;
        return Convert.ChangeType((long)value.AsInteger, type, CultureInfo.InvariantCulture);
    }

    private static DateTime MomentOf(Int128 microseconds)
    {
        Int128 ticks = (microseconds * TicksPerMicrosecond) + s_unixTicks;
        if (ticks >= 0 && ticks <= DateTime.MaxValue.Ticks) return new DateTime((long)ticks, DateTimeKind.Unspecified);
        throw new QueryException(SqlStates.DatetimeOverflow, "Date or time is out of range for C#: years 1 to 9999");
    }

    private static TimeSpan SpanOf(Interval interval)
    {
        if (interval.Months == 0) return TimeSpan.FromDays(interval.Days) + TimeSpan.FromTicks(
            interval.Microseconds * TicksPerMicrosecond);
        throw new QueryException(
            SqlStates.DatetimeOverflow, "INTERVAL with months has no fixed length, so it is no TimeSpan");
    }

    private static decimal ToDecimal(Value value)
    {
        string text = ValueText.FormatDecimal(value.AsInteger, value.Type.Scale);
        if (decimal.TryParse(
            text, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal number)) return number;
        throw new QueryException(SqlStates.NumericOutOfRange, $"DECIMAL is out of range for C#: {text}");
    }

    private static Value OfDecimal(decimal number, LogicalType type)
    {
        decimal scaled = decimal.Round(number, type.Scale, MidpointRounding.AwayFromZero);
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(scaled, bits);
        Int128 unscaled = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        if (scaled < 0) unscaled = -unscaled;
        int scale = (bits[3] >> 16) & 0xFF;
        if (!Text.PowersOfTen.TryScaleUp(unscaled, type.Scale - scale, out Int128 result))
        {
            throw new QueryException(SqlStates.NumericOutOfRange, $"Number is out of range for {type}: {number}");
        }
        return Value.Integer(type, result);
    }

    private static Int128 OrderedOf(Guid guid)
    {
        Span<byte> bytes = stackalloc byte[16];
        guid.TryWriteBytes(bytes, bigEndian: true, out _);
        return (Int128)(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes) ^ (UInt128.One << 127));
    }

    private static Guid GuidOf(Int128 ordered)
    {
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, (UInt128)ordered ^ (UInt128.One << 127));
        return new Guid(bytes, bigEndian: true);
    }
}

using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions;

/// <summary>A DATE as functions see it.</summary>
/// <param name="Days">Days since 1970-01-01.</param>
internal readonly record struct SqlDate(int Days) : IMoment
{
    /// <inheritdoc/>
    public bool IsInfinite => Days is int.MaxValue or int.MinValue;
}

/// <summary>A point on the calendar, or the end of all time.</summary>
internal interface IMoment
{
    /// <summary>True for infinity and -infinity.</summary>
    bool IsInfinite { get; }
}

/// <summary>A TIME as functions see it.</summary>
/// <param name="Microseconds">Since midnight.</param>
internal readonly record struct SqlTime(long Microseconds);

/// <summary>A TIMETZ as functions see it.</summary>
/// <param name="Packed">Time and offset in the order of the moments.</param>
internal readonly record struct SqlTimeTz(long Packed)
{
    /// <summary>Time of day and offset.</summary>
    public TimeWithZone Parts => TimeWithZone.Unpack(Packed);

    /// <summary>From time of day and offset.</summary>
    public static SqlTimeTz Of(long microseconds, int offsetSeconds) =>
        new(new TimeWithZone(microseconds, offsetSeconds).Pack());
}

/// <summary>A TIMESTAMP as functions see it.</summary>
/// <param name="Microseconds">Since 1970-01-01 00:00, without zone.</param>
internal readonly record struct SqlTimestamp(long Microseconds) : IMoment
{
    /// <inheritdoc/>
    public bool IsInfinite => Microseconds is long.MaxValue or long.MinValue;
}

/// <summary>A TIMESTAMPTZ as functions see it.</summary>
/// <param name="Microseconds">Since 1970-01-01 00:00 UTC.</param>
internal readonly record struct SqlTimestampTz(long Microseconds) : IMoment
{
    /// <inheritdoc/>
    public bool IsInfinite => Microseconds is long.MaxValue or long.MinValue;
}

/// <summary>A UUID as functions see it.</summary>
/// <param name="Ordered">The ordered 128-bit form.</param>
internal readonly record struct SqlUuid(Int128 Ordered);

/// <summary>A BLOB as functions see it.</summary>
internal readonly ref struct SqlBlob(ReadOnlySpan<byte> bytes)
{
    public ReadOnlySpan<byte> Bytes { get; } = bytes;
}

/// <summary>A JSON text as functions see it.</summary>
internal readonly ref struct SqlJson(ReadOnlySpan<byte> text)
{
    public ReadOnlySpan<byte> Text { get; } = text;
}

/// <summary>A string of bits as functions see it.</summary>
internal readonly ref struct SqlBits(ReadOnlySpan<byte> digits)
{
    /// <summary>A character 0 or 1 for each bit.</summary>
    public ReadOnlySpan<byte> Digits { get; } = digits;
}

/// <summary>Which SQL type a C# type of a function's signature stands for.</summary>
internal static class SqlTypes
{
    /// <summary>The SQL type; text is ReadOnlySpan of byte.</summary>
    public static LogicalType Of<T>() where T : allows ref struct
    {
        if (typeof(T) == typeof(ReadOnlySpan<byte>)) return LogicalType.Varchar;
        if (typeof(T) == typeof(SqlBlob)) return LogicalType.Blob;
        if (typeof(T) == typeof(SqlJson)) return LogicalType.Json;
        if (typeof(T) == typeof(SqlBits)) return LogicalType.Bit;
        if (typeof(T) == typeof(bool)) return LogicalType.Boolean;
        if (typeof(T) == typeof(sbyte)) return LogicalType.TinyInt;
        if (typeof(T) == typeof(short)) return LogicalType.SmallInt;
        if (typeof(T) == typeof(int)) return LogicalType.Integer;
        if (typeof(T) == typeof(long)) return LogicalType.BigInt;
        if (typeof(T) == typeof(Int128)) return LogicalType.HugeInt;
        if (typeof(T) == typeof(byte)) return LogicalType.UTinyInt;
        if (typeof(T) == typeof(ushort)) return LogicalType.USmallInt;
        if (typeof(T) == typeof(uint)) return LogicalType.UInteger;
        if (typeof(T) == typeof(ulong)) return LogicalType.UBigInt;
        if (typeof(T) == typeof(float)) return LogicalType.Real;
        if (typeof(T) == typeof(double)) return LogicalType.Double;
        if (typeof(T) == typeof(SqlDate)) return LogicalType.Date;
        if (typeof(T) == typeof(SqlTime)) return LogicalType.Time;
        if (typeof(T) == typeof(SqlTimeTz)) return LogicalType.TimeTz;
        if (typeof(T) == typeof(SqlTimestamp)) return LogicalType.Timestamp;
        if (typeof(T) == typeof(SqlTimestampTz)) return LogicalType.TimestampTz;
        if (typeof(T) == typeof(Interval)) return LogicalType.Interval;
        if (typeof(T) == typeof(SqlUuid)) return LogicalType.Uuid;
        throw Invariant.Unreachable($"no SQL type for {typeof(T)}");
    }
}

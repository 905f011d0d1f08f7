using ColFrag.Engine.Functions.Scalar.Numbers;
using ColFrag.Engine.Functions.Time;

namespace ColFrag.Engine.Functions.Scalar.Times;

// What counts from 1970 is the same for a moment and for a timestamp in UTC.

/// <summary>epoch_ms(timestamptz)</summary>
internal readonly struct MillisecondsOfInstant : IUnaryFunction<SqlTimestampTz, long>
{
    public static FunctionInfo Info => MillisecondsOfTimestamp.Info;

    public static long Apply(SqlTimestampTz value) => MillisecondsOfTimestamp.Apply(new(value.Microseconds));
}

/// <summary>epoch_us(timestamptz)</summary>
internal readonly struct MicrosecondsOfInstant : IUnaryFunction<SqlTimestampTz, long>
{
    public static FunctionInfo Info => MicrosecondsOfTimestamp.Info;

    public static long Apply(SqlTimestampTz value) => value.Microseconds;
}

/// <summary>epoch_ns(timestamptz)</summary>
internal readonly struct NanosecondsOfInstant : IUnaryFunction<SqlTimestampTz, Int128>
{
    public static FunctionInfo Info => NanosecondsOfTimestamp.Info;

    public static Int128 Apply(SqlTimestampTz value) => NanosecondsOfTimestamp.Apply(new(value.Microseconds));
}

/// <summary>nanosecond(timestamp)</summary>
internal readonly struct NanosecondPart : IUnaryFunction<SqlTimestamp, long>
{
    public static FunctionInfo Info => new("nanosecond", "The nanoseconds within the minute.")
    {
        Category = "Dates and times", Example = "nanosecond(TIMESTAMP '2024-01-02 03:04:05.678901')",
        Returns = "5678901000",
    };

    public static long Apply(SqlTimestamp value) => Moments.FloorMod(value.Microseconds, 60_000_000) * 1_000;
}

/// <summary>nanosecond(timestamptz): zones differ by whole minutes.</summary>
internal readonly struct NanosecondPartOfInstant : IUnaryFunction<SqlTimestampTz, long>
{
    public static FunctionInfo Info => NanosecondPart.Info;

    public static long Apply(SqlTimestampTz value) => NanosecondPart.Apply(new(value.Microseconds));
}

/// <summary>isinf(date)</summary>
internal readonly struct IsInfiniteDate : IUnaryFunction<SqlDate, bool>
{
    public static FunctionInfo Info => IsInfinite.Info;

    public static bool Apply(SqlDate value) => !IsFiniteDate.Apply(value);
}

/// <summary>isinf(timestamp)</summary>
internal readonly struct IsInfiniteTimestamp : IUnaryFunction<SqlTimestamp, bool>
{
    public static FunctionInfo Info => IsInfinite.Info;

    public static bool Apply(SqlTimestamp value) => !IsFiniteTimestamp.Apply(value);
}

/// <summary>isinf(timestamptz)</summary>
internal readonly struct IsInfiniteInstant : IUnaryFunction<SqlTimestampTz, bool>
{
    public static FunctionInfo Info => IsInfinite.Info;

    public static bool Apply(SqlTimestampTz value) => !IsFiniteInstant.Apply(value);
}

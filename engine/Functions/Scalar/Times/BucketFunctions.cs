using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>time_bucket(stride, date)</summary>
internal readonly struct TimeBucketOfDate : IBinaryFunction<Interval, SqlDate, SqlDate>
{
    public static FunctionInfo Info => DateBin.Info;

    public static SqlDate Apply(Interval stride, SqlDate value) =>
        ToDate(TimeBucket.Apply(stride, ToTimestamp(value)));

    /// <summary>Midnight of the day.</summary>
    /// <exception cref="Errors.QueryException">22008: timestamps do not reach as far as dates.</exception>
    public static SqlTimestamp ToTimestamp(SqlDate date)
    {
        Int128 microseconds = (Int128)date.Days * DateTimeText.MicrosecondsPerDay;
        if (microseconds > long.MaxValue || microseconds < long.MinValue) DateTimeMath.ThrowOutOfRange();
        return new((long)microseconds);
    }

    /// <summary>The day of a moment.</summary>
    public static SqlDate ToDate(SqlTimestamp time) =>
        new((int)Moments.FloorDivide(time.Microseconds, DateTimeText.MicrosecondsPerDay));
}

/// <summary>time_bucket(stride, timestamp, offset): buckets begin an interval later</summary>
internal readonly struct TimeBucketShifted : ITernaryFunction<Interval, SqlTimestamp, Interval, SqlTimestamp>
{
    public static FunctionInfo Info => DateBin.Info;

    public static SqlTimestamp Apply(Interval stride, SqlTimestamp value, Interval offset)
    {
        Interval back = new(-offset.Months, -offset.Days, -offset.Microseconds);
        SqlTimestamp shifted = new(DateTimeMath.Add(value.Microseconds, back));
        return new(DateTimeMath.Add(TimeBucket.Apply(stride, shifted).Microseconds, offset));
    }
}

/// <summary>time_bucket(stride, date, offset)</summary>
internal readonly struct TimeBucketOfDateShifted : ITernaryFunction<Interval, SqlDate, Interval, SqlDate>
{
    public static FunctionInfo Info => DateBin.Info;

    public static SqlDate Apply(Interval stride, SqlDate value, Interval offset) => TimeBucketOfDate.ToDate(
        TimeBucketShifted.Apply(stride, TimeBucketOfDate.ToTimestamp(value), offset));
}

/// <summary>time_bucket(stride, date, origin)</summary>
internal readonly struct TimeBucketOfDateFrom : ITernaryFunction<Interval, SqlDate, SqlDate, SqlDate>
{
    public static FunctionInfo Info => DateBin.Info;

    public static SqlDate Apply(Interval stride, SqlDate value, SqlDate origin) => TimeBucketOfDate.ToDate(
        DateBin.Apply(stride, TimeBucketOfDate.ToTimestamp(value), TimeBucketOfDate.ToTimestamp(origin)));
}

/// <summary>last_day(timestamp)</summary>
internal readonly struct LastDayOfTimestamp : IUnaryFunction<SqlTimestamp, SqlDate>
{
    public static FunctionInfo Info => LastDay.Info;

    public static SqlDate Apply(SqlTimestamp value) => LastDay.Apply(TimeBucketOfDate.ToDate(value));
}

/// <summary>dayname(timestamp)</summary>
internal readonly struct DayNameOfTimestamp : IUnaryTextFunction<SqlTimestamp>
{
    public static FunctionInfo Info => DayName.Info;

    public static void Apply(SqlTimestamp value, ref Utf8Writer target) =>
        DayName.Apply(TimeBucketOfDate.ToDate(value), ref target);
}

/// <summary>monthname(timestamp)</summary>
internal readonly struct MonthNameOfTimestamp : IUnaryTextFunction<SqlTimestamp>
{
    public static FunctionInfo Info => MonthName.Info;

    public static void Apply(SqlTimestamp value, ref Utf8Writer target) =>
        MonthName.Apply(TimeBucketOfDate.ToDate(value), ref target);
}

/// <summary>epoch_ms(interval)</summary>
internal readonly struct MillisecondsOfInterval : IUnaryFunction<Interval, long>
{
    public static FunctionInfo Info => TimestampOfMilliseconds.Info;

    public static long Apply(Interval value) => (long)(value.Span / 1000);
}

/// <summary>epoch_us(interval)</summary>
internal readonly struct MicrosecondsOfInterval : IUnaryFunction<Interval, long>
{
    public static FunctionInfo Info => MicrosecondsOfTimestamp.Info;

    public static long Apply(Interval value) => (long)value.Span;
}

/// <summary>epoch_ns(timestamp)</summary>
internal readonly struct NanosecondsOfTimestamp : IUnaryFunction<SqlTimestamp, Int128>
{
    public static FunctionInfo Info => new("epoch_ns", "Nanoseconds since 1970.")
        { Category = "Dates and times", Example = "epoch_ns(TIMESTAMP '1970-01-01 00:00:01')", Returns = "1000000000" };

    public static Int128 Apply(SqlTimestamp value) => (Int128)value.Microseconds * 1000;
}

/// <summary>epoch_ns(interval)</summary>
internal readonly struct NanosecondsOfInterval : IUnaryFunction<Interval, Int128>
{
    public static FunctionInfo Info => NanosecondsOfTimestamp.Info;

    public static Int128 Apply(Interval value) => value.Span * 1000;
}

/// <summary>make_timestamp_ms(milliseconds)</summary>
internal readonly struct MakeTimestampOfMilliseconds : IUnaryFunction<long, SqlTimestamp>
{
    public static FunctionInfo Info => new("make_timestamp_ms", "The timestamp so many milliseconds after 1970.")
    {
        Category = "Dates and times", Example = "make_timestamp_ms(1574802684123)",
        Returns = "2019-11-26 21:11:24.123", Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestamp Apply(long milliseconds) => TimestampOfMilliseconds.Apply(milliseconds);
}

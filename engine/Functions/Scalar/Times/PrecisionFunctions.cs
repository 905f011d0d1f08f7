using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>fit_time(timestamp, digits): what TIMESTAMP(n) makes of it.</summary>
internal readonly struct FitTimestamp : IBinaryFunction<SqlTimestamp, int, SqlTimestamp>
{
    public static FunctionInfo Info => new("fit_time", "The time rounded to so many digits of its seconds, at most 6.")
    {
        Category = "Dates and times", Example = "fit_time(TIMESTAMP '2024-01-02 03:04:05.678', 1)",
        Returns = "2024-01-02 03:04:05.7",
    };

    public static SqlTimestamp Apply(SqlTimestamp value, int digits) => new(Round(value.Microseconds, digits));

    /// <summary>Microseconds with so many digits of a second; infinite ones stay.</summary>
    public static long Round(long microseconds, int digits)
    {
        if (digits >= 6 || microseconds is long.MaxValue or long.MinValue) return microseconds;
        long unit = 1;
        for (int i = Math.Max(digits, 0); i < 6; i++) unit *= 10;
        long half = microseconds < 0 ? -(unit / 2) : unit / 2;
        return (long)(((Int128)microseconds + half) / unit * unit);
    }
}

/// <summary>fit_time(timestamptz, digits)</summary>
internal readonly struct FitInstant : IBinaryFunction<SqlTimestampTz, int, SqlTimestampTz>
{
    public static FunctionInfo Info => FitTimestamp.Info;

    public static SqlTimestampTz Apply(SqlTimestampTz value, int digits) =>
        new(FitTimestamp.Round(value.Microseconds, digits));
}

/// <summary>fit_time(time, digits)</summary>
internal readonly struct FitTimeOfDay : IBinaryFunction<SqlTime, int, SqlTime>
{
    public static FunctionInfo Info => FitTimestamp.Info;

    public static SqlTime Apply(SqlTime value, int digits) => new(FitTimestamp.Round(value.Microseconds, digits));
}

/// <summary>fit_time(interval, digits)</summary>
internal readonly struct FitInterval : IBinaryFunction<Interval, int, Interval>
{
    public static FunctionInfo Info => FitTimestamp.Info;

    public static Interval Apply(Interval value, int digits) =>
        value with { Microseconds = FitTimestamp.Round(value.Microseconds, digits) };
}

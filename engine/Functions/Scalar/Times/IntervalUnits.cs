using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

// The units that intervals are made of by a function of their own.

/// <summary>to_millennia(n)</summary>
internal readonly struct MillenniaInterval : IIntervalUnit
{
    public static Interval One => new(12_000, 0, 0);

    public static FunctionInfo Info => new("to_millennia", "An interval of so many millennia.")
    {
        Category = "Dates and times", Example = "to_millennia(2)", Returns = "2000 years",
            Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_centuries(n)</summary>
internal readonly struct CenturiesInterval : IIntervalUnit
{
    public static Interval One => new(1_200, 0, 0);

    public static FunctionInfo Info => new("to_centuries", "An interval of so many centuries.")
    {
        Category = "Dates and times", Example = "to_centuries(2)", Returns = "200 years",
            Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_decades(n)</summary>
internal readonly struct DecadesInterval : IIntervalUnit
{
    public static Interval One => new(120, 0, 0);

    public static FunctionInfo Info => new("to_decades", "An interval of so many decades.")
    {
        Category = "Dates and times", Example = "to_decades(2)", Returns = "20 years", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_years(n)</summary>
internal readonly struct YearsInterval : IIntervalUnit
{
    public static Interval One => new(12, 0, 0);

    public static FunctionInfo Info => new("to_years", "An interval of so many years.")
    {
        Category = "Dates and times", Example = "to_years(2)", Returns = "2 years", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_quarters(n)</summary>
internal readonly struct QuartersInterval : IIntervalUnit
{
    public static Interval One => new(3, 0, 0);

    public static FunctionInfo Info => new("to_quarters", "An interval of so many quarters.")
    {
        Category = "Dates and times", Example = "to_quarters(2)", Returns = "6 mons", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_months(n)</summary>
internal readonly struct MonthsInterval : IIntervalUnit
{
    public static Interval One => new(1, 0, 0);

    public static FunctionInfo Info => new("to_months", "An interval of so many months.")
    {
        Category = "Dates and times", Example = "to_months(2)", Returns = "2 mons", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_weeks(n)</summary>
internal readonly struct WeeksInterval : IIntervalUnit
{
    public static Interval One => new(0, 7, 0);

    public static FunctionInfo Info => new("to_weeks", "An interval of so many weeks.")
    {
        Category = "Dates and times", Example = "to_weeks(2)", Returns = "14 days", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_days(n)</summary>
internal readonly struct DaysInterval : IIntervalUnit
{
    public static Interval One => new(0, 1, 0);

    public static FunctionInfo Info => new("to_days", "An interval of so many days.")
    {
        Category = "Dates and times", Example = "to_days(2)", Returns = "2 days", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_hours(n)</summary>
internal readonly struct HoursInterval : IIntervalUnit
{
    public static Interval One => new(0, 0, 3_600_000_000);

    public static FunctionInfo Info => new("to_hours", "An interval of so many hours.")
    {
        Category = "Dates and times", Example = "to_hours(2)", Returns = "02:00:00", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_minutes(n)</summary>
internal readonly struct MinutesInterval : IIntervalUnit
{
    public static Interval One => new(0, 0, 60_000_000);

    public static FunctionInfo Info => new("to_minutes", "An interval of so many minutes.")
    {
        Category = "Dates and times", Example = "to_minutes(2)", Returns = "00:02:00", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_seconds(n)</summary>
internal readonly struct SecondsInterval : IIntervalUnit
{
    public static Interval One => new(0, 0, 1_000_000);

    public static FunctionInfo Info => new("to_seconds", "An interval of so many seconds.")
    {
        Category = "Dates and times", Example = "to_seconds(2)", Returns = "00:00:02", Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_milliseconds(n)</summary>
internal readonly struct MillisecondsInterval : IIntervalUnit
{
    public static Interval One => new(0, 0, 1_000);

    public static FunctionInfo Info => new("to_milliseconds", "An interval of so many milliseconds.")
    {
        Category = "Dates and times", Example = "to_milliseconds(2)", Returns = "00:00:00.002",
            Flags = FunctionFlags.CanThrow,
    };
}

/// <summary>to_microseconds(n)</summary>
internal readonly struct MicrosecondsInterval : IIntervalUnit
{
    public static Interval One => new(0, 0, 1);

    public static FunctionInfo Info => new("to_microseconds", "An interval of so many microseconds.")
    {
        Category = "Dates and times", Example = "to_microseconds(2)", Returns = "00:00:00.000002",
            Flags = FunctionFlags.CanThrow,
    };
}

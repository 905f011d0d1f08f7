using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>age(later, earlier)</summary>
internal readonly struct Age : IBinaryFunction<SqlTimestamp, SqlTimestamp, Interval>
{
    public static FunctionInfo Info =>
        new("age", "Years, months, days and time between two moments, or from a moment to today.")
    {
        Category = "Dates and times", Example = "age(TIMESTAMP '2001-04-10', TIMESTAMP '1957-06-13')",
        Returns = "43 years 9 mons 27 days", Flags = FunctionFlags.CanThrow,
    };

    public static Interval Apply(SqlTimestamp later, SqlTimestamp earlier) =>
        DateTimeMath.Age(later.Microseconds, earlier.Microseconds);
}

/// <summary>age(later, earlier) of moments: on the clock of the session's zone</summary>
internal readonly struct AgeOfInstants : IBinarySessionFunction<SqlTimestampTz, SqlTimestampTz, Interval>
{
    public static FunctionInfo Info => Age.Info with { Flags = FunctionFlags.CanThrow | FunctionFlags.Stable };

    public static Interval Apply(SqlTimestampTz later, SqlTimestampTz earlier, FunctionContext context)
    {
        TimeZoneRules zone = context.GetState<SessionZone>().Of(context.Session);
        return DateTimeMath.Age(zone.ToLocal(later.Microseconds), zone.ToLocal(earlier.Microseconds));
    }
}

/// <summary>age(moment)</summary>
internal readonly struct AgeOfTimestamp : IUnarySessionFunction<SqlTimestamp, Interval>
{
    public static FunctionInfo Info => AgeOfInstants.Info;

    public static Interval Apply(SqlTimestamp moment, FunctionContext context) =>
        DateTimeMath.Age(Moments.Resolve(RelativeMoment.Today, context.Session), moment.Microseconds);
}

/// <summary>age(timestamptz)</summary>
internal readonly struct AgeOfInstant : IUnarySessionFunction<SqlTimestampTz, Interval>
{
    public static FunctionInfo Info => AgeOfInstants.Info;

    public static Interval Apply(SqlTimestampTz moment, FunctionContext context) =>
        AgeOfTimestamp.Apply(
            new(context.GetState<SessionZone>().Of(context.Session).ToLocal(moment.Microseconds)), context);
}

/// <summary>date_diff(unit, from, to)</summary>
internal readonly struct DateDiff : ITernarySessionFunction<ReadOnlySpan<byte>, SqlTimestamp, SqlTimestamp, long>
{
    public static FunctionInfo Info => new("date_diff", "How many boundaries of a unit lie between two moments.")
    {
        Category = "Dates and times", Aliases = ["datediff"],
            Example = "date_diff('month', DATE '1992-09-15', DATE '1992-11-14')",
        Returns = "2", Flags = FunctionFlags.CanThrow,
    };

    public static long Apply(ReadOnlySpan<byte> unit, SqlTimestamp from, SqlTimestamp to, FunctionContext context) =>
        DateTimeMath.CountBoundaries(from.Microseconds, to.Microseconds, context.GetState<PartCache>().Parse(unit));
}

/// <summary>date_diff of dates</summary>
internal readonly struct DateDiffOfDates : ITernarySessionFunction<ReadOnlySpan<byte>, SqlDate, SqlDate, long>
{
    public static FunctionInfo Info => DateDiff.Info;

    public static long Apply(ReadOnlySpan<byte> unit, SqlDate from, SqlDate to, FunctionContext context) =>
        DateTimeMath.CountBoundaries(
        from.Days * DateTimeText.MicrosecondsPerDay, to.Days * DateTimeText.MicrosecondsPerDay,
        context.GetState<PartCache>().Parse(unit));
}

/// <summary>date_sub(unit, from, to)</summary>
internal readonly struct DateSub : ITernarySessionFunction<ReadOnlySpan<byte>, SqlTimestamp, SqlTimestamp, long>
{
    public static FunctionInfo Info => new("date_sub", "How many whole units lie between two moments.")
    {
        Category = "Dates and times", Aliases = ["datesub"],
            Example = "date_sub('month', DATE '1992-09-15', DATE '1992-11-14')",
        Returns = "1", Flags = FunctionFlags.CanThrow,
    };

    public static long Apply(ReadOnlySpan<byte> unit, SqlTimestamp from, SqlTimestamp to, FunctionContext context) =>
        DateTimeMath.CountWhole(from.Microseconds, to.Microseconds, context.GetState<PartCache>().Parse(unit));
}

/// <summary>date_add(timestamp, interval)</summary>
internal readonly struct DateAdd : IBinaryFunction<SqlTimestamp, Interval, SqlTimestamp>
{
    public static FunctionInfo Info => new("date_add", "The moment later by an interval.")
    {
        Category = "Dates and times", Example = "date_add(DATE '1992-09-15', INTERVAL 2 MONTH)",
            Returns = "1992-11-15 00:00:00",
        Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestamp Apply(SqlTimestamp value, Interval interval) =>
        new(DateTimeMath.Add(value.Microseconds, interval));
}

/// <summary>justify_days(interval)</summary>
internal readonly struct JustifyDays : IUnaryFunction<Interval, Interval>
{
    public static FunctionInfo Info => new("justify_days", "Thirty days become a month.")
    {
        Category = "Dates and times", Example = "justify_days(INTERVAL '35 days')", Returns = "1 mon 5 days",
        Flags = FunctionFlags.CanThrow,
    };

    public static Interval Apply(Interval x)
    {
        (long months, long days) = ((long)x.Months + (x.Days / 30), x.Days % 30);
        if (months > 0 && days < 0) (months, days) = (months - 1, days + 30);
        else if (months < 0 && days > 0) (months, days) = (months + 1, days - 30);
        return DateTimeMath.Checked(months, days, x.Microseconds);
    }
}

/// <summary>justify_hours(interval)</summary>
internal readonly struct JustifyHours : IUnaryFunction<Interval, Interval>
{
    public static FunctionInfo Info => new("justify_hours", "24 hours become a day.")
    {
        Category = "Dates and times", Example = "justify_hours(INTERVAL '27 hours')", Returns = "1 day 03:00:00",
        Flags = FunctionFlags.CanThrow,
    };

    public static Interval Apply(Interval x)
    {
        (long days, long rest) = JustifyInterval.DaysOf(x);
        return DateTimeMath.Checked(x.Months, days, rest);
    }
}

/// <summary>justify_interval(interval)</summary>
internal readonly struct JustifyInterval : IUnaryFunction<Interval, Interval>
{
    public static FunctionInfo Info => new("justify_interval", "Hours become days and days months, all of one sign.")
    {
        Category = "Dates and times", Example = "justify_interval(INTERVAL '1 month -1 hour')",
            Returns = "29 days 23:00:00", Flags = FunctionFlags.CanThrow,
    };

    public static Interval Apply(Interval x)
    {
        (long days, long rest) = DaysOf(x);
        (long months, days) = (x.Months + (days / 30), days % 30);
        if (months > 0 && (days < 0 || (days == 0 && rest < 0))) (months, days) = (months - 1, days + 30);
        else if (months < 0 && (days > 0 || (days == 0 && rest > 0))) (months, days) = (months + 1, days - 30);
        if (days > 0 && rest < 0) (days, rest) = (days - 1, rest + DateTimeText.MicrosecondsPerDay);
        else if (days < 0 && rest > 0) (days, rest) = (days + 1, rest - DateTimeText.MicrosecondsPerDay);
        return DateTimeMath.Checked(months, days, rest);
    }

    /// <summary>The days of an interval with those of its time, and what is left of that, of one sign.</summary>
    public static (long Days, long Microseconds) DaysOf(Interval x)
    {
        long days = x.Days + (x.Microseconds / DateTimeText.MicrosecondsPerDay);
        long rest = x.Microseconds % DateTimeText.MicrosecondsPerDay;
        if (days > 0 && rest < 0) return (days - 1, rest + DateTimeText.MicrosecondsPerDay);
        return days < 0 && rest > 0 ? (days + 1, rest - DateTimeText.MicrosecondsPerDay) : (days, rest);
    }
}

/// <summary>overlaps(start1, end1, start2, end2)</summary>
internal readonly struct Overlaps : IQuaternaryFunction<SqlTimestamp, SqlTimestamp, SqlTimestamp, SqlTimestamp, bool>
{
    public static FunctionInfo Info => new("overlaps", "True when two spans of time have a moment in common.")
    {
        Category = "Dates and times",
        Example = "(DATE '2001-02-16', DATE '2001-12-21') OVERLAPS (DATE '2001-10-30', DATE '2002-10-30')",
        Returns = "true",
    };

    public static bool Apply(SqlTimestamp start1, SqlTimestamp end1, SqlTimestamp start2, SqlTimestamp end2)
    {
        (long a, long b) =
            (Math.Min(start1.Microseconds, end1.Microseconds), Math.Max(start1.Microseconds, end1.Microseconds));
        (long c, long d) =
            (Math.Min(start2.Microseconds, end2.Microseconds), Math.Max(start2.Microseconds, end2.Microseconds));
        // Spans are half open; a moment counts as the span of itself.
        return a == c || (a < c ? c < b : a < d);
    }
}

/// <summary>(instant, instant) OVERLAPS (instant, instant)</summary>
internal readonly struct OverlapsOfInstants
    : IQuaternaryFunction<SqlTimestampTz, SqlTimestampTz, SqlTimestampTz, SqlTimestampTz, bool>
{
    public static FunctionInfo Info => Overlaps.Info;

    public static bool Apply(SqlTimestampTz start1, SqlTimestampTz end1, SqlTimestampTz start2, SqlTimestampTz end2) =>
        Overlaps.Apply(
            new SqlTimestamp(start1.Microseconds), new SqlTimestamp(end1.Microseconds),
            new SqlTimestamp(start2.Microseconds), new SqlTimestamp(end2.Microseconds));
}

/// <summary>(time, time) OVERLAPS (time, time)</summary>
internal readonly struct OverlapsOfTimes : IQuaternaryFunction<SqlTime, SqlTime, SqlTime, SqlTime, bool>
{
    public static FunctionInfo Info => Overlaps.Info;

    public static bool Apply(SqlTime start1, SqlTime end1, SqlTime start2, SqlTime end2) => Overlaps.Apply(
        new SqlTimestamp(start1.Microseconds), new SqlTimestamp(end1.Microseconds),
        new SqlTimestamp(start2.Microseconds), new SqlTimestamp(end2.Microseconds));
}

/// <summary>to_days(n) and its relatives: an interval of so many units.</summary>
internal readonly struct IntervalOf<TUnit> : IUnaryFunction<double, Interval> where TUnit : struct, IIntervalUnit
{
    public static FunctionInfo Info => TUnit.Info;

    public static Interval Apply(double count) => DateTimeMath.Multiply(TUnit.One, count);
}

/// <summary>A unit of intervals as a type argument.</summary>
internal interface IIntervalUnit
{
    static abstract Interval One { get; }

    static abstract FunctionInfo Info { get; }
}

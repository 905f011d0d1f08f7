using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>A unit as a type argument.</summary>
internal interface IUnit
{
    static abstract DateTimeUnit Unit { get; }

    static abstract FunctionInfo Info { get; }
}

/// <summary>year(date), month(date), …: the part as BIGINT, as in DuckDB.</summary>
internal readonly struct PartOfDate<TUnit> : IUnaryFunction<SqlDate, long> where TUnit : struct, IUnit
{
    public static FunctionInfo Info => TUnit.Info;

    public static long Apply(SqlDate date) => DateTimePartOf.OfDay(date.Days, TUnit.Unit);
}

/// <summary>year(timestamp), hour(timestamp), …: the part as BIGINT.</summary>
internal readonly struct PartOfTimestamp<TUnit> : IUnaryFunction<SqlTimestamp, long> where TUnit : struct, IUnit
{
    public static FunctionInfo Info => TUnit.Info;

    public static long Apply(SqlTimestamp value) => TUnit.Unit switch
    {
        DateTimeUnit.Hour => Moments.FloorMod(value.Microseconds, DateTimeText.MicrosecondsPerDay) / 3_600_000_000,
        DateTimeUnit.Minute => Moments.FloorMod(value.Microseconds, 3_600_000_000) / 60_000_000,
        DateTimeUnit.Second => Moments.FloorMod(value.Microseconds, 60_000_000) / 1_000_000,
        DateTimeUnit.Millisecond => Moments.FloorMod(value.Microseconds, 60_000_000) / 1_000,
        DateTimeUnit.Microsecond => Moments.FloorMod(value.Microseconds, 60_000_000),
        _ => DateTimePartOf.OfDay(Moments.FloorDivide(value.Microseconds, DateTimeText.MicrosecondsPerDay), TUnit.Unit),
    };
}

/// <summary>hour(time), …</summary>
internal readonly struct PartOfTime<TUnit> : IUnaryFunction<SqlTime, long> where TUnit : struct, IUnit
{
    public static FunctionInfo Info => TUnit.Info;

    public static long Apply(SqlTime value) => PartOfTimestamp<TUnit>.Apply(new SqlTimestamp(value.Microseconds));
}

/// <summary>dayname(date)</summary>
internal readonly struct DayName : IUnaryTextFunction<SqlDate>
{
    public static FunctionInfo Info => new("dayname", "English name of the day.")
        { Category = "Dates and times", Example = "dayname(DATE '1992-09-20')", Returns = "Sunday" };

    public static void Apply(SqlDate date, ref Utf8Writer target) =>
        target.Append(CalendarNames.Weekday(DateTimeMath.DayOfWeek(date.Days)));
}

/// <summary>monthname(date)</summary>
internal readonly struct MonthName : IUnaryTextFunction<SqlDate>
{
    public static FunctionInfo Info => new("monthname", "English name of the month.")
        { Category = "Dates and times", Example = "monthname(DATE '1992-09-20')", Returns = "September" };

    public static void Apply(SqlDate date, ref Utf8Writer target) =>
        target.Append(CalendarNames.Month(Calendar.FromDays(date.Days).Month));
}

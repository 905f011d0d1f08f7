using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Scalar.Times;

// The units that have a function of their own name.

/// <summary>year(x)</summary>
internal readonly struct YearUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Year;

    public static FunctionInfo Info => new("year", "Year.")
    {
        Category = "Dates and times", Example = "year(DATE '1992-09-20')", Returns = "1992",
    };
}

/// <summary>month(x)</summary>
internal readonly struct MonthUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Month;

    public static FunctionInfo Info => new("month", "Month, 1 to 12.")
    {
        Category = "Dates and times", Example = "month(DATE '1992-09-20')", Returns = "9",
    };
}

/// <summary>day(x)</summary>
internal readonly struct DayUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Day;

    public static FunctionInfo Info => new("day", "Day of the month.")
    {
        Category = "Dates and times", Aliases = ["dayofmonth"], Example = "day(DATE '1992-09-20')", Returns = "20",
    };
}

/// <summary>quarter(x)</summary>
internal readonly struct QuarterUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Quarter;

    public static FunctionInfo Info => new("quarter", "Quarter, 1 to 4.")
    {
        Category = "Dates and times", Example = "quarter(DATE '1992-09-20')", Returns = "3",
    };
}

/// <summary>week(x)</summary>
internal readonly struct WeekUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Week;

    public static FunctionInfo Info => new("week", "ISO week, 1 to 53.")
    {
        Category = "Dates and times", Aliases = ["weekofyear"], Example = "week(DATE '1992-09-20')", Returns = "38",
    };
}

/// <summary>dayofweek(x)</summary>
internal readonly struct DayOfWeekUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.DayOfWeek;

    public static FunctionInfo Info => new("dayofweek", "Day of the week, 0 = Sunday.")
    {
        Category = "Dates and times", Aliases = ["weekday"], Example = "dayofweek(DATE '1992-09-20')", Returns = "0",
    };
}

/// <summary>isodow(x)</summary>
internal readonly struct IsoDayOfWeekUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.IsoDayOfWeek;

    public static FunctionInfo Info => new("isodow", "Day of the week, 1 = Monday.")
    {
        Category = "Dates and times", Example = "isodow(DATE '1992-09-20')", Returns = "7",
    };
}

/// <summary>dayofyear(x)</summary>
internal readonly struct DayOfYearUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.DayOfYear;

    public static FunctionInfo Info => new("dayofyear", "Day of the year.")
    {
        Category = "Dates and times", Example = "dayofyear(DATE '1992-09-20')", Returns = "264",
    };
}

/// <summary>isoyear(x)</summary>
internal readonly struct IsoYearUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.IsoYear;

    public static FunctionInfo Info => new("isoyear", "Year of the ISO week.")
    {
        Category = "Dates and times", Example = "isoyear(DATE '1992-09-20')", Returns = "1992",
    };
}

/// <summary>decade(x)</summary>
internal readonly struct DecadeUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Decade;

    public static FunctionInfo Info => new("decade", "Decade: the year divided by ten.")
    {
        Category = "Dates and times", Example = "decade(DATE '1992-09-20')", Returns = "199",
    };
}

/// <summary>century(x)</summary>
internal readonly struct CenturyUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Century;

    public static FunctionInfo Info => new("century", "Century.")
    {
        Category = "Dates and times", Example = "century(DATE '1992-09-20')", Returns = "20",
    };
}

/// <summary>millennium(x)</summary>
internal readonly struct MillenniumUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Millennium;

    public static FunctionInfo Info => new("millennium", "Millennium.")
    {
        Category = "Dates and times", Example = "millennium(DATE '1992-09-20')", Returns = "2",
    };
}

/// <summary>yearweek(x)</summary>
internal readonly struct YearWeekUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.YearWeek;

    public static FunctionInfo Info => new("yearweek", "Year and ISO week as YYYYWW.")
    {
        Category = "Dates and times", Example = "yearweek(DATE '1992-09-20')", Returns = "199238",
    };
}

/// <summary>julian(x)</summary>
internal readonly struct JulianUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Julian;

    public static FunctionInfo Info => new("julian", "Julian day number.")
    {
        Category = "Dates and times", Example = "julian(DATE '1992-09-20')", Returns = "2448886",
    };
}

/// <summary>era(x)</summary>
internal readonly struct EraUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Era;

    public static FunctionInfo Info => new("era", "1 AD, 0 BC.")
    {
        Category = "Dates and times", Example = "era(DATE '1992-09-20')", Returns = "1",
    };
}

/// <summary>hour(x)</summary>
internal readonly struct HourUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Hour;

    public static FunctionInfo Info => new("hour", "Hour, 0 to 23.")
    {
        Category = "Dates and times", Example = "hour(TIMESTAMP '1992-09-20 20:38:40.5')", Returns = "20",
    };
}

/// <summary>minute(x)</summary>
internal readonly struct MinuteUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Minute;

    public static FunctionInfo Info => new("minute", "Minute.")
    {
        Category = "Dates and times", Example = "minute(TIMESTAMP '1992-09-20 20:38:40.5')", Returns = "38",
    };
}

/// <summary>second(x)</summary>
internal readonly struct SecondUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Second;

    public static FunctionInfo Info => new("second", "Second.")
    {
        Category = "Dates and times", Example = "second(TIMESTAMP '1992-09-20 20:38:40.5')", Returns = "40",
    };
}

/// <summary>millisecond(x)</summary>
internal readonly struct MillisecondUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Millisecond;

    public static FunctionInfo Info => new("millisecond", "Seconds of the minute in thousandths.")
    {
        Category = "Dates and times", Example = "millisecond(TIMESTAMP '1992-09-20 20:38:40.5')", Returns = "40500",
    };
}

/// <summary>microsecond(x)</summary>
internal readonly struct MicrosecondUnit : IUnit
{
    public static DateTimeUnit Unit => DateTimeUnit.Microsecond;

    public static FunctionInfo Info => new("microsecond", "Seconds of the minute in millionths.")
    {
        Category = "Dates and times", Example = "microsecond(TIMESTAMP '1992-09-20 20:38:40.5')", Returns = "40500000",
    };
}

namespace ColFrag.Engine.Functions.Text;

/// <summary>The parts of dates and times that functions name: extract, date_trunc, intervals.</summary>
internal enum DateTimeUnit : byte
{
    /// <summary>microsecond</summary>
    Microsecond,
    /// <summary>millisecond</summary>
    Millisecond,
    /// <summary>second</summary>
    Second,
    /// <summary>minute</summary>
    Minute,
    /// <summary>hour</summary>
    Hour,
    /// <summary>day</summary>
    Day,
    /// <summary>week, from Monday</summary>
    Week,
    /// <summary>month</summary>
    Month,
    /// <summary>quarter</summary>
    Quarter,
    /// <summary>year</summary>
    Year,
    /// <summary>decade</summary>
    Decade,
    /// <summary>century</summary>
    Century,
    /// <summary>millennium</summary>
    Millennium,
    /// <summary>day of the week, 0 = Sunday</summary>
    DayOfWeek,
    /// <summary>day of the week, 1 = Monday</summary>
    IsoDayOfWeek,
    /// <summary>day of the year</summary>
    DayOfYear,
    /// <summary>year of the ISO week</summary>
    IsoYear,
    /// <summary>seconds since 1970</summary>
    Epoch,
    /// <summary>Julian day</summary>
    Julian,
    /// <summary>seconds east of Greenwich</summary>
    TimeZone,
    /// <summary>hours of the zone's offset</summary>
    TimeZoneHour,
    /// <summary>minutes of the zone's offset</summary>
    TimeZoneMinute,
    /// <summary>1 AD, 0 BC</summary>
    Era,
    /// <summary>year and week as YYYYWW</summary>
    YearWeek,
}

/// <summary>Names of units.</summary>
internal static class DateTimeUnits
{
    private static readonly Dictionary<string, DateTimeUnit> s_units = Build();

    /// <summary>The unit of a name, in any case.</summary>
    public static bool TryParse(ReadOnlySpan<byte> name, out DateTimeUnit unit)
    {
        unit = default;
        if (name.Length > 20) return false;
        Span<char> lower = stackalloc char[name.Length];
        for (int i = 0; i < name.Length; i++) lower[i] = (char)Ascii.ToLower(name[i]);
        return s_units.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(lower, out unit);
    }

    private static Dictionary<string, DateTimeUnit> Build()
    {
        Dictionary<string, DateTimeUnit> units = new(StringComparer.Ordinal);
        void Add(DateTimeUnit unit, params string[] names)
        {
            foreach (string name in names) units.Add(name, unit);
        }
        Add(DateTimeUnit.Microsecond, "microsecond", "microseconds", "us", "usec", "usecs", "usecond", "useconds");
        Add(DateTimeUnit.Millisecond, "millisecond", "milliseconds", "ms", "msec", "msecs", "msecond", "mseconds");
        Add(DateTimeUnit.Second, "second", "seconds", "s", "sec", "secs");
        Add(DateTimeUnit.Minute, "minute", "minutes", "m", "min", "mins");
        Add(DateTimeUnit.Hour, "hour", "hours", "h", "hr", "hrs");
        Add(DateTimeUnit.Day, "day", "days", "d", "dayofmonth");
        Add(DateTimeUnit.Week, "week", "weeks", "w", "weekofyear");
        Add(DateTimeUnit.Month, "month", "months", "mon", "mons");
        Add(DateTimeUnit.Quarter, "quarter", "quarters", "qtr");
        Add(DateTimeUnit.Year, "year", "years", "y", "yr", "yrs");
        Add(DateTimeUnit.Decade, "decade", "decades", "dec", "decs");
        Add(DateTimeUnit.Century, "century", "centuries", "c", "cent");
        Add(DateTimeUnit.Millennium, "millennium", "millenniums", "millennia", "mil", "mils", "millenium");
        Add(DateTimeUnit.DayOfWeek, "dow", "dayofweek", "weekday");
        Add(DateTimeUnit.IsoDayOfWeek, "isodow");
        Add(DateTimeUnit.DayOfYear, "doy", "dayofyear");
        Add(DateTimeUnit.IsoYear, "isoyear");
        Add(DateTimeUnit.Epoch, "epoch");
        Add(DateTimeUnit.Julian, "julian");
        Add(DateTimeUnit.TimeZone, "timezone");
        Add(DateTimeUnit.TimeZoneHour, "timezone_hour");
        Add(DateTimeUnit.TimeZoneMinute, "timezone_minute");
        Add(DateTimeUnit.Era, "era");
        Add(DateTimeUnit.YearWeek, "yearweek");
        return units;
    }
}

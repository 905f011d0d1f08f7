using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Time;

/// <summary>
/// Calendar arithmetic over microseconds since 1970, with PostgreSQL's rules. Infinity stays infinity.
/// </summary>
internal static class DateTimeMath
{
    private const long Second = DateTimeText.MicrosecondsPerSecond;
    private const long Day = DateTimeText.MicrosecondsPerDay;

    /// <summary>The moment later by months (clamped to the month's last day), then days, then time.</summary>
    public static long Add(long microseconds, Interval interval)
    {
        if (microseconds is long.MaxValue or long.MinValue) return microseconds;
        Int128 result = microseconds;
        if (interval.Months != 0)
        {
            long days = Moments.FloorDivide(microseconds, Day);
            result = ((Int128)AddMonths(days, interval.Months) * Day) + Moments.FloorMod(microseconds, Day);
        }
        result += ((Int128)interval.Days * Day) + interval.Microseconds;
        if (result <= long.MinValue || result >= long.MaxValue) ThrowOutOfRange();
        return (long)result;
    }

    /// <summary>
    /// As <see cref="Add(long, Interval)"/> in a zone: months and days are the clock's there, time is real time.
    /// </summary>
    public static long Add(long utcMicroseconds, Interval interval, TimeZoneRules zone)
    {
        if (interval.Months == 0 && interval.Days == 0) return Add(utcMicroseconds, interval);
        long local = Add(zone.ToLocal(utcMicroseconds), new Interval(interval.Months, interval.Days, 0));
        return Add(zone.ToUtc(local), new Interval(0, 0, interval.Microseconds));
    }

    /// <summary>The day number later by months, at most the last day of its month.</summary>
    public static long AddMonths(long days, long months)
    {
        (long year, int month, int day) = Calendar.FromDays(days);
        long total = (year * 12) + month - 1 + months;
        long newYear = Moments.FloorDivide(total, 12);
        int newMonth = (int)Moments.FloorMod(total, 12) + 1;
        return Calendar.ToDays(newYear, newMonth, Math.Min(day, Calendar.DaysInMonth(newYear, newMonth)));
    }

    /// <summary>The interval with every part negated.</summary>
    public static Interval Negate(Interval interval)
    {
        if (interval.Months == int.MinValue || interval.Days == int.MinValue || interval.Microseconds == long.MinValue)
            ThrowIntervalOutOfRange();
        return new Interval(-interval.Months, -interval.Days, -interval.Microseconds);
    }

    /// <summary>Part by part.</summary>
    public static Interval Add(Interval x, Interval y)
    {
        (long months, long days) = ((long)x.Months + y.Months, (long)x.Days + y.Days);
        Int128 microseconds = (Int128)x.Microseconds + y.Microseconds;
        return Checked(months, days, microseconds);
    }

    /// <summary>Every part times a number; what a part has below one flows into the smaller one.</summary>
    public static Interval Multiply(Interval interval, double factor)
    {
        double months = interval.Months * factor;
        double days = interval.Days * factor;
        double wholeMonths = Math.Truncate(months);
        // 30 days to a month; the product is rounded to microseconds before it is split, as PostgreSQL does.
        double monthDays = Math.Round((months - wholeMonths) * 30 * 1e6) / 1e6;
        double wholeDays = Math.Truncate(days) + Math.Truncate(monthDays);
        double restDays = (days - Math.Truncate(days)) + (monthDays - Math.Truncate(monthDays));
        restDays = Math.Round(restDays * 86_400 * 1e6) / (86_400 * 1e6);
        if (Math.Abs(restDays) >= 1)
        {
            wholeDays += Math.Truncate(restDays);
            restDays -= Math.Truncate(restDays);
        }
        double microseconds = Math.Round((interval.Microseconds * factor) + (restDays * Day), MidpointRounding.ToEven);
        if (!double.IsFinite(months + days + microseconds) || Math.Abs(microseconds) > 9.2e18)
            ThrowIntervalOutOfRange();
        return Checked((long)Math.Clamp(wholeMonths, -1e15, 1e15), (long)Math.Clamp(wholeDays, -1e15, 1e15),
            (Int128)microseconds);
    }

    /// <summary>Days and time between two moments: what timestamp - timestamp gives.</summary>
    public static Interval Difference(long left, long right)
    {
        if (left is long.MaxValue or long.MinValue || right is long.MaxValue or long.MinValue)
            ThrowIntervalOutOfRange();
        Int128 difference = (Int128)left - right;
        return Checked(0, (long)(difference / Day), difference % Day);
    }

    /// <summary>Years, months, days and time between two moments: what age gives.</summary>
    public static Interval Age(long later, long earlier)
    {
        if (later is long.MaxValue or long.MinValue || earlier is long.MaxValue or long.MinValue)
            ThrowIntervalOutOfRange();
        bool isNegative = later < earlier;
        if (isNegative) (later, earlier) = (earlier, later);
        long laterDays = Moments.FloorDivide(later, Day);
        long earlierDays = Moments.FloorDivide(earlier, Day);
        long time = Moments.FloorMod(later, Day) - Moments.FloorMod(earlier, Day);
        (long laterYear, int laterMonth, int laterDay) = Calendar.FromDays(laterDays);
        (long earlierYear, int earlierMonth, int earlierDay) = Calendar.FromDays(earlierDays);
        long months = ((laterYear - earlierYear) * 12) + laterMonth - earlierMonth;
        long days = laterDay - earlierDay;
        if (time < 0)
        {
            time += Day;
            days--;
        }
        if (days < 0)
        {
            // The borrowed month is as long as the earlier date's, as PostgreSQL counts it.
            days += Calendar.DaysInMonth(earlierYear, earlierMonth);
            months--;
        }
        Interval age = Checked(months, days, time);
        return isNegative ? Negate(age) : age;
    }

    /// <summary>The beginning of the unit that a moment lies in.</summary>
    public static long Truncate(long microseconds, DateTimeUnit unit)
    {
        if (microseconds is long.MaxValue or long.MinValue) return microseconds;
        long size = unit switch
        {
            DateTimeUnit.Microsecond => 1,
            DateTimeUnit.Millisecond => 1_000,
            DateTimeUnit.Second or DateTimeUnit.Epoch => Second,
            DateTimeUnit.Minute => 60 * Second,
            DateTimeUnit.Hour => 3_600 * Second,
            DateTimeUnit.Day => Day,
            _ => 0,
        };
        if (size > 0) return microseconds - Moments.FloorMod(microseconds, size);
        return TruncateDays(Moments.FloorDivide(microseconds, Day), unit) * Day;
    }

    /// <summary>The first day of the unit that a day lies in; units of a day or less are the day.</summary>
    public static long TruncateDays(long days, DateTimeUnit unit)
    {
        // Numbers of days are there for DuckDB: the day that they count begins as it does.
        bool isDay = unit is <= DateTimeUnit.Day or DateTimeUnit.DayOfWeek or DateTimeUnit.IsoDayOfWeek
            or DateTimeUnit.DayOfYear or DateTimeUnit.Julian or DateTimeUnit.Epoch;
        if (isDay) return days;
        // 1970-01-01 was a Thursday.
        if (unit is DateTimeUnit.Week or DateTimeUnit.YearWeek) return days - Moments.FloorMod(days + 3, 7);
        (long year, int month, _) = Calendar.FromDays(days);
        return unit switch
        {
            DateTimeUnit.Month => Calendar.ToDays(year, month, 1),
            DateTimeUnit.Quarter => Calendar.ToDays(year, ((month - 1) / 3 * 3) + 1, 1),
            DateTimeUnit.Year => Calendar.ToDays(year, 1, 1),
            DateTimeUnit.IsoYear => WeekYearStart(IsoYear(days)),
            DateTimeUnit.Decade => Calendar.ToDays(Moments.FloorDivide(year, 10) * 10, 1, 1),
            // The first century began with year 1.
            DateTimeUnit.Century => Calendar.ToDays((Moments.FloorDivide(year - 1, 100) * 100) + 1, 1, 1),
            DateTimeUnit.Millennium => Calendar.ToDays((Moments.FloorDivide(year - 1, 1000) * 1000) + 1, 1, 1),
            _ => throw NotATruncation(unit),
        };
    }

    /// <summary>Week of the ISO year, 1 to 53.</summary>
    public static int IsoWeek(long days) => (int)((days - WeekYearStart(IsoYear(days))) / 7) + 1;

    /// <summary>The year that the day's week belongs to: the one that has its Thursday.</summary>
    public static long IsoYear(long days) => Calendar.FromDays(days - Moments.FloorMod(days + 3, 7) + 3).Year;

    /// <summary>Day of the week, 0 = Sunday.</summary>
    public static int DayOfWeek(long days) => (int)Moments.FloorMod(days + 4, 7);

    /// <summary>Day of the year, from 1.</summary>
    public static int DayOfYear(long days) => (int)(days - Calendar.ToDays(Calendar.FromDays(days).Year, 1, 1)) + 1;

    /// <summary>How many boundaries of a unit lie between two moments.</summary>
    public static long CountBoundaries(long from, long to, DateTimeUnit unit)
    {
        long fromDays = Moments.FloorDivide(from, Day);
        long toDays = Moments.FloorDivide(to, Day);
        switch (unit)
        {
            case DateTimeUnit.Microsecond: return checked(to - from);
            case DateTimeUnit.Millisecond: return Moments.FloorDivide(to, 1_000) - Moments.FloorDivide(from, 1_000);
            case DateTimeUnit.Second or DateTimeUnit.Epoch: return Moments.FloorDivide(to, Second)
                - Moments.FloorDivide(from, Second);
            case DateTimeUnit.Minute: return Moments.FloorDivide(to, 60 * Second)
                - Moments.FloorDivide(from, 60 * Second);
            case DateTimeUnit.Hour: return Moments.FloorDivide(to, 3_600 * Second)
                - Moments.FloorDivide(from, 3_600 * Second);
            case DateTimeUnit.Day or DateTimeUnit.DayOfWeek or DateTimeUnit.DayOfYear or DateTimeUnit.IsoDayOfWeek
                or DateTimeUnit.Julian: return toDays - fromDays;
            case DateTimeUnit.Week
                or DateTimeUnit.YearWeek: return (TruncateDays(toDays, DateTimeUnit.Week)
                    - TruncateDays(fromDays, DateTimeUnit.Week)) / 7;
            case DateTimeUnit.IsoYear: return IsoYear(toDays) - IsoYear(fromDays);
        }
        (long fromYear, int fromMonth, _) = Calendar.FromDays(fromDays);
        (long toYear, int toMonth, _) = Calendar.FromDays(toDays);
        return unit switch
        {
            DateTimeUnit.Month => ((toYear - fromYear) * 12) + toMonth - fromMonth,
            DateTimeUnit.Quarter => ((toYear - fromYear) * 4) + ((toMonth - 1) / 3) - ((fromMonth - 1) / 3),
            DateTimeUnit.Year => toYear - fromYear,
            DateTimeUnit.Decade => Moments.FloorDivide(toYear, 10) - Moments.FloorDivide(fromYear, 10),
            DateTimeUnit.Century => Moments.FloorDivide(toYear - 1, 100) - Moments.FloorDivide(fromYear - 1, 100),
            DateTimeUnit.Millennium => Moments.FloorDivide(toYear - 1, 1000) - Moments.FloorDivide(fromYear - 1, 1000),
            _ => throw NotATruncation(unit),
        };
    }

    /// <summary>How many whole units fit between two moments.</summary>
    public static long CountWhole(long from, long to, DateTimeUnit unit)
    {
        if (to < from) return -CountWhole(to, from, unit);
        long months = unit switch
        {
            DateTimeUnit.Month => 1,
            DateTimeUnit.Quarter => 3,
            DateTimeUnit.Year or DateTimeUnit.IsoYear => 12,
            DateTimeUnit.Decade => 120,
            DateTimeUnit.Century => 1_200,
            DateTimeUnit.Millennium => 12_000,
            _ => 0,
        };
        if (months > 0)
        {
            Interval age = Age(to, from);
            return age.Months / months;
        }
        long size = unit switch
        {
            DateTimeUnit.Microsecond => 1,
            DateTimeUnit.Millisecond => 1_000,
            DateTimeUnit.Second or DateTimeUnit.Epoch => Second,
            DateTimeUnit.Minute => 60 * Second,
            DateTimeUnit.Hour => 3_600 * Second,
            DateTimeUnit.Week or DateTimeUnit.YearWeek => 7 * Day,
            _ => Day,
        };
        return checked(to - from) / size;
    }

    /// <summary>The start of the bucket of a moment; buckets of equal length begin at the origin.</summary>
    public static long Bin(Interval stride, long microseconds, long origin)
    {
        if (stride.Months != 0)
        {
            if (stride.Days != 0 || stride.Microseconds != 0 || stride.Months < 0) ThrowStride();
            (long year, int month, _) = Calendar.FromDays(Moments.FloorDivide(microseconds, Day));
            (long originYear, int originMonth, _) = Calendar.FromDays(Moments.FloorDivide(origin, Day));
            long months = ((year - originYear) * 12) + month - originMonth;
            long start = Moments.FloorDivide(months, stride.Months) * stride.Months;
            return Calendar.ToDays(originYear + Moments.FloorDivide(originMonth - 1 + start, 12),
                (int)Moments.FloorMod(originMonth - 1 + start, 12) + 1, 1) * Day;
        }
        Int128 size = ((Int128)stride.Days * Day) + stride.Microseconds;
        if (size <= 0 || size > long.MaxValue) ThrowStride();
        Int128 distance = (Int128)microseconds - origin;
        Int128 rest = distance % size;
        if (rest < 0) rest += size;
        return (long)((Int128)microseconds - rest);
    }

    /// <summary>22008</summary>
    public static void ThrowOutOfRange() =>
        throw new QueryException(SqlStates.DatetimeOverflow, "Timestamp is out of range");

    /// <summary>22008</summary>
    public static void ThrowIntervalOutOfRange() =>
        throw new QueryException(SqlStates.DatetimeOverflow, "Interval is out of range");

    private static void ThrowStride() =>
        throw new QueryException(
            SqlStates.InvalidParameterValue, "Stride must be positive, and either months or days and time");

    private static QueryException NotATruncation(DateTimeUnit unit) =>
        new(SqlStates.InvalidParameterValue, $"Unit is not supported here: {unit.ToString().ToLowerInvariant()}");

    /// <summary>The interval, or 22008 where a field does not hold its number.</summary>
    public static Interval Checked(long months, long days, Int128 microseconds)
    {
        bool fits = months == (int)months && days == (int)days && microseconds == (long)microseconds;
        if (!fits) ThrowIntervalOutOfRange();
        return new Interval((int)months, (int)days, (long)microseconds);
    }

    // Monday of the week with 4 January.
    private static long WeekYearStart(long year)
    {
        long january4 = Calendar.ToDays(year, 1, 4);
        return january4 - Moments.FloorMod(january4 + 3, 7);
    }
}

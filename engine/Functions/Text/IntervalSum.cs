using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Text;

/// <summary>
/// The fields of an interval as they come, added with PostgreSQL's limits: years, months and days of 32 bits and
/// microseconds of 64. Fractions of a year are whole months, those of a month days, those of a day microseconds.
/// </summary>
internal struct IntervalSum
{
    private const int DaysPerMonth = 30;
    private const long Second = 1_000_000;
    private const long Day = 86_400 * Second;
    private int _years;
    private int _months;
    private int _days;
    private long _microseconds;

    /// <summary>True for units that an interval counts.</summary>
    public static bool Takes(DateTimeUnit unit) => unit <= DateTimeUnit.Millennium;

    /// <summary>Adds so many of a unit; false where that is more than the field holds.</summary>
    public bool TryAdd(long whole, double fraction, DateTimeUnit unit) => unit switch
    {
        DateTimeUnit.Millennium => AddYears(whole, fraction, 1_000),
        DateTimeUnit.Century => AddYears(whole, fraction, 100),
        DateTimeUnit.Decade => AddYears(whole, fraction, 10),
        DateTimeUnit.Year => AddYears(whole, fraction, 1),
        DateTimeUnit.Quarter => AddQuarters(whole, fraction),
        DateTimeUnit.Month => Add(ref _months, whole) && AddDays(fraction * DaysPerMonth),
        DateTimeUnit.Week => Add(ref _days, (Int128)whole * 7) && AddDays(fraction * 7),
        DateTimeUnit.Day => Add(ref _days, whole) && AddMicroseconds(0, fraction, Day),
        DateTimeUnit.Hour => AddMicroseconds(whole, fraction, 3_600 * Second),
        DateTimeUnit.Minute => AddMicroseconds(whole, fraction, 60 * Second),
        DateTimeUnit.Second => AddMicroseconds(whole, fraction, Second),
        DateTimeUnit.Millisecond => AddMicroseconds(whole, fraction, 1_000),
        DateTimeUnit.Microsecond => AddMicroseconds(whole, fraction, 1),
        _ => false,
    };

    /// <summary>Turns every field around; false for the one number that has no counterpart.</summary>
    public bool TryNegate()
    {
        if (_years == int.MinValue || _months == int.MinValue || _days == int.MinValue ||
            _microseconds == long.MinValue)
        {
            return false;
        }
        (_years, _months, _days, _microseconds) = (-_years, -_months, -_days, -_microseconds);
        return true;
    }

    /// <summary>The interval, if its months are not too many.</summary>
    public readonly IntervalReading Finish(out Interval interval)
    {
        interval = default;
        long months = ((long)_years * 12) + _months;
        if (months is < int.MinValue or > int.MaxValue) return IntervalReading.Overflow;
        interval = new Interval((int)months, _days, _microseconds);
        return IntervalReading.Read;
    }

    private bool AddYears(long whole, double fraction, int scale) =>
        Add(ref _years, (Int128)whole * scale) && Add(ref _months, (long)Math.Round(fraction * scale * 12));

    private bool AddQuarters(long whole, double fraction)
    {
        double months = Math.Truncate(fraction * 3);
        return Add(ref _months, ((Int128)whole * 3) + (long)months) &&
            AddDays(((fraction * 3) - months) * DaysPerMonth);
    }

    private bool AddDays(double count)
    {
        double whole = Math.Truncate(count);
        return Add(ref _days, (long)whole) && AddMicroseconds(0, count - whole, Day);
    }

    private bool AddMicroseconds(long whole, double fraction, long scale)
    {
        Int128 sum = _microseconds + ((Int128)whole * scale);
        double part = fraction * scale;
        long rounded = (long)part;
        part -= rounded;
        sum += part > 0.5 ? rounded + 1 : part < -0.5 ? rounded - 1 : rounded;
        if (sum < long.MinValue || sum > long.MaxValue) return false;
        _microseconds = (long)sum;
        return true;
    }

    private static bool Add(ref int field, Int128 value)
    {
        Int128 sum = field + value;
        if (sum < int.MinValue || sum > int.MaxValue) return false;
        field = (int)sum;
        return true;
    }
}

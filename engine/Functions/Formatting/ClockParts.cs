using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Formatting;

/// <summary>A moment in its parts, as formats print and read them.</summary>
internal struct ClockParts
{
    public long Year;
    public int Month;
    public int Day;
    public int Hour;
    public int Minute;
    public int Second;
    public int Microsecond;

    /// <summary>Seconds east of UTC, and the zone's name.</summary>
    public int Offset;
    public string Zone;

    /// <summary>True for the parts of an interval, whose year 0 is none.</summary>
    public bool IsInterval;

    /// <summary>The parts of microseconds since 1970.</summary>
    public static ClockParts Of(long microseconds)
    {
        long days = Moments.FloorDivide(microseconds, DateTimeText.MicrosecondsPerDay);
        long rest = microseconds - (days * DateTimeText.MicrosecondsPerDay);
        (long year, int month, int day) = Calendar.FromDays(days);
        return new ClockParts
        {
            Year = year, Month = month, Day = day, Hour = (int)(rest / 3_600_000_000),
                Minute = (int)(rest / 60_000_000 % 60),
            Second = (int)(rest / 1_000_000 % 60), Microsecond = (int)(rest % 1_000_000), Zone = "",
        };
    }

    public readonly long Days => Calendar.ToDays(Year, Month, Day);

    /// <summary>Microseconds since 1970.</summary>
    public readonly long Microseconds =>
        (Days * DateTimeText.MicrosecondsPerDay) + (((Hour * 60L) + Minute) * 60_000_000) + (
            Second * 1_000_000L) + Microsecond;

    /// <summary>The year as people count: 1 BC is -1.</summary>
    public readonly long CivilYear => Year > 0 || IsInterval ? Year : Year - 1;
}

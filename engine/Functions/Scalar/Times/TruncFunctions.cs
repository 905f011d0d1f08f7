using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>date_trunc(unit, timestamp)</summary>
internal readonly struct DateTrunc : IBinarySessionFunction<ReadOnlySpan<byte>, SqlTimestamp, SqlTimestamp>
{
    public static FunctionInfo Info => new("date_trunc", "The beginning of the unit that a moment lies in.")
    {
        Category = "Dates and times", Aliases = ["datetrunc"],
            Example = "date_trunc('hour', TIMESTAMP '2001-02-16 20:38:40')",
        Returns = "2001-02-16 20:00:00", Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestamp Apply(ReadOnlySpan<byte> unit, SqlTimestamp value, FunctionContext context) =>
        new(DateTimeMath.Truncate(value.Microseconds, context.GetState<PartCache>().Parse(unit)));
}

/// <summary>date_trunc(unit, timestamptz): in the session's zone</summary>
internal readonly struct DateTruncInstant : IBinarySessionFunction<ReadOnlySpan<byte>, SqlTimestampTz, SqlTimestampTz>
{
    public static FunctionInfo Info => DateTrunc.Info with { Flags = FunctionFlags.CanThrow | FunctionFlags.Stable };

    public static SqlTimestampTz Apply(ReadOnlySpan<byte> unit, SqlTimestampTz value, FunctionContext context)
    {
        TimeZoneRules zone = context.GetState<SessionZone>().Of(context.Session);
        DateTimeUnit part = context.GetState<PartCache>().Parse(unit);
        return new(zone.ToUtc(DateTimeMath.Truncate(zone.ToLocal(value.Microseconds), part)));
    }
}

/// <summary>date_trunc(unit, timestamptz, zone)</summary>
internal readonly struct DateTruncInZone :
    ITernarySessionFunction<ReadOnlySpan<byte>, SqlTimestampTz, ReadOnlySpan<byte>, SqlTimestampTz>
{
    public static FunctionInfo Info => DateTrunc.Info;

    public static SqlTimestampTz Apply(
        ReadOnlySpan<byte> unit, SqlTimestampTz value, ReadOnlySpan<byte> zoneName, FunctionContext context)
    {
        TimeZoneRules zone = context.GetState<ZoneCache>().Find(zoneName);
        DateTimeUnit part = context.GetState<PartCache>().Parse(unit);
        return new(zone.ToUtc(DateTimeMath.Truncate(zone.ToLocal(value.Microseconds), part)));
    }
}

/// <summary>date_trunc(unit, interval)</summary>
internal readonly struct DateTruncInterval : IBinarySessionFunction<ReadOnlySpan<byte>, Interval, Interval>
{
    public static FunctionInfo Info => DateTrunc.Info;

    public static Interval Apply(ReadOnlySpan<byte> unit, Interval value, FunctionContext context)
    {
        DateTimeUnit part = context.GetState<PartCache>().Parse(unit);
        int months = part switch
        {
            DateTimeUnit.Millennium => 12_000,
            DateTimeUnit.Century => 1_200,
            DateTimeUnit.Decade => 120,
            DateTimeUnit.Year => 12,
            DateTimeUnit.Quarter => 3,
            _ => 1,
        };
        if (part >= DateTimeUnit.Month) return new Interval(value.Months / months * months, 0, 0);
        if (part >= DateTimeUnit.Day) return new Interval(value.Months, value.Days, 0);
        long size = part switch
        {
            DateTimeUnit.Hour => 3_600_000_000,
            DateTimeUnit.Minute => 60_000_000,
            DateTimeUnit.Second => 1_000_000,
            DateTimeUnit.Millisecond => 1_000,
            _ => 1,
        };
        return new Interval(value.Months, value.Days, value.Microseconds / size * size);
    }
}

/// <summary>date_bin(stride, timestamp, origin)</summary>
internal readonly struct DateBin : ITernaryFunction<Interval, SqlTimestamp, SqlTimestamp, SqlTimestamp>
{
    public static FunctionInfo Info =>
        new("date_bin", "The start of the bucket that a moment lies in; buckets begin at the origin.")
    {
        Category = "Dates and times", Aliases = ["time_bucket"],
        Example = "date_bin('15 minutes', TIMESTAMP '2001-02-16 20:38:40', TIMESTAMP '2001-02-16 20:05:00')",
        Returns = "2001-02-16 20:35:00", Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestamp Apply(Interval stride, SqlTimestamp value, SqlTimestamp origin) =>
        new(DateTimeMath.Bin(stride, value.Microseconds, origin.Microseconds));
}

/// <summary>time_bucket(stride, timestamp): from Monday 2000-01-03, or 2000-01-01 for months.</summary>
internal readonly struct TimeBucket : IBinaryFunction<Interval, SqlTimestamp, SqlTimestamp>
{
    public static FunctionInfo Info => DateBin.Info;

    public static SqlTimestamp Apply(Interval stride, SqlTimestamp value) => new(DateTimeMath.Bin(
        stride, value.Microseconds, (stride.Months != 0 ? 10_957 : 10_959) * DateTimeText.MicrosecondsPerDay));
}

/// <summary>last_day(date)</summary>
internal readonly struct LastDay : IUnaryFunction<SqlDate, SqlDate>
{
    public static FunctionInfo Info => new("last_day", "The last day of the month.")
    {
        Category = "Dates and times", Example = "last_day(DATE '2024-02-10')", Returns = "2024-02-29",
    };

    public static SqlDate Apply(SqlDate date)
    {
        if (date.Days is int.MaxValue or int.MinValue) return date;
        (long year, int month, _) = Calendar.FromDays(date.Days);
        return new SqlDate((int)Calendar.ToDays(year, month, Calendar.DaysInMonth(year, month)));
    }
}

/// <summary>Zones by name, the last one kept.</summary>
internal sealed class ZoneCache
{
    private byte[] _name = [];
    private TimeZoneRules _zone = TimeZoneRules.Utc;

    public TimeZoneRules Find(ReadOnlySpan<byte> name)
    {
        if (name.SequenceEqual(_name)) return _zone;
        string text = System.Text.Encoding.UTF8.GetString(name);
        _zone = ZoneAbbreviations.Find(text) ?? TimeZoneRules.FindPosix(text);
        _name = name.ToArray();
        return _zone;
    }
}

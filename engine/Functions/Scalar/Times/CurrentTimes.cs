using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>now()</summary>
internal readonly struct Now : INullaryFunction<SqlTimestampTz>
{
    public static FunctionInfo Info => new("now", "When the transaction began.")
    {
        Category = "Dates and times", Aliases = ["transaction_timestamp", "current_timestamp", "get_current_timestamp"],
        Example = "now() = transaction_timestamp()", Returns = "true", Flags = FunctionFlags.Stable,
    };

    public static SqlTimestampTz Apply(FunctionContext context) => new(context.Session.TransactionMicroseconds);
}

/// <summary>statement_timestamp()</summary>
internal readonly struct StatementTimestamp : INullaryFunction<SqlTimestampTz>
{
    public static FunctionInfo Info => new("statement_timestamp", "When the statement began.")
    {
        Category = "Dates and times", Example = "statement_timestamp() >= now()", Returns = "true",
            Flags = FunctionFlags.Stable,
    };

    public static SqlTimestampTz Apply(FunctionContext context) => new(context.Session.StatementMicroseconds);
}

/// <summary>clock_timestamp(): fixed for a statement too, since a plan runs on several machines.</summary>
internal readonly struct ClockTimestamp : INullaryFunction<SqlTimestampTz>
{
    public static FunctionInfo Info => new("clock_timestamp", "When the statement began, on the coordinator's clock.")
    {
        Category = "Dates and times", Example = "clock_timestamp() >= now()", Returns = "true",
            Flags = FunctionFlags.Stable,
    };

    public static SqlTimestampTz Apply(FunctionContext context) => new(context.Session.StatementMicroseconds);
}

/// <summary>current_date</summary>
internal readonly struct CurrentDate : INullaryFunction<SqlDate>
{
    public static FunctionInfo Info => new("current_date", "Today, in the session's zone.")
    {
        Category = "Dates and times", Aliases = ["today"], Example = "current_date = now()::date", Returns = "true",
        Flags = FunctionFlags.Stable,
    };

    public static SqlDate Apply(FunctionContext context) => new((int)Moments.FloorDivide(
        Moments.Resolve(RelativeMoment.Now, context.Session), DateTimeText.MicrosecondsPerDay));
}

/// <summary>localtimestamp</summary>
internal readonly struct LocalTimestamp : INullaryFunction<SqlTimestamp>
{
    public static FunctionInfo Info =>
        new("localtimestamp", "When the transaction began, on the clock of the session's zone.")
    {
        Category = "Dates and times", Aliases = ["current_localtimestamp"],
            Example = "localtimestamp = now()::timestamp", Returns = "true",
        Flags = FunctionFlags.Stable,
    };

    public static SqlTimestamp Apply(FunctionContext context) =>
        new(Moments.Resolve(RelativeMoment.Now, context.Session));
}

/// <summary>localtime</summary>
internal readonly struct LocalTime : INullaryFunction<SqlTime>
{
    public static FunctionInfo Info =>
        new("localtime", "Time of day when the transaction began, in the session's zone.")
    {
        Category = "Dates and times", Aliases = ["current_localtime"],
            Example = "localtime = now()::time", Returns = "true",
        Flags = FunctionFlags.Stable,
    };

    public static SqlTime Apply(FunctionContext context) => new(Moments.FloorMod(
        Moments.Resolve(RelativeMoment.Now, context.Session), DateTimeText.MicrosecondsPerDay));
}

/// <summary>timezone(zone, timestamp): what x AT TIME ZONE zone becomes</summary>
internal readonly struct AtTimeZone : IBinarySessionFunction<ReadOnlySpan<byte>, SqlTimestamp, SqlTimestampTz>
{
    public static FunctionInfo Info =>
        new("timezone", "A local time of a zone as a moment, or a moment as local time of a zone.")
    {
        Category = "Dates and times", Example = "TIMESTAMPTZ '2001-02-16 20:38:40-05' AT TIME ZONE 'America/Denver'",
        Returns = "2001-02-16 18:38:40", Flags = FunctionFlags.CanThrow,
    };

    public static SqlTimestampTz Apply(ReadOnlySpan<byte> zone, SqlTimestamp value, FunctionContext context) =>
        new(context.GetState<ZoneCache>().Find(zone).ToUtc(value.Microseconds));
}

/// <summary>timezone(zone, timestamptz)</summary>
internal readonly struct InstantAtTimeZone : IBinarySessionFunction<ReadOnlySpan<byte>, SqlTimestampTz, SqlTimestamp>
{
    public static FunctionInfo Info => AtTimeZone.Info;

    public static SqlTimestamp Apply(ReadOnlySpan<byte> zone, SqlTimestampTz value, FunctionContext context) =>
        new(context.GetState<ZoneCache>().Find(zone).ToLocal(value.Microseconds));
}

/// <summary>timezone(interval, timestamp): the zone so far east of Greenwich</summary>
internal readonly struct AtOffset : IBinaryFunction<Interval, SqlTimestamp, SqlTimestampTz>
{
    public static FunctionInfo Info => AtTimeZone.Info;

    public static SqlTimestampTz Apply(Interval east, SqlTimestamp value) =>
        new(ZoneOf(east).ToUtc(value.Microseconds));

    /// <summary>The zone of an offset.</summary>
    public static TimeZoneRules ZoneOf(Interval east)
    {
        long seconds = east.Microseconds / DateTimeText.MicrosecondsPerSecond;
        if (east is { Months: 0, Days: 0 } && Math.Abs(seconds) < 7 * 86_400)
            return TimeZoneRules.OfOffset((int)seconds);
        throw new QueryException(
            SqlStates.InvalidParameterValue, "An interval as time zone must not include months or days");
    }
}

/// <summary>timezone(interval, timestamptz)</summary>
internal readonly struct InstantAtOffset : IBinaryFunction<Interval, SqlTimestampTz, SqlTimestamp>
{
    public static FunctionInfo Info => AtTimeZone.Info;

    public static SqlTimestamp Apply(Interval east, SqlTimestampTz value) =>
        new(AtOffset.ZoneOf(east).ToLocal(value.Microseconds));
}

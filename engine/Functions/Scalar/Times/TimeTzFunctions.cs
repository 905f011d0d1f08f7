using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;
using static ColFrag.Engine.Functions.FunctionEntries;

namespace ColFrag.Engine.Functions.Scalar.Times;

/// <summary>Functions and operators of TIME WITH TIME ZONE.</summary>
internal static class TimeTzFunctions
{
    private static readonly FunctionInfo s_add = new("+", "Moves a time on its own clock, or puts it on a day.")
    {
        Category = "Dates and times", Example = "TIMETZ '23:30:00+01' + INTERVAL '1 hour'", Returns = "00:30:00+01",
        Flags = FunctionFlags.CanThrow,
    };

    private static readonly FunctionInfo s_subtract = new("-", "Moves a time back on its own clock.")
    {
        Category = "Dates and times", Example = "TIMETZ '00:30:00+01' - INTERVAL '1 hour'", Returns = "23:30:00+01",
        Flags = FunctionFlags.CanThrow,
    };

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        Nullary<CurrentTime, SqlTimeTz>(),
        Binary<PlusInterval, SqlTimeTz, Interval, SqlTimeTz>(), Binary<ToInterval, Interval, SqlTimeTz, SqlTimeTz>(),
        Binary<MinusInterval, SqlTimeTz, Interval, SqlTimeTz>(),
        Binary<OnDate, SqlDate, SqlTimeTz, SqlTimestampTz>(), Binary<ToDate, SqlTimeTz, SqlDate, SqlTimestampTz>(),
        BinarySession<AtZone, ReadOnlySpan<byte>, SqlTimeTz, SqlTimeTz>(),
        Binary<AtOffsetOf, Interval, SqlTimeTz, SqlTimeTz>(),
        Binary<FitZonedTime, SqlTimeTz, int, SqlTimeTz>(),
    ];

    private static SqlTimeTz Moved(SqlTimeTz time, long microseconds)
    {
        TimeWithZone parts = time.Parts;
        long moved = Moments.FloorMod(
            parts.Microseconds + (microseconds % DateTimeText.MicrosecondsPerDay), DateTimeText.MicrosecondsPerDay);
        return SqlTimeTz.Of(moved, parts.OffsetSeconds);
    }

    private static SqlTimeTz Shown(SqlTimeTz time, int offset)
    {
        long local = time.Parts.UtcMicroseconds + (offset * DateTimeText.MicrosecondsPerSecond);
        return SqlTimeTz.Of(Moments.FloorMod(local, DateTimeText.MicrosecondsPerDay), offset);
    }

    /// <summary>current_time</summary>
    private readonly struct CurrentTime : INullaryFunction<SqlTimeTz>
    {
        public static FunctionInfo Info =>
            new("current_time", "Time of day when the transaction began, with the offset of the session's zone.")
            {
                Category = "Dates and times", Aliases = ["get_current_time"], Example = "current_time = now()::timetz",
                Returns = "true", Flags = FunctionFlags.Stable,
            };

        public static SqlTimeTz Apply(FunctionContext context)
        {
            int offset = TimeTzCasts.OffsetAt(context, context.Session.TransactionMicroseconds);
            return SqlTimeTz.Of(
                Moments.FloorMod(
                    Moments.Resolve(RelativeMoment.Now, context.Session), DateTimeText.MicrosecondsPerDay),
                offset);
        }
    }

    private readonly struct PlusInterval : IBinaryFunction<SqlTimeTz, Interval, SqlTimeTz>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimeTz Apply(SqlTimeTz x, Interval y) => Moved(x, y.Microseconds);
    }

    private readonly struct ToInterval : IBinaryFunction<Interval, SqlTimeTz, SqlTimeTz>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimeTz Apply(Interval x, SqlTimeTz y) => Moved(y, x.Microseconds);
    }

    private readonly struct MinusInterval : IBinaryFunction<SqlTimeTz, Interval, SqlTimeTz>
    {
        public static FunctionInfo Info => s_subtract;

        public static SqlTimeTz Apply(SqlTimeTz x, Interval y) =>
            Moved(x, -(y.Microseconds % DateTimeText.MicrosecondsPerDay));
    }

    private readonly struct OnDate : IBinaryFunction<SqlDate, SqlTimeTz, SqlTimestampTz>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestampTz Apply(SqlDate x, SqlTimeTz y)
        {
            if (x.Days == int.MaxValue) return new(long.MaxValue);
            if (x.Days == int.MinValue) return new(long.MinValue);
            Int128 moment = ((Int128)x.Days * DateTimeText.MicrosecondsPerDay) + y.Parts.UtcMicroseconds;
            if (moment <= long.MinValue || moment >= long.MaxValue) DateTimeMath.ThrowOutOfRange();
            return new((long)moment);
        }
    }

    private readonly struct ToDate : IBinaryFunction<SqlTimeTz, SqlDate, SqlTimestampTz>
    {
        public static FunctionInfo Info => s_add;

        public static SqlTimestampTz Apply(SqlTimeTz x, SqlDate y) => OnDate.Apply(y, x);
    }

    private readonly struct AtZone : IBinarySessionFunction<ReadOnlySpan<byte>, SqlTimeTz, SqlTimeTz>
    {
        public static FunctionInfo Info => AtTimeZone.Info;

        public static SqlTimeTz Apply(ReadOnlySpan<byte> zone, SqlTimeTz value, FunctionContext context) => Shown(
            value, context.GetState<ZoneCache>().Find(zone).OffsetAt(context.Session.TransactionMicroseconds));
    }

    private readonly struct AtOffsetOf : IBinaryFunction<Interval, SqlTimeTz, SqlTimeTz>
    {
        public static FunctionInfo Info => AtTimeZone.Info;

        public static SqlTimeTz Apply(Interval east, SqlTimeTz value) =>
            Shown(value, AtOffset.ZoneOf(east).OffsetAt(0));
    }

    private readonly struct FitZonedTime : IBinaryFunction<SqlTimeTz, int, SqlTimeTz>
    {
        public static FunctionInfo Info => FitTimestamp.Info;

        public static SqlTimeTz Apply(SqlTimeTz value, int digits)
        {
            TimeWithZone parts = value.Parts;
            return SqlTimeTz.Of(FitTimestamp.Round(parts.Microseconds, digits), parts.OffsetSeconds);
        }
    }
}

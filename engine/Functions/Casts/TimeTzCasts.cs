using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Casts of TIME WITH TIME ZONE; a time without a zone is one of the session's.</summary>
internal static class TimeTzCasts
{
    /// <summary>What depends on the session's zone is stable, not immutable.</summary>
    public const FunctionFlags Flags =
        FunctionFlags.CanThrow | FunctionFlags.MayReturnNull | FunctionFlags.Stable;

    /// <summary>How far the session's clock is ahead of UTC at a moment.</summary>
    public static int OffsetAt(FunctionContext context, long utcMicroseconds) =>
        context.GetState<SessionZone>().Of(context.Session).OffsetAt(utcMicroseconds);
}

/// <summary>Text to TIMETZ: a time with an offset, or the name of a zone, behind it.</summary>
internal readonly struct TextToTimeTz(CastFailure failure) : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        ReadOnlySpan<byte> text = arguments.Get<ReadOnlySpan<byte>>(0, row);
        result = 0;
        bool isRead =
            DateTimeParser.TryParse(text, context.Session.DateStyle.Order, out DateTimeParts parts) && parts.HasTime;
        if (!isRead) return failure.Unreadable(text);
        int offset = parts.OffsetSeconds;
        if (!parts.HasOffset)
        {
            TimeZoneRules? zone = parts.ZoneLength > 0
                ? TimeZoneRules.TryFindBehindTime(text.Slice(parts.ZoneStart, parts.ZoneLength))
                : TimeZoneRules.Find(context.Session.TimeZone);
            if (zone is null) return failure.Unreadable(text);
            // Which offset a zone has is known on a day; without one it is today's.
            long moment = parts.HasDate
                ? zone.ToUtc((parts.Days * DateTimeText.MicrosecondsPerDay) + (parts.Nanoseconds / 1000))
                : context.Session.TransactionMicroseconds;
            offset = zone.OffsetAt(moment);
        }
        TimeWithZone time = new((parts.Nanoseconds + 500) / 1000, offset);
        if (!time.IsValid) return failure.DateOutOfRange();
        result = time.Pack();
        return true;
    }
}

/// <summary>TIME to TIMETZ.</summary>
internal readonly struct TimeToTimeTz : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        int offset = TimeTzCasts.OffsetAt(context, context.Session.TransactionMicroseconds);
        result = new TimeWithZone(arguments.Get<long>(0, row), offset).Pack();
        return true;
    }
}

/// <summary>TIMETZ to TIME: what its own clock shows.</summary>
internal readonly struct TimeTzToTime : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        result = TimeWithZone.Unpack(arguments.Get<long>(0, row)).Microseconds;
        return true;
    }
}

/// <summary>TIMESTAMPTZ to TIMETZ: the time on the session's clock; infinite moments have none.</summary>
internal readonly struct InstantToTimeTz : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        long utc = arguments.Get<long>(0, row);
        result = 0;
        if (utc is long.MaxValue or long.MinValue) return false;
        int offset = TimeTzCasts.OffsetAt(context, utc);
        long local = utc + (offset * DateTimeText.MicrosecondsPerSecond);
        result = new TimeWithZone(Moments.FloorMod(local, DateTimeText.MicrosecondsPerDay), offset).Pack();
        return true;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Functions.Time;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>A change between counts of time units; both ends as 64 bits, infinity already taken care of.</summary>
internal interface ITimeConversion
{
    /// <summary>Converts; false when the result is out of range.</summary>
    static abstract bool Convert(long value, FunctionContext context, out long result);
}

/// <summary>Runs a conversion; the largest and smallest value of a type are infinity and stay so.</summary>
internal readonly struct TimeCast<TConversion, TFrom, TTo>(CastFailure failure) : IRowKernel<TTo>
    where TConversion : struct, ITimeConversion
    where TFrom : unmanaged, IBinaryInteger<TFrom>, IMinMaxValue<TFrom>
    where TTo : unmanaged, IBinaryInteger<TTo>, IMinMaxValue<TTo>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out TTo result)
    {
        TFrom value = arguments.Get<TFrom>(0, row);
        if (value == TFrom.MaxValue || value == TFrom.MinValue)
        {
            result = value == TFrom.MaxValue ? TTo.MaxValue : TTo.MinValue;
            return true;
        }
        bool fits = TConversion.Convert(long.CreateTruncating(value), context, out long converted);
        result = TTo.CreateTruncating(converted);
        return (fits && long.CreateTruncating(result) == converted) || failure.DateOutOfRange();
    }
}

/// <summary>How many units a second has, as a type argument.</summary>
internal interface ITimeUnit
{
    static abstract long PerSecond { get; }
}

/// <summary>Seconds.</summary>
internal readonly struct Seconds : ITimeUnit
{
    public static long PerSecond => 1;
}

/// <summary>Milliseconds.</summary>
internal readonly struct Milliseconds : ITimeUnit
{
    public static long PerSecond => 1_000;
}

/// <summary>Microseconds.</summary>
internal readonly struct Microseconds : ITimeUnit
{
    public static long PerSecond => 1_000_000;
}

/// <summary>Nanoseconds.</summary>
internal readonly struct Nanoseconds : ITimeUnit
{
    public static long PerSecond => 1_000_000_000;
}

/// <summary>DATE to a timestamp.</summary>
internal readonly struct DateToTimestamp<TUnit> : ITimeConversion where TUnit : struct, ITimeUnit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Convert(long value, FunctionContext context, out long result)
    {
        long perDay = 86_400 * TUnit.PerSecond;
        result = unchecked(value * perDay);
        return value <= long.MaxValue / perDay && value >= long.MinValue / perDay;
    }
}

/// <summary>A timestamp to DATE.</summary>
internal readonly struct TimestampToDate<TUnit> : ITimeConversion where TUnit : struct, ITimeUnit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Convert(long value, FunctionContext context, out long result)
    {
        result = Moments.FloorDivide(value, 86_400 * TUnit.PerSecond);
        return true;
    }
}

/// <summary>A timestamp to TIME.</summary>
internal readonly struct TimestampToTime<TUnit> : ITimeConversion where TUnit : struct, ITimeUnit
{
    public static bool Convert(long value, FunctionContext context, out long result)
    {
        long ofDay = Moments.FloorMod(value, 86_400 * TUnit.PerSecond);
        result = TUnit.PerSecond > 1_000_000
            ? ofDay / (TUnit.PerSecond / 1_000_000)
            : ofDay * (1_000_000 / TUnit.PerSecond);
        return true;
    }
}

/// <summary>A timestamp to another unit: exact up, rounded half up down, as PostgreSQL's timestamp(n).</summary>
internal readonly struct ChangeUnit<TFrom, TTo> : ITimeConversion where TFrom : struct, ITimeUnit where TTo : struct,
    ITimeUnit
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Convert(long value, FunctionContext context, out long result)
    {
        if (TTo.PerSecond >= TFrom.PerSecond)
        {
            long factor = TTo.PerSecond / TFrom.PerSecond;
            result = unchecked(value * factor);
            return value <= long.MaxValue / factor && value >= long.MinValue / factor;
        }
        long divisor = TFrom.PerSecond / TTo.PerSecond;
        result = Moments.FloorDivide(value, divisor) + (Moments.FloorMod(value, divisor) >= divisor / 2 ? 1 : 0);
        return true;
    }
}

/// <summary>Two conversions after each other.</summary>
internal readonly struct Then<TFirst, TSecond> : ITimeConversion where TFirst : struct, ITimeConversion where TSecond
    : struct, ITimeConversion
{
    public static bool Convert(long value, FunctionContext context, out long result) =>
        TFirst.Convert(value, context, out long between) & TSecond.Convert(between, context, out result);
}

/// <summary>Local time of the session's zone to UTC.</summary>
internal readonly struct LocalToUtc : ITimeConversion
{
    public static bool Convert(long value, FunctionContext context, out long result)
    {
        result = context.GetState<SessionZone>().Of(context.Session).ToUtc(value);
        return true;
    }
}

/// <summary>UTC to local time of the session's zone.</summary>
internal readonly struct UtcToLocal : ITimeConversion
{
    public static bool Convert(long value, FunctionContext context, out long result)
    {
        result = context.GetState<SessionZone>().Of(context.Session).ToLocal(value);
        return true;
    }
}

/// <summary>The session's zone, looked up once per call.</summary>
internal sealed class SessionZone
{
    private TimeZoneRules? _zone;

    public TimeZoneRules Of(SessionInfo session) => _zone ??= TimeZoneRules.Find(session.TimeZone);
}

/// <summary>TIME to INTERVAL.</summary>
internal readonly struct TimeToInterval : IRowKernel<Interval>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out Interval result)
    {
        result = new Interval(0, 0, arguments.Get<long>(0, row));
        return true;
    }
}

/// <summary>INTERVAL to TIME: the part below a day.</summary>
internal readonly struct IntervalToTime : IRowKernel<long>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out long result)
    {
        result = Moments.FloorMod(arguments.Get<Interval>(0, row).Microseconds, DateTimeText.MicrosecondsPerDay);
        return true;
    }
}

using ColFrag.Engine.Functions.Text;

namespace ColFrag.Engine.Functions.Time;

/// <summary>Moments that the session decides, and changes of unit.</summary>
internal static class Moments
{
    /// <summary>A word's moment in the session's local time, in microseconds.</summary>
    public static long Resolve(RelativeMoment moment, SessionInfo session)
    {
        long local = TimeZoneRules.Find(session.TimeZone).ToLocal(session.TransactionMicroseconds);
        if (moment == RelativeMoment.Now) return local;
        long today = local - FloorMod(local, DateTimeText.MicrosecondsPerDay);
        return today + moment switch
        {
            RelativeMoment.Tomorrow => DateTimeText.MicrosecondsPerDay,
            RelativeMoment.Yesterday => -DateTimeText.MicrosecondsPerDay,
            _ => 0,
        };
    }

    /// <summary>Microseconds in another unit, rounded down.</summary>
    public static long Scale(long microseconds, long unitsPerSecond) => unitsPerSecond >= 1_000_000
        ? microseconds * (unitsPerSecond / 1_000_000)
        : FloorDivide(microseconds, 1_000_000 / unitsPerSecond);

    /// <summary>The quotient rounded down.</summary>
    public static long FloorDivide(long value, long divisor)
    {
        long quotient = value / divisor;
        return value % divisor < 0 ? quotient - 1 : quotient;
    }

    /// <summary>The remainder, 0 to divisor - 1.</summary>
    public static long FloorMod(long value, long divisor)
    {
        long rest = value % divisor;
        return rest < 0 ? rest + divisor : rest;
    }
}

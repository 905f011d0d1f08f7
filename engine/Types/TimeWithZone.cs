namespace ColFrag.Engine.Types;

/// <summary>
/// A TIME WITH TIME ZONE: a time of day and how far its clock is ahead of UTC. As 64 bits it orders as PostgreSQL does,
/// by the moment and then by the zone, the eastern one first.
/// <code>
///   bits     field
///   17       seconds west of Greenwich, + 57,599
///   the rest microseconds since midnight UTC, + 57,600 s
/// </code>
/// </summary>
/// <param name="Microseconds">Since midnight on its own clock, up to 24:00:00.</param>
/// <param name="OffsetSeconds">East of Greenwich, less than 16 hours.</param>
internal readonly record struct TimeWithZone(long Microseconds, int OffsetSeconds)
{
    /// <summary>The furthest offset: 15:59:59.</summary>
    public const int MaxOffsetSeconds = 57_599;

    private const int ZoneBits = 17;
    private const long Second = 1_000_000;
    private const long Bias = 57_600 * Second;

    /// <summary>True where both parts are within their bounds.</summary>
    public bool IsValid =>
        Microseconds is >= 0 and <= 86_400 * Second && Math.Abs((long)OffsetSeconds) <= MaxOffsetSeconds;

    /// <summary>Microseconds since midnight UTC of the day that the clock shows; perhaps outside of it.</summary>
    public long UtcMicroseconds => Microseconds - (OffsetSeconds * Second);

    /// <summary>Both in 64 bits.</summary>
    public long Pack() => ((UtcMicroseconds + Bias) << ZoneBits) | (uint)(MaxOffsetSeconds - OffsetSeconds);

    /// <summary>Both from 64 bits; bits that nobody packed give some time.</summary>
    public static TimeWithZone Unpack(long packed)
    {
        int offset = MaxOffsetSeconds - (int)(packed & ((1 << ZoneBits) - 1));
        return new TimeWithZone((packed >> ZoneBits) - Bias + (offset * Second), offset);
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        int absolute = Math.Abs(OffsetSeconds);
        string zone = $"{(OffsetSeconds < 0 ? '-' : '+')}{absolute / 3600:00}";
        if (absolute % 3600 != 0) zone += $":{absolute / 60 % 60:00}";
        if (absolute % 60 != 0) zone += $":{absolute % 60:00}";
        return ValueText.FormatTime(Microseconds) + zone;
    }
}

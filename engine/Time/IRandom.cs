namespace ColFrag.Engine.Time;

/// <summary>Randomness, from outside, so that a seed can repeat a run.</summary>
public interface IRandom
{
    /// <summary>64 random bits.</summary>
    ulong NextUInt64();

    /// <summary>A number from 0 up to, not including, the limit.</summary>
    int Next(int limit);
}

/// <summary>The process's random numbers; safe to use from many threads.</summary>
public sealed class SystemRandom : IRandom
{
    /// <summary>The one instance.</summary>
    public static SystemRandom Instance { get; } = new();

    /// <inheritdoc/>
    public ulong NextUInt64() => (ulong)Random.Shared.NextInt64(long.MinValue, long.MaxValue);

    /// <inheritdoc/>
    public int Next(int limit) => Random.Shared.Next(limit);
}

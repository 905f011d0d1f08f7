using ColFrag.Engine.Time;

namespace ColFrag.Simulation;

/// <summary>
/// Random numbers that a seed repeats on every machine and every release of the platform (SplitMix64). Each part of a
/// run has its own, so that one more draw in one part changes nothing in another.
/// </summary>
internal sealed class SeededRandom(ulong seed) : IRandom
{
    private ulong _state = seed;

    /// <inheritdoc/>
    public ulong NextUInt64()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <inheritdoc/>
    public int Next(int limit) => (int)(((UInt128)NextUInt64() * (ulong)limit) >> 64);

    /// <summary>True one time in so many.</summary>
    public bool OneIn(int count) => Next(count) == 0;

    /// <summary>A time between two others.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most) =>
        least + TimeSpan.FromTicks((long)(((UInt128)NextUInt64() * (ulong)(most - least).Ticks) >> 64));

    /// <summary>One of some.</summary>
    public T Of<T>(IReadOnlyList<T> choices) => choices[Next(choices.Count)];

    /// <summary>Numbers of their own for a part of the run.</summary>
    public SeededRandom Fork(ulong part) => new(NextUInt64() ^ (part * 0xD6E8FEB86659FD93));
}

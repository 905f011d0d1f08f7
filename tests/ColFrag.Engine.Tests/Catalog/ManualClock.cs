using ColFrag.Engine.Time;

namespace ColFrag.Engine.Tests.Catalog;

/// <summary>A clock that stands still until a test moves it.</summary>
internal sealed class ManualClock : IClock
{
    private readonly Lock _lock = new();
    private readonly List<(TimeSpan At, TaskCompletionSource Done)> _delays = [];
    private TimeSpan _now = TimeSpan.FromHours(1);

    public DateTime UtcNow => new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc) + Monotonic;

    public TimeSpan Monotonic
    {
        get
        {
            lock (_lock) return _now;
        }
    }

    public Task Delay(TimeSpan time, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (time <= TimeSpan.Zero) return Task.CompletedTask;
            TaskCompletionSource done = new();
            _delays.Add((_now + time, done));
            return done.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Moves on and ends the delays that are due.</summary>
    public void Advance(TimeSpan time)
    {
        List<TaskCompletionSource> due = [];
        lock (_lock)
        {
            _now += time;
            due.AddRange(_delays.Where(d => d.At <= _now).OrderBy(d => d.At).Select(d => d.Done));
            _delays.RemoveAll(d => d.At <= _now);
        }
        foreach (TaskCompletionSource done in due) done.TrySetResult();
    }
}

/// <summary>The same numbers for the same seed.</summary>
internal sealed class SeededRandom(int seed) : IRandom
{
    private readonly Random _random = new(seed);

    public ulong NextUInt64() => (ulong)_random.NextInt64(long.MinValue, long.MaxValue);

    public int Next(int limit) => _random.Next(limit);
}

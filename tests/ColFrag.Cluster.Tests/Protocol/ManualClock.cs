using ColFrag.Engine.Time;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>A clock that stands still until it is told to go on.</summary>
internal sealed class ManualClock : IClock
{
    private readonly Lock _lock = new();
    private readonly List<(TimeSpan At, TaskCompletionSource Source)> _waiting = [];
    private TimeSpan _now = TimeSpan.FromDays(1);

    public DateTime UtcNow => DateTime.UnixEpoch + Monotonic;

    public TimeSpan Monotonic
    {
        get
        {
            lock (_lock) return _now;
        }
    }

    /// <summary>How many wait for a time to come.</summary>
    public int WaitingCount
    {
        get
        {
            lock (_lock) return _waiting.Count(static waiting => !waiting.Source.Task.IsCompleted);
        }
    }

    public Task Delay(TimeSpan time, CancellationToken cancellationToken = default)
    {
        TaskCompletionSource source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _waiting.Add((_now + time, source));
        cancellationToken.Register(() => source.TrySetCanceled(cancellationToken));
        return source.Task;
    }

    /// <summary>Lets time pass, and those who waited for it go on.</summary>
    public void Advance(TimeSpan time)
    {
        TaskCompletionSource[] due;
        lock (_lock)
        {
            _now += time;
            due = [.. _waiting.Where(waiting => waiting.At <= _now).Select(static waiting => waiting.Source)];
            _waiting.RemoveAll(waiting => waiting.At <= _now);
        }
        foreach (TaskCompletionSource source in due) source.TrySetResult();
    }
}

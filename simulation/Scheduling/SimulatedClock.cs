using ColFrag.Engine.Time;

namespace ColFrag.Simulation.Scheduling;

/// <summary>A node's clock: the world's time, and for people a date that may be wrong.</summary>
internal sealed class SimulatedClock(Incarnation owner) : IClock
{
    private static readonly DateTime s_start = new(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>How wrong the date is.</summary>
    public TimeSpan Skew { get; init; }

    /// <inheritdoc/>
    public DateTime UtcNow => s_start + owner.World.Now + Skew;

    /// <inheritdoc/>
    public TimeSpan Monotonic => owner.World.Now;

    /// <inheritdoc/>
    public Task Delay(TimeSpan time, CancellationToken cancellationToken = default)
    {
        owner.World.RequireThread();
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        if (time == Timeout.InfiniteTimeSpan) time = TimeSpan.FromDays(1000);
        TaskCompletionSource over = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            static (source, token) => ((TaskCompletionSource)source!).TrySetCanceled(token), over);
        owner.World.At(time, owner, () =>
        {
            registration.Dispose();
            over.TrySetResult();
        });
        return over.Task;
    }
}

namespace ColFrag.Engine.Time;

/// <summary>The time, from outside, so that a simulation can make it.</summary>
public interface IClock
{
    /// <summary>The wall clock, UTC.</summary>
    DateTime UtcNow { get; }

    /// <summary>A clock that never goes back, from an arbitrary start.</summary>
    TimeSpan Monotonic { get; }

    /// <summary>Ends after the given time.</summary>
    Task Delay(TimeSpan time, CancellationToken cancellationToken = default);
}

/// <summary>The machine's clock.</summary>
public sealed class SystemClock : IClock
{
    /// <summary>The one instance.</summary>
    public static SystemClock Instance { get; } = new();

    /// <inheritdoc/>
    public DateTime UtcNow => DateTime.UtcNow;

    /// <inheritdoc/>
    public TimeSpan Monotonic => TimeSpan.FromTicks(
        (long)(System.Diagnostics.Stopwatch.GetTimestamp() * (TimeSpan.TicksPerSecond / (double)System.Diagnostics.Stopwatch.Frequency)));

    /// <inheritdoc/>
    public Task Delay(TimeSpan time, CancellationToken cancellationToken = default) =>
        Task.Delay(time, cancellationToken);
}

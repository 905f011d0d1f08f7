using ColFrag.Engine.Time;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// Says of the pieces of one stage when one is so late that another worker is asked for the same rows: when its worker
/// has not even answered within a moment, or when half of the others were there long ago. Of less than half of the
/// pieces of a stage that is said for the second reason, so that what is slow everywhere is not asked for twice.
/// </summary>
/// <param name="clock">The time.</param>
/// <param name="pieceCount">How many pieces there are.</param>
/// <param name="options">How patient it is.</param>
internal sealed class HedgeTimer(IClock clock, int pieceCount, HedgeOptions options)
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<TimeSpan> _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TimeSpan _start = clock.Monotonic;
    private int _completeCount;

    /// <summary>A piece is there.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            if (++_completeCount * 2 < pieceCount) return;
        }
        _half.TrySetResult(clock.Monotonic - _start);
    }

    /// <summary>Ends when a piece that is not there yet is late.</summary>
    /// <param name="answered">Ends when its worker has begun.</param>
    /// <param name="cancellationToken">Nobody wants to know any more.</param>
    public async Task WhenLateAsync(Task answered, CancellationToken cancellationToken)
    {
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task late = await Waiting.FirstAsync(SilentAsync(answered, over.Token), SlowAsync(over.Token));
        over.Cancel();
        await late;
    }

    private async Task SilentAsync(Task answered, CancellationToken cancellationToken)
    {
        await clock.Delay(options.Silence, cancellationToken);
        // One that has begun is late only when others are there.
        if (answered.IsCompleted) await new TaskCompletionSource().Task.OrCanceledAsync(cancellationToken);
    }

    private async Task SlowAsync(CancellationToken cancellationToken)
    {
        TimeSpan half = await _half.Task.OrCanceledAsync(cancellationToken);
        TimeSpan rest = half * (options.Factor - 1);
        await clock.Delay(rest > options.Least ? rest : options.Least, cancellationToken);
    }
}

/// <summary>How long a query waits for a piece before it asks another worker too.</summary>
internal sealed record HedgeOptions
{
    /// <summary>How long a worker may take to begin.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>So many times what half of the pieces took, one piece may take.</summary>
    public double Factor { get; init; } = 3;

    /// <summary>But never less than this after those.</summary>
    public TimeSpan Least { get; init; } = TimeSpan.FromMilliseconds(500);
}

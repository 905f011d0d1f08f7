namespace ColFrag.Engine.Execution;

/// <summary>
/// What a push answers: more batches are welcome, none are needed any more, or none can be taken before a signal.
/// A batch that was pushed has been taken in all three cases.
/// </summary>
internal readonly struct Flow
{
    private static readonly Signal s_done = new();

    private Flow(Signal? signal) => Signal = signal;

    /// <summary>Go on.</summary>
    public static Flow More => default;

    /// <summary>Stop: whatever else would come changes nothing.</summary>
    public static Flow Done => new(s_done);

    /// <summary>
    /// How many batches an operator makes of one before it yields: others get their turn, and a run that is cancelled
    /// ends, however many rows one row has to do with.
    /// </summary>
    public const int BatchesPerTurn = 32;

    /// <summary>Come back through <see cref="Operator.Resume"/>, after others had their turn.</summary>
    public static Flow Yield => new(Execution.Signal.AlreadySet);

    /// <summary>What is waited for; only where <see cref="IsBlocked"/>.</summary>
    public Signal? Signal { get; }

    public bool IsMore => Signal is null;

    public bool IsDone => ReferenceEquals(Signal, s_done);

    public bool IsBlocked => !IsMore && !IsDone;

    /// <summary>Wait for the signal, then call <see cref="Operator.Resume"/>.</summary>
    public static Flow Blocked(Signal signal) => new(signal);

    public override string ToString() => IsMore ? "More" : IsDone ? "Done" : "Blocked";
}

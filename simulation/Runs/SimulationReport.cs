namespace ColFrag.Simulation.Runs;

/// <summary>What came of a run.</summary>
/// <param name="Seed">Repeats it.</param>
/// <param name="TraceHash">Over every step: two runs of one seed have the same.</param>
/// <param name="Failure">What must not happen and did; null for a good run.</param>
internal sealed record SimulationReport(ulong Seed, ulong TraceHash, SimulationFailure? Failure)
{
    /// <summary>Events.</summary>
    public long Steps { get; init; }

    /// <summary>Virtual time.</summary>
    public TimeSpan Time { get; init; }

    /// <summary>Frames delivered.</summary>
    public long Frames { get; init; }

    public long AcknowledgedRows { get; init; }

    public int AcknowledgedBatches { get; init; }

    public int UnknownBatches { get; init; }

    public int AcknowledgedTransfers { get; init; }

    /// <summary>How often each kind of fault was made.</summary>
    public SortedDictionary<string, int> Faults { get; init; } = [];

    /// <summary>What happened in words, where the run kept them.</summary>
    public IReadOnlyList<TraceLine> Lines { get; init; } = [];
}

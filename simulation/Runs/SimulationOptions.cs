namespace ColFrag.Simulation.Runs;

/// <summary>What a run does besides its seed.</summary>
internal sealed record SimulationOptions
{
    /// <summary>Virtual time in which things go wrong.</summary>
    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Lines of the trace that are kept.</summary>
    public int KeptLines { get; init; }

    /// <summary>Clients at work at once.</summary>
    public int ClientCount { get; init; } = 3;

    /// <summary>What is left out of the product; null for nothing.</summary>
    public Mutant? Mutant { get; init; }

    /// <summary>False where no seed has rivals, patient readers, slow disks or a calm run.</summary>
    public bool HasMore { get; init; } = true;

    /// <summary>
    /// True where maintenance never rests and the coordinator's disk is slow, so that what rarely meets does all the
    /// time.
    /// </summary>
    public bool IsHurried { get; init; }

    /// <summary>
    /// True where processes stand still between looks and what relies on them, patiences end early, and faults aim.
    /// </summary>
    public bool IsProvoked { get; init; }

    /// <summary>True where every seed has keys and sequences besides, as well as all other workloads.</summary>
    public bool IsWide { get; init; }

    /// <summary>True where every seed has tables whose column groups lie on different workers.</summary>
    public bool IsSpread { get; init; }

    /// <summary>False for a run in which nothing fails.</summary>
    public bool HasFaults { get; init; } = true;
}

namespace ColFrag.Coordinator.Repair;

/// <summary>How soon, and how hard, copies are made anew.</summary>
internal sealed record RepairOptions
{
    /// <summary>Between two looks when nothing has happened.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a worker may be away, restarting say, before its copies are made on others.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How long nobody must have joined before what lies with the coordinator moves: workers that are started together
    /// all get their shares.
    /// </summary>
    public TimeSpan Settle { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Bytes of a table that the fullest worker has more than the emptiest before a copy is moved.</summary>
    public long BalanceBytes { get; init; } = 256 << 10;

    /// <summary>Segments copied at the same time.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>Segments whose new places one commit names.</summary>
    public int CommitSegments { get; init; } = 64;
}

namespace ColFrag.Coordinator.Repair;

/// <summary>How soon, and how hard, copies are made anew.</summary>
internal sealed record RepairOptions
{
    /// <summary>Between two looks when nothing has happened.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a worker may be away, restarting say, before its copies are made on others.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Segments copied at the same time.</summary>
    public int Parallelism { get; init; } = 2;

    /// <summary>Segments whose new places one commit names.</summary>
    public int CommitSegments { get; init; } = 64;
}

namespace ColFrag.Engine;

/// <summary>How statements run where that differs from what the session's settings say.</summary>
/// <example><code>
/// StatementOptions dashboard = new() { Progress = new Progress&lt;StatementProgress>(p => bar.Value = p.Fraction) };
/// await using QueryResult result = await connection.ExecuteAsync(sql, null, dashboard);
/// </code></example>
public sealed record StatementOptions
{
    /// <summary>Nothing differs.</summary>
    public static StatementOptions Default { get; } = new();

    /// <summary>What reads see of the writes of others.</summary>
    public ReadConsistency Consistency { get; init; }

    /// <summary>How many copies of what is written must be durable before the statement ends.</summary>
    public WriteAcknowledgement Acknowledgement { get; init; }

    /// <summary>
    /// Is told how far the statement is, about a hundred times at most, on a thread of the query: it must be brief.
    /// </summary>
    public IProgress<StatementProgress>? Progress { get; init; }

    /// <summary>
    /// True where who reads the rows takes vectors as they come, codes and narrow lanes too, and gains from it.
    /// </summary>
    internal bool KeepsShapes { get; init; }
}

/// <summary>What a read sees of the writes of others.</summary>
public enum ReadConsistency
{
    /// <summary>What the session's setting <c>consistency</c> says.</summary>
    Default,

    /// <summary>All that this session wrote, and a recent state of the rest.</summary>
    Session,

    /// <summary>All that anybody wrote before the read began.</summary>
    Strong,
}

/// <summary>
/// How many copies of what is written must be durable before it is acknowledged. A database in one process has one
/// copy, which is flushed before any of these.
/// </summary>
public enum WriteAcknowledgement
{
    /// <summary>What the session's setting <c>acknowledgement</c> says: <see cref="Safe"/> unless it was set.</summary>
    Default,

    /// <summary>Two copies, or as many as the table has: no single disk takes an acknowledged row along.</summary>
    Safe,

    /// <summary>Every copy that the table is to have.</summary>
    All,

    /// <summary>More than half of the copies that the table is to have.</summary>
    Quorum,

    /// <summary>One copy; the others are made at once, but until then one disk is all there is.</summary>
    One,

    /// <summary>The journal. Refused where workers hold the rows: their journal would be one copy too.</summary>
    Journal,
}

using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>How rows leave the tasks of a stage. Numbers travel in plans and are never reused.</summary>
internal enum ExchangeKind : byte
{
    /// <summary>All to the one task that asks: the coordinator's.</summary>
    Gather = 0,

    /// <summary>Each row to one of the tasks above, which equal keys decide; without keys any task.</summary>
    Hash = 1,

    /// <summary>All rows to every task above.</summary>
    Broadcast = 2,

    /// <summary>
    /// Each row to the task above that reads its segment, which the number of the row, the only key, begins with.
    /// </summary>
    Segment = 3,
}

/// <summary>How rows leave a stage.</summary>
/// <param name="Kind">Who gets them.</param>
/// <param name="Keys">For Hash: positions of the columns that decide; empty where any task will do.</param>
internal sealed record ExchangeOutput(ExchangeKind Kind, PlanList<int> Keys)
{
    /// <summary>
    /// For Segment: the task above that reads a segment, by the segment's number in its snapshot; known when tasks are
    /// placed. Negative where none does.
    /// </summary>
    public PlanList<int> Places { get; init; }

    /// <summary>All rows to one task.</summary>
    public static ExchangeOutput Gather { get; } = new(ExchangeKind.Gather, default);

    /// <summary>All rows to every task.</summary>
    public static ExchangeOutput Broadcast { get; } = new(ExchangeKind.Broadcast, default);

    /// <summary>The kind with its keys, for people.</summary>
    public string Describe(Types.Schema columns) => Kind switch
    {
        ExchangeKind.Hash when Keys.IsEmpty => "spread",
        ExchangeKind.Hash => $"hash by {string.Join(", ", Keys.Map(k => columns[k].Name))}",
        ExchangeKind.Segment => "to where their segments are",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

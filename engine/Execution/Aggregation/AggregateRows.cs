using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Aggregation;

/// <summary>Rows of a batch on their way into accumulators. No row is masked.</summary>
internal readonly unsafe ref struct AggregateRows
{
    /// <summary>Number of rows.</summary>
    public required int Count { get; init; }

    /// <summary>The columns of the input.</summary>
    public required ReadOnlySpan<ColumnVector> Columns { get; init; }

    /// <summary>The first row of states.</summary>
    public required byte* States { get; init; }

    /// <summary>Bytes of a row of states.</summary>
    public required int Stride { get; init; }

    /// <summary>Number of groups, without group 0.</summary>
    public required int GroupCount { get; init; }

    /// <summary>
    /// Bytes from <see cref="States"/> to the row's group, per filter of the plan; a row that does not pass has 0, the
    /// group that takes what does not count.
    /// </summary>
    public required uint** Offsets { get; init; }

    /// <summary>The rows by group, where there are few groups; null else.</summary>
    public GroupMasks? Masks { get; init; }
}

using ColFrag.Engine.Store;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>The places that a plan is spread over.</summary>
/// <param name="Workers">How many workers there are, besides the place of the statement itself.</param>
internal sealed record DistributionSettings(int Workers)
{
    /// <summary>
    /// True for segments that only the place of the statement can read: rows of the journal or of the own transaction,
    /// and files that were not moved to workers yet. A table of only such segments is read there.
    /// </summary>
    public Func<SnapshotSegment, bool> IsHere { get; init; } = static segment => segment.IsRows;

    /// <summary>
    /// Up to so many rows of states, of all places, an aggregation is finished beside the statement; beyond, every
    /// place finishes a part of the groups.
    /// </summary>
    public double FewStates { get; init; } = 20_000;

    /// <summary>
    /// Up to so many rows an input of a join may go where the other one is already, beside the statement.
    /// </summary>
    public double FewJoinRows { get; init; } = 2_048;

    /// <summary>
    /// What a byte of a column file that is lent counts against one of rows that are sent in its place.
    /// </summary>
    public double LentWeight { get; init; } = 1;
}

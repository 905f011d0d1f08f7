using System.Collections.Immutable;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>
/// Rows that a transaction added and that no version names yet: an encoded segment, which is durable, or rows in memory
/// that go to the journal when the transaction commits.
/// </summary>
internal sealed record PendingSegment(SegmentRecord Record, RowBuffer? Rows)
{
    /// <summary>What must hold for an encoded segment when a version names it.</summary>
    public ImmutableArray<CatalogCompare> Guards { get; init; } = [];
}

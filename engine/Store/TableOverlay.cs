using System.Collections.Immutable;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>
/// What a transaction has changed in one table and nobody else sees. Immutable: a savepoint keeps the old one.
/// </summary>
internal sealed record TableOverlay
{
    /// <summary>Nothing.</summary>
    public static TableOverlay Empty { get; } = new();

    public ImmutableArray<PendingSegment> Added { get; init; } = [];

    /// <summary>Rows deleted by the transaction and by nobody before it, of committed and of own segments.</summary>
    public ImmutableDictionary<SegmentKey, DeleteVector> Deleted { get; init; } =
        ImmutableDictionary<SegmentKey, DeleteVector>.Empty;

    /// <summary>Committed segments that go as a whole.</summary>
    public ImmutableDictionary<SegmentKey, SegmentRecord> Removed { get; init; } =
        ImmutableDictionary<SegmentKey, SegmentRecord>.Empty;

    /// <summary>The columns after ALTER TABLE; null where they are unchanged.</summary>
    public TableDefinition? Definition { get; init; }

    /// <summary>Other ranges than the table had; default where they are unchanged.</summary>
    public ImmutableArray<RangeRecord> Ranges { get; init; }

    /// <summary>
    /// True when the ranges were cut by a load: where somebody else has cut them meanwhile, those stay, and nothing
    /// fails.
    /// </summary>
    public bool AreRangesOptional { get; init; }

    /// <summary>True for a table that the transaction creates.</summary>
    public bool IsNew { get; init; }

    /// <summary>True when it is dropped.</summary>
    public bool Drops { get; init; }

    /// <summary>True when it is brought back.</summary>
    public bool Undrops { get; init; }

    /// <summary>True when it was cloned, or is a clone.</summary>
    public bool SharesFiles { get; init; }

    /// <summary>
    /// True when the transaction relies on having seen all rows: the commit fails when others added or changed some.
    /// </summary>
    public bool ReadsAllRows { get; init; }

    public DeleteVector? DeletedOf(SegmentKey key) => Deleted.GetValueOrDefault(key);
}

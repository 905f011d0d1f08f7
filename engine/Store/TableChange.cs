using System.Collections.Immutable;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>
/// What a commit wants to change in one table, worked out on one of its versions. Whether it still fits to the newest
/// one is found out by <see cref="TableDraft"/>.
/// </summary>
/// <param name="Base">The version it was worked out on.</param>
/// <param name="Definition">The definition that the new rows are of.</param>
/// <param name="Cause">What for.</param>
internal sealed record TableChange(TableState Base, TableDefinition Definition, DeltaCause Cause)
{
    /// <summary>
    /// New segments. The order in their keys only says which comes before which; where a segment takes the place of
    /// others, it is theirs, and <see cref="KeepsOrder"/> is true.
    /// </summary>
    public ImmutableArray<SegmentRecord> Added { get; init; } = [];

    /// <summary>True when new segments have their final place among the others.</summary>
    public bool KeepsOrder { get; init; }

    /// <summary>Segments that go, each as it was seen: its delete vector must not have changed since.</summary>
    public ImmutableArray<SegmentRecord> Removed { get; init; } = [];

    /// <summary>Segments whose rows are deleted, each as it was seen, with its new vector.</summary>
    public ImmutableArray<(SegmentRecord Seen, DeleteVectorRecord Vector)> Deleted { get; init; } = [];

    /// <summary>Other changes: of places, of ranges.</summary>
    public ImmutableArray<TableEdit> Edits { get; init; } = [];

    /// <summary>True when the definition is a new schema version, put by the same commit.</summary>
    public bool ChangesDefinition { get; init; }

    /// <summary>True for a table that the same commit creates.</summary>
    public bool IsNew { get; init; }

    /// <summary>True when the table is dropped.</summary>
    public bool Drops { get; init; }

    /// <summary>True when the table is brought back.</summary>
    public bool Undrops { get; init; }

    /// <summary>True when another table names the same segments from now on.</summary>
    public bool SharesFiles { get; init; }

    /// <summary>
    /// The version in which the keys of the new rows were looked for; another one may have them. Null where the table
    /// has no keys.
    /// </summary>
    public long? KeysCheckedIn { get; init; }
}

/// <summary>A load whose rows a commit has: whoever comes later with the same load is told of it.</summary>
/// <param name="Attempt">Which try of which load.</param>
/// <param name="TableId">The table that it fills; 0 for none.</param>
/// <param name="RowCount">Rows added, as the record of the load says them.</param>
internal sealed record LoadClaim(AttemptId Attempt, long TableId, long RowCount);

/// <summary>Everything that one commit changes, or nothing of it.</summary>
internal sealed record CommitRequest
{
    public ImmutableArray<TableChange> Tables { get; init; } = [];

    /// <summary>Names, definitions and other objects.</summary>
    public ImmutableArray<CatalogWrite> Writes { get; init; } = [];

    /// <summary>
    /// What must hold besides: that nobody else wrote the same keys, that the workers are still there.
    /// </summary>
    public ImmutableArray<CatalogCompare> Compares { get; init; } = [];

    /// <summary>The loads that are committed by it, each of which can be committed once.</summary>
    public ImmutableArray<LoadClaim> Loads { get; init; } = [];
}

/// <summary>How a commit ended that did not fail.</summary>
/// <param name="IsCommitted">False when something moved on meanwhile: look at the newest versions and ask
/// again.</param>
/// <param name="Revision">The catalog's revision that has it; a session that waits for it reads its own writes.</param>
/// <param name="Versions">The new version of each table, in the order of the request.</param>
/// <param name="EarlierLoad">What the first try of the same load did, when this one was not needed.</param>
internal sealed record CommitOutcome(
    bool IsCommitted, long Revision, ImmutableArray<long> Versions, LoadRecord? EarlierLoad = null)
{
    /// <summary>Something moved on.</summary>
    public static CommitOutcome Stale { get; } = new(false, 0, []);
}

using ColFrag.Engine.Storage;

namespace ColFrag.Engine.Store;

/// <summary>How a store works; every limit can be made tiny, so that tests reach it.</summary>
internal sealed record StoreOptions
{
    /// <summary>
    /// Rows that one statement adds to a hash range through the journal; more become an encoded segment.
    /// </summary>
    public int JournalRows { get; init; } = 16_384;

    /// <summary>Bytes of such rows.</summary>
    public int JournalBytes { get; init; } = 4 << 20;

    /// <summary>A journal file is left for a new one at so many bytes.</summary>
    public long JournalFileBytes { get; init; } = 64 << 20;

    /// <summary>Delete vectors up to so many bytes go into the journal; larger ones are files.</summary>
    public int JournalVectorBytes { get; init; } = 4096;

    /// <summary>Rows of round robin that stay together.</summary>
    public int RoundRobinRows { get; init; } = RowRouter.RunRows;

    /// <summary>The most rows of a segment.</summary>
    public int SegmentRows { get; init; } = SegmentOptions.MaxRows;

    /// <summary>How tables are cut that do not say it; null for one range and one column group.</summary>
    public TableCut? NewTables { get; init; }

    /// <summary>How segments are cut and encoded.</summary>
    public SegmentOptions Segments { get; init; } = new();

    /// <summary>Bytes of journal rows kept in memory.</summary>
    public long CachedRowBytes { get; init; } = 256 << 20;

    /// <summary>Bytes of delete vectors kept in memory.</summary>
    public long CachedVectorBytes { get; init; } = 32 << 20;

    /// <summary>L0 segments of a hash range are sealed when they have so many rows together.</summary>
    public int SealRows { get; init; } = 65_536;

    /// <summary>L0 segments of a hash range are sealed when there are so many.</summary>
    public int SealSegments { get; init; } = 256;

    /// <summary>L0 segments are sealed when the oldest was committed so long ago.</summary>
    public TimeSpan SealAfter { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>So many L0 segments of a hash range make writers wait until some were sealed.</summary>
    public int MaxUnsealedSegments { get; init; } = 8192;

    /// <summary>So many small encoded segments of a hash range are merged into one.</summary>
    public int CompactSegments { get; init; } = 8;

    /// <summary>How long versions stay readable where the table does not say.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>How many versions of a table stay readable at most.</summary>
    public int RetainedVersions { get; init; } = 10_000;

    /// <summary>A table's checkpoint is written after so many bytes of deltas.</summary>
    public int CheckpointBytes { get; init; } = 256 << 10;

    /// <summary>A table's checkpoint is written after so many versions.</summary>
    public int CheckpointVersions { get; init; } = 64;

    /// <summary>How often the store looks for work that can wait.</summary>
    public TimeSpan MaintenanceInterval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a commit is tried again while the catalog does not answer.</summary>
    public TimeSpan UnknownOutcomeDeadline { get; init; } = TimeSpan.FromSeconds(30);
}

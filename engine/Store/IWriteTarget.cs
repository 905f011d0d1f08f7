using ColFrag.Engine.Catalog;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// What a <see cref="TableWriter"/> needs of the process that it runs in: the store of a database, or a worker that
/// reads files for one.
/// </summary>
internal interface IWriteTarget
{
    StoreOptions Options { get; }

    IRandom Random { get; }

    /// <summary>Counts the rows that are in memory.</summary>
    MemoryAccount RowAccount { get; }

    /// <summary>The key of a segment that is not committed yet, behind all those made before.</summary>
    SegmentKey NewPendingKey();

    /// <summary>Begins a segment of a range, wherever it goes.</summary>
    ISegmentSink BeginSegment(
        SegmentKey key, TableDefinition definition, RangeRecord range, AttemptId? attempt,
        Acknowledgement acknowledgement);

    /// <summary>Deletes a segment that no commit named.</summary>
    ValueTask DiscardAsync(PendingSegment pending);
}

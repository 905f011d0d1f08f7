using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Where rows become durable before a commit names them: the folder of this process, or workers. Whatever it answered
/// for lies, flushed and with its hash verified, on every worker that the answer names.
/// </summary>
internal interface IFragmentStore
{
    /// <summary>
    /// True where few rows go to the journal first; false where they must become a segment at once, because the journal
    /// has one copy and segments have more.
    /// </summary>
    bool TakesSmallWrites { get; }

    /// <summary>
    /// True while one of the workers that a segment is to be named on is alive, as far as is known here; and where
    /// there are none, because its files lie with this process.
    /// </summary>
    bool IsReachable(IReadOnlyCollection<long> holders);

    /// <summary>Begins a segment.</summary>
    ISegmentSink BeginSegment(NewSegment segment);

    /// <summary>Makes small writes durable with one flush; the answers are in the order of the records.</summary>
    ValueTask<JournalExtent[]> AppendAsync(
        IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken = default);

    /// <summary>
    /// Keeps the journal files that are appended to from now on, until the commit that names them is through.
    /// </summary>
    IDisposable HoldJournal();

    /// <summary>Writes a delete vector as a file beside the segment, wherever that lies.</summary>
    /// <exception cref="ClusterException">Too few of those who have the segment took it.</exception>
    ValueTask WriteDeleteVectorAsync(
        SegmentRecord segment, long vectorId, ReadOnlyMemory<byte> bytes,
        Acknowledgement acknowledgement = Acknowledgement.Safe, CancellationToken cancellationToken = default);

    /// <summary>
    /// Deletes a segment that no version names, or names any more, wherever it lies; none there is no error.
    /// </summary>
    ValueTask DeleteSegmentAsync(SegmentRecord segment, CancellationToken cancellationToken = default);

    /// <summary>Deletes a delete vector that no version names any more, wherever the segment lies.</summary>
    ValueTask DeleteVectorAsync(
        SegmentRecord segment, DeleteVectorRecord vector, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets the copies of a segment go that only an older record of it names: at once, or when those that stay were
    /// looked at.
    /// </summary>
    ValueTask DeleteCopiesAsync(
        SegmentRecord old, IReadOnlyCollection<SegmentRecord> kept, CancellationToken cancellationToken = default);

    /// <summary>
    /// Makes the column files of segments readable in the folder of this process until disposed of, wherever they lie.
    /// </summary>
    ValueTask<IAsyncDisposable> BorrowAsync(
        IReadOnlyCollection<SegmentRecord> segments, CancellationToken cancellationToken = default);
}

/// <summary>A segment that is about to be written.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Definition">The columns and the options of the table.</param>
/// <param name="Range">The hash range of its rows.</param>
/// <param name="Targets">The workers for each column group; empty where one process holds the data.</param>
/// <param name="Attempt">The try of the load that it is part of; null where there is none.</param>
internal sealed record NewSegment(
    long Id, TableDefinition Definition, RangeRecord Range, ImmutableArray<HomeRecord> Targets, AttemptId? Attempt)
{
    /// <summary>How many of the targets must have it.</summary>
    public Acknowledgement Acknowledgement { get; init; }
}

/// <summary>
/// Takes the rows of one segment, from one thread. Disposed of before it was finished, it leaves nothing.
/// </summary>
internal interface ISegmentSink : IAsyncDisposable
{
    int RowCount { get; }

    /// <summary>How many rows still fit.</summary>
    int Remaining { get; }

    /// <summary>Rows on their way that the caller should wait for before it appends more; null for none.</summary>
    Task? Backlog => null;

    /// <summary>Appends the selected rows of a batch, whose columns are those of the definition; borrowed.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="positions">The position of every row of the batch, selected or not.</param>
    void Append(Batch batch, ReadOnlySpan<ulong> positions);

    /// <summary>Makes everything durable, everywhere.</summary>
    Task<SealedSegment> FinishAsync(CancellationToken cancellationToken = default);
}

/// <summary>A segment that is durable and not yet named by a version.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Groups">The column groups, and who has them.</param>
internal sealed record SealedSegment(int RowCount, long Bytes, ImmutableArray<GroupRecord> Groups)
{
    /// <summary>What must still hold when a version names it: that its workers are those that answered.</summary>
    public ImmutableArray<CatalogCompare> Guards { get; init; } = [];
}

/// <summary>Chooses workers.</summary>
internal interface ISegmentPlacement
{
    /// <summary>The ranges of a new table with their homes.</summary>
    ImmutableArray<RangeRecord> PlaceRanges(TableDefinition definition, int rangeCount);

    /// <summary>
    /// The workers that a new segment goes to now: its homes, and substitutes for those that are away.
    /// </summary>
    /// <exception cref="ClusterException">There are too few for the acknowledgement.</exception>
    ImmutableArray<HomeRecord> ChooseTargets(
        TableDefinition definition, RangeRecord range, Acknowledgement acknowledgement = Acknowledgement.Safe);
}

using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;

namespace ColFrag.Engine.Store;

/// <summary>
/// Takes the rows that one statement adds to a table, from several threads at once, each with a lane of its own. Few
/// rows stay in memory for the journal; many become segments while they come. Disposed of before it was finished, it
/// leaves nothing.
/// </summary>
/// <example><code>
/// await using TableWriter writer = transaction.BeginInsert(table);
/// TableWriterLane lane = writer.StartLane();
/// lane.Append(batch);
/// await transaction.FinishInsertAsync(writer);
/// </code></example>
internal sealed class TableWriter : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<TableWriterLane> _lanes = [];
    private readonly List<PendingSegment> _adopted = [];
    private bool _isFinished;
    private int _turn;

    /// <param name="store">Where the segments go.</param>
    /// <param name="definition">The columns of the batches.</param>
    /// <param name="ranges">The ranges of the table.</param>
    /// <param name="attempt">The try of the load; null where there is none.</param>
    /// <param name="usesJournal">False to make segments of however few rows.</param>
    /// <param name="sample">
    /// Takes positions of the rows, by which the table is cut when they are all there: until then nothing keeps them
    /// apart. Null where the ranges are those of the table.
    /// </param>
    public TableWriter(
        IWriteTarget store, TableDefinition definition, ImmutableArray<RangeRecord> ranges, AttemptId? attempt,
        bool usesJournal, PositionSample? sample = null)
    {
        Store = store;
        Definition = definition;
        Ranges = ranges;
        RangeMap = new HashRangeMap([.. ranges.Select(r => r.Range)]);
        Attempt = attempt;
        UsesJournal = usesJournal;
        Sample = sample;
        if (sample is not null) OnlyRange = new RangeRecord(ranges[0].Id, HashRange.All, ranges[0].Homes);
    }

    public IWriteTarget Store { get; }

    public TableDefinition Definition { get; }

    public ImmutableArray<RangeRecord> Ranges { get; }

    public HashRangeMap RangeMap { get; }

    public AttemptId? Attempt { get; }

    public bool UsesJournal { get; }

    /// <summary>How many copies must be durable before the rows are acknowledged.</summary>
    public Acknowledgement Acknowledgement { get; init; }

    public PositionSample? Sample { get; }

    /// <summary>
    /// The range that all rows go to, whatever their position; null for the ranges of their positions.
    /// </summary>
    public RangeRecord? OnlyRange { get; init; }

    /// <summary>Rows taken so far.</summary>
    public long RowCount
    {
        get
        {
            lock (_lock) return _lanes.Sum(l => l.RowCount);
        }
    }

    /// <summary>
    /// Where the next segment of a range goes: while there are no ranges yet, to the homes of all in turn.
    /// </summary>
    public RangeRecord HomeOf(RangeRecord range) => Sample is null
        ? range : Ranges[(int)((uint)Interlocked.Increment(ref _turn) % (uint)Ranges.Length)];

    /// <summary>A lane for one thread.</summary>
    public TableWriterLane StartLane()
    {
        TableWriterLane lane = new(this);
        lock (_lock)
        {
            Invariant.Holds(!_isFinished);
            _lanes.Add(lane);
        }
        return lane;
    }

    /// <summary>Takes a segment that was made elsewhere: it goes the way of those that the lanes make.</summary>
    public void Adopt(SegmentKey key, RangeRecord range, SealedSegment made)
    {
        SegmentRecord record = new(key, range.Id, range.Range, made.RowCount)
        {
            SchemaVersion = Definition.SchemaVersion, FolderTable = Definition.TableId, Bytes = made.Bytes,
            Groups = made.Groups,
        };
        lock (_lock) _adopted.Add(new PendingSegment(record, null) { Guards = made.Guards });
    }

    /// <summary>Ends all lanes; what they made is durable or in memory, and the caller's.</summary>
    public async ValueTask<ImmutableArray<PendingSegment>> FinishAsync(CancellationToken cancellationToken = default)
    {
        Invariant.Holds(!_isFinished);
        foreach (TableWriterLane lane in _lanes) await lane.FinishAsync(cancellationToken);
        _isFinished = true;
        PendingSegment[] adopted = [.. _adopted];
        _adopted.Clear();
        return [.. adopted, .. _lanes.SelectMany(l => l.TakeSegments())];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TableWriterLane lane in _lanes) await lane.DisposeAsync();
        foreach (PendingSegment segment in _adopted) await Store.DiscardAsync(segment);
        _adopted.Clear();
    }
}

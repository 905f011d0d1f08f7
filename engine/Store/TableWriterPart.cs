using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>The rows of one hash range in one lane: first in memory, then in one segment after the other.</summary>
internal sealed class TableWriterPart(TableWriter writer, RangeRecord range) : IAsyncDisposable
{
    /// <summary>Segments that may be on their way to the disk while rows go on coming.</summary>
    private const int MaxFinishing = 1;

    private static readonly HashRange s_noSpan = new(ulong.MaxValue, 0);

    private readonly IWriteTarget _store = writer.Store;
    private readonly List<PendingSegment> _segments = [];
    private readonly List<Task> _finishing = [];
    private ByteWriter? _rows;
    private int _rowCount;
    private ISegmentSink? _sink;
    private SegmentKey _sinkKey;
    private bool _hasSegments;

    // The positions of the rows at hand, where the range does not say them; none yet while the first is above the last.
    private HashRange _span = s_noSpan;

    /// <summary>What to wait for before more rows come; null when there is little enough.</summary>
    public Task? Backlog
    {
        get
        {
            _finishing.RemoveAll(f => f.IsCompletedSuccessfully);
            return _finishing.Count > MaxFinishing ? _finishing[0] : _sink?.Backlog;
        }
    }

    /// <summary>Appends the selected rows; <paramref name="positions"/> are of all rows.</summary>
    public void Append(Batch batch, ReadOnlySpan<ulong> positions)
    {
        int count = batch.SelectedCount;
        if (count == 0) return;
        if (_sink is null && writer.UsesJournal && !_hasSegments && TryKeep(batch, count))
        {
            Widen(positions[..batch.Count]);
            return;
        }
        if (_rows is not null) MoveToSegment();
        AppendToSegments(batch, count, positions);
    }

    /// <summary>Ends the last segment, or leaves the rows in memory.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        EndSegment(cancellationToken);
        foreach (Task finishing in _finishing) await finishing;
        _finishing.Clear();
        if (_rows is null) return;
        SegmentRecord record = Describe(_store.NewPendingKey(), _rowCount, Span) with { Bytes = _rows.Length };
        RowBuffer rows = RowBuffer.Copy(
            _rows.WrittenSpan, _rowCount, writer.Definition, "rows of a transaction", _store.RowAccount);
        _segments.Add(new PendingSegment(record, rows));
        DropRows();
    }

    /// <summary>What was made; from now on the caller's.</summary>
    public IEnumerable<PendingSegment> TakeSegments()
    {
        PendingSegment[] taken = [.. _segments];
        _segments.Clear();
        return taken;
    }

    public async ValueTask DisposeAsync()
    {
        DropRows();
        if (_sink is not null) await _sink.DisposeAsync();
        _sink = null;
        foreach (Task finishing in _finishing)
        {
            try
            {
                await finishing;
            }
            catch (Exception error) when (error is ColFragException or OperationCanceledException)
            {
                // Whoever gives up has the first reason already.
            }
        }
        _finishing.Clear();
        foreach (PendingSegment segment in _segments) await _store.DiscardAsync(segment);
        _segments.Clear();
    }

    private bool TryKeep(Batch batch, int count)
    {
        if (_rowCount + count > _store.Options.JournalRows) return false;
        if (_rows?.Length > _store.Options.JournalBytes) return false;
        _rows ??= new ByteWriter(4096);
        _rowCount += RowBlockWriter.Append(_rows, batch);
        return true;
    }

    /// <summary>There are more rows than was thought: those at hand become the beginning of a segment.</summary>
    private void MoveToSegment()
    {
        using RowBuffer buffer = RowBuffer.Copy(
            _rows!.WrittenSpan, _rowCount, writer.Definition, "rows of a transaction", MemoryAccount.Untracked);
        DropRows();
        using RowRouter router = new(writer.Definition, writer.RangeMap, _store.Random);
        using Batch batch = buffer.CreateBatch();
        RowBlockReader reader = buffer.OpenReader();
        ulong[] positions = new ulong[Batch.MaxRows];
        while (reader.Read(batch))
        {
            router.ComputePositions(batch, positions);
            AppendToSegments(batch, batch.Count, positions);
        }
    }

    private void AppendToSegments(Batch batch, int count, ReadOnlySpan<ulong> positions)
    {
        if (_sink is null) BeginSegment();
        Widen(positions[..batch.Count]);
        int room = Math.Min(_sink!.Remaining, _store.Options.SegmentRows - _sink.RowCount);
        if (count <= room)
        {
            _sink.Append(batch, positions);
            if (count == room) EndSegment(CancellationToken.None);
            return;
        }
        AppendSplit(batch, room, positions);
    }

    /// <summary>The first rows fill the segment, and the others begin the next one.</summary>
    private void AppendSplit(Batch batch, int room, ReadOnlySpan<ulong> positions)
    {
        using Batch first = new([]), rest = new([]);
        RowMask fitting = Mirror(batch, first), others = Mirror(batch, rest);
        fitting.ClearAll(batch.Count);
        for (int row = 0; room > 0; row++)
        {
            if (!others[row]) continue;
            fitting[row] = true;
            others[row] = false;
            room--;
        }
        try
        {
            _sink!.Append(first, positions);
            EndSegment(CancellationToken.None);
            AppendToSegments(rest, rest.SelectedCount, positions);
        }
        finally
        {
            // The vectors are the caller's, so that only the masks are disposed of.
            first.Columns = rest.Columns = [];
        }
    }

    /// <summary>The same rows under a mask of their own.</summary>
    private static RowMask Mirror(Batch batch, Batch mirror)
    {
        mirror.Columns = batch.Columns;
        mirror.Count = batch.Count;
        RowMask mask = mirror.BeginMask();
        if (batch.IsMasked) mask.CopyFrom(batch.Mask);
        return mask;
    }

    private void BeginSegment()
    {
        _hasSegments = true;
        _sinkKey = _store.NewPendingKey();
        RangeRecord home = writer.HomeOf(range);
        _sink = _store.BeginSegment(_sinkKey, writer.Definition, home, writer.Attempt, writer.Acknowledgement);
    }

    private void EndSegment(CancellationToken cancellationToken)
    {
        if (_sink is null) return;
        _finishing.Add(FinishSegmentAsync(_sink, _sinkKey, Span, cancellationToken));
        _sink = null;
        _span = s_noSpan;
    }

    private async Task FinishSegmentAsync(
        ISegmentSink sink, SegmentKey key, HashRange span, CancellationToken cancellationToken)
    {
        await using (sink)
        {
            SealedSegment made = await sink.FinishAsync(cancellationToken);
            SegmentRecord record = Describe(key, made.RowCount, span) with { Bytes = made.Bytes, Groups = made.Groups };
            lock (_segments) _segments.Add(new PendingSegment(record, null) { Guards = made.Guards });
        }
    }

    private HashRange Span => _span.First <= _span.Last ? _span : range.Range;

    private void Widen(ReadOnlySpan<ulong> positions)
    {
        if (writer.Sample is null) return;
        (ulong first, ulong last) = (_span.First, _span.Last);
        foreach (ulong position in positions)
        {
            first = Math.Min(first, position);
            last = Math.Max(last, position);
        }
        _span = new HashRange(first, last);
    }

    private SegmentRecord Describe(SegmentKey key, int rowCount, HashRange span) => new(key, range.Id, span, rowCount)
    {
        SchemaVersion = writer.Definition.SchemaVersion, FolderTable = writer.Definition.TableId,
    };

    private void DropRows()
    {
        _rows?.Dispose();
        _rows = null;
        _rowCount = 0;
    }
}

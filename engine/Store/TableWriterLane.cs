using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>One thread's part of a <see cref="TableWriter"/>: cuts batches by hash range.</summary>
internal sealed class TableWriterLane : IAsyncDisposable
{
    private readonly TableWriter _writer;
    private readonly RowRouter _router;
    private readonly TableWriterPart[] _parts;
    private readonly ulong[] _positions = new ulong[Batch.MaxRows];
    private readonly int[] _requiredColumns;
    private readonly Batch _part = new([]);

    internal TableWriterLane(TableWriter writer)
    {
        _writer = writer;
        _router = new RowRouter(
            writer.Definition, writer.RangeMap, writer.Store.Random, writer.Store.Options.RoundRobinRows);
        IEnumerable<RangeRecord> ranges = writer.OnlyRange is { } only ? [only] : writer.Ranges;
        _parts = [.. ranges.Select(range => new TableWriterPart(writer, range))];
        ImmutableArray<TableColumn> columns = writer.Definition.Columns;
        _requiredColumns = [.. Enumerable.Range(0, columns.Length).Where(c => !columns[c].IsNullable)];
    }

    /// <summary>Rows taken.</summary>
    public long RowCount { get; private set; }

    /// <summary>
    /// Work on its way that the caller should wait for before it appends more; null when there is little enough.
    /// </summary>
    public Task? Backlog => _parts.Select(p => p.Backlog).FirstOrDefault(b => b is not null);

    /// <summary>Appends the selected rows of a batch, which has all columns of the table in order; borrowed.</summary>
    /// <exception cref="QueryException">23502: a NULL where the column refuses it.</exception>
    public void Append(Batch batch)
    {
        CheckRequired(batch);
        _router.ComputePositions(batch, _positions);
        RowCount += batch.SelectedCount;
        _writer.Sample?.AddSome(batch, _positions);
        if (_parts.Length == 1)
        {
            _parts[0].Append(batch, _positions);
            return;
        }
        Span<int> ranges = stackalloc int[Batch.MaxRows];
        int first = -1;
        bool isMixed = false;
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            ranges[row] = _router.RangeOf(_positions[row]);
            if (first < 0) first = ranges[row];
            isMixed |= ranges[row] != first;
        }
        if (first < 0) return;
        if (isMixed) AppendMixed(batch, ranges);
        else _parts[first].Append(batch, _positions);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TableWriterPart part in _parts) await part.DisposeAsync();
        _router.Dispose();
        _part.Columns = [];
        _part.Dispose();
    }

    internal async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        foreach (TableWriterPart part in _parts) await part.FinishAsync(cancellationToken);
    }

    internal IEnumerable<PendingSegment> TakeSegments() => _parts.SelectMany(p => p.TakeSegments());

    /// <summary>Each range gets the batch with a mask of its rows.</summary>
    private void AppendMixed(Batch batch, ReadOnlySpan<int> ranges)
    {
        Span<int> counts = _parts.Length <= 256 ? stackalloc int[_parts.Length] : new int[_parts.Length];
        for (int row = 0; row < batch.Count; row++)
        {
            if (!batch.IsMasked || batch.Mask[row]) counts[ranges[row]]++;
        }
        _part.Columns = batch.Columns;
        _part.Count = batch.Count;
        for (int range = 0; range < counts.Length; range++)
        {
            if (counts[range] == 0) continue;
            _part.IsMasked = true;
            _part.Mask.ClearAll(batch.Count);
            for (int row = 0; row < batch.Count; row++)
            {
                if (ranges[row] == range && (!batch.IsMasked || batch.Mask[row])) _part.Mask[row] = true;
            }
            _parts[range].Append(_part, _positions);
        }
    }

    private void CheckRequired(Batch batch)
    {
        Invariant.Holds(batch.Columns.Length == _writer.Definition.Columns.Length);
        foreach (int column in _requiredColumns)
        {
            ColumnVector vector = batch.Columns[column];
            if (!vector.HasNulls) continue;
            for (int row = 0; row < batch.Count; row++)
            {
                if (vector.IsValid(row) || (batch.IsMasked && !batch.Mask[row])) continue;
                throw new QueryException(
                    SqlStates.NotNullViolation,
                    $"NULL in a column that refuses it: {_writer.Definition.Columns[column].Name}",
                    hint: "Give the column a value, or a default.");
            }
        }
    }
}

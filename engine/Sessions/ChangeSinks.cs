using System.Collections.Concurrent;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Takes new rows into a writer, a lane per lane of the plan. In front of the table's columns there may be a row id,
/// whose row is replaced; behind them a BOOLEAN per CHECK, FALSE where it is violated.
/// </summary>
/// <param name="writer">Takes the rows.</param>
/// <param name="firstColumn">Where the table's columns begin: 1 behind a row id, else 0.</param>
/// <param name="checks">Names of the constraints of the columns behind.</param>
/// <param name="returned">Collects the rows for RETURNING; null for none.</param>
internal sealed class InsertSink(TableWriter writer, int firstColumn, IReadOnlyList<string> checks, List<Value[]>? returned) : Sink
{
    private readonly ConcurrentBag<List<long>> _rowIds = [];

    /// <summary>Row ids of the rows that are replaced.</summary>
    public IEnumerable<long> RowIds => _rowIds.SelectMany(ids => ids);

    public override Operator StartLane(PipelineContext context)
    {
        List<long> ids = [];
        _rowIds.Add(ids);
        return new Lane(this, writer.StartLane(), ids);
    }

    private sealed class Lane(InsertSink sink, TableWriterLane target, List<long> rowIds) : Operator(null)
    {
        private readonly Batch _rows = new([]);
        private readonly HashSet<long> _seen = [];
        private Signal? _backlog;

        public override Flow Push(Batch batch)
        {
            for (int i = 0; i < sink.CheckCount; i++) sink.RequireTrue(batch, batch.Columns.Length - sink.CheckCount + i, i);
            if (sink.FirstColumn > 0) KeepFirst(batch);
            int columnCount = batch.Columns.Length - sink.FirstColumn - sink.CheckCount;
            _rows.Columns = batch.Columns[sink.FirstColumn..(sink.FirstColumn + columnCount)];
            _rows.Count = batch.Count;
            _rows.IsMasked = false;
            if (batch.IsMasked) _rows.BeginMask().CopyFrom(batch.Mask);
            target.Append(_rows);
            sink.Keep(_rows);
            return Wait();
        }

        public override Flow Resume() => Wait();

        public override void Dispose()
        {
            // The columns are borrowed; only the mask is its own.
            _rows.Columns = [];
            _rows.Dispose();
        }

        // Encoding behind this lane may fall back; the lane then leaves its thread to it.
        private Flow Wait()
        {
            if (target.Backlog is not { IsCompleted: false } backlog) return Flow.More;
            _backlog = new Signal();
            Signal signal = _backlog;
            backlog.ContinueWith(_ => signal.Set(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            return Flow.Blocked(signal);
        }

        // A row that a join met twice is changed once.
        private void KeepFirst(Batch batch)
        {
            RowMask mask = batch.BeginMask();
            for (int row = 0; row < batch.Count; row++)
            {
                if (!mask[row]) continue;
                long id = (long)batch.Columns[0].GetInteger(row);
                if (_seen.Add(id)) rowIds.Add(id);
                else mask[row] = false;
            }
        }
    }

    private int FirstColumn => firstColumn;

    private int CheckCount => checks.Count;

    private void RequireTrue(Batch batch, int column, int check)
    {
        ColumnVector holds = batch.Columns[column];
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            if (!holds.IsValid(row) || holds.GetInteger(row) != 0) continue;
            throw new QueryException(
                SqlStates.CheckViolation, $"New row violates check constraint \"{checks[check]}\"",
                hint: $"Values: ({string.Join(", ", Enumerable.Range(firstColumn, batch.Columns.Length - firstColumn - checks.Count).Select(c => batch.Columns[c].GetValue(row)))})");
        }
    }

    private void Keep(Batch rows)
    {
        if (returned is null) return;
        lock (returned) RowIdSink.AddRows(returned, rows, 0);
    }
}

/// <summary>Collects row ids, and where wanted the rows behind them.</summary>
internal sealed class RowIdSink(List<Value[]>? returned) : Sink
{
    private readonly ConcurrentBag<List<long>> _rowIds = [];

    public IEnumerable<long> RowIds => _rowIds.SelectMany(ids => ids);

    public override Operator StartLane(PipelineContext context)
    {
        List<long> ids = [];
        _rowIds.Add(ids);
        return new Lane(ids, returned);
    }

    /// <summary>Adds the selected rows of a batch as values, without its first columns.</summary>
    public static void AddRows(List<Value[]> target, Batch batch, int firstColumn)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            Value[] values = new Value[batch.Columns.Length - firstColumn];
            for (int c = 0; c < values.Length; c++) values[c] = batch.Columns[firstColumn + c].GetValue(row);
            target.Add(values);
        }
    }

    private sealed class Lane(List<long> ids, List<Value[]>? returned) : Operator(null)
    {
        public override Flow Push(Batch batch)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (!batch.IsMasked || batch.Mask[row]) ids.Add((long)batch.Columns[0].GetInteger(row));
            }
            if (returned is null) return Flow.More;
            lock (returned) AddRows(returned, batch, 1);
            return Flow.More;
        }
    }
}

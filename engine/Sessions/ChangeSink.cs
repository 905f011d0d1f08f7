using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// Takes changed rows, a lane per lane of the plan: values of the table's columns in order, in front of them what
/// <see cref="FirstColumn"/> counts, behind them a BOOLEAN per CHECK, FALSE where it is violated.
/// </summary>
/// <param name="writer">Takes the new rows; null where none come.</param>
/// <param name="checks">Names of the constraints of the columns behind.</param>
/// <param name="returned">Collects the rows for RETURNING; null for none.</param>
internal abstract class ChangeSink(TableWriter? writer, IReadOnlyList<string> checks, List<Value[]>? returned) : Sink
{
    /// <summary>Where the table's columns begin.</summary>
    protected abstract int FirstColumn { get; }

    public sealed override Operator StartLane(PipelineContext context) => new Lane(this, writer?.StartLane());

    /// <summary>
    /// Looks at the columns in front of the table's. Takes rows out of the batch's mask that are to be left out, and
    /// gives the rows to add: the same mask, or another one.
    /// </summary>
    /// <param name="batch">The rows.</param>
    /// <param name="added">A mask to use for the rows to add where they are not all.</param>
    /// <returns>True when only the rows of <paramref name="added"/> are to be added.</returns>
    protected abstract bool Choose(Batch batch, RowMask added);

    private void RequireChecks(Batch batch)
    {
        int first = batch.Columns.Length - checks.Count;
        for (int check = 0; check < checks.Count; check++)
        {
            ColumnVector holds = batch.Columns[first + check];
            for (int row = 0; row < batch.Count; row++)
            {
                if (batch.IsMasked && !batch.Mask[row]) continue;
                if (!holds.IsValid(row) || holds.GetInteger(row) != 0) continue;
                IEnumerable<Value> values = Enumerable.Range(FirstColumn, first - FirstColumn)
                    .Select(c => batch.Columns[c].GetValue(row));
                throw new QueryException(
                    SqlStates.CheckViolation, $"New row violates check constraint \"{checks[check]}\"",
                    hint: $"Values: ({string.Join(", ", values)})");
            }
        }
    }

    private void Keep(Batch batch)
    {
        if (returned is null) return;
        lock (returned)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                if (batch.IsMasked && !batch.Mask[row]) continue;
                Value[] values = new Value[batch.Columns.Length - FirstColumn - checks.Count];
                for (int c = 0; c < values.Length; c++) values[c] = batch.Columns[FirstColumn + c].GetValue(row);
                returned.Add(values);
            }
        }
    }

    private sealed class Lane(ChangeSink sink, TableWriterLane? target) : Operator(null)
    {
        private readonly Batch _rows = new([]);

        public override Flow Push(Batch batch)
        {
            RowMask added = _rows.BeginMask();
            bool isPart = sink.Choose(batch, added);
            sink.RequireChecks(batch);
            sink.Keep(batch);
            if (target is null) return Flow.More;
            int last = batch.Columns.Length - sink.CheckCount;
            _rows.Columns = batch.Columns[sink.FirstColumn..last];
            _rows.Count = batch.Count;
            _rows.IsMasked = isPart || batch.IsMasked;
            if (!isPart && batch.IsMasked) added.CopyFrom(batch.Mask);
            target.Append(_rows);
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
            if (target?.Backlog is not { IsCompleted: false } backlog) return Flow.More;
            Signal signal = new();
            _ = SetAfterAsync(backlog, signal);
            return Flow.Blocked(signal);
        }

        private static async Task SetAfterAsync(Task backlog, Signal signal)
        {
            await backlog.EndedAsync();
            signal.Set();
        }
    }

    private int CheckCount => checks.Count;
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Store.Keys;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// The row of a primary key, read on the caller's thread: for <c>SELECT a, b FROM t WHERE key = 42</c> finding and
/// decoding one row is less work than starting a pipeline. Whatever is not exactly that shape is scanned.
/// </summary>
internal static class KeyLookup
{
    /// <summary>The rows of a plan, before or after the rules; null where a scan must find them.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="parameters">The values of its parameters.</param>
    /// <param name="isHere">True for segments that this process can read.</param>
    public static RunningPlan? TryStart(
        LogicalNode plan, IReadOnlyList<Value> parameters, Func<SnapshotSegment, bool> isHere)
    {
        // A projection that only picks columns changes nothing but which are read.
        Project? picked = plan as Project;
        LogicalNode rows = picked?.Input ?? plan;
        Filter? filter = rows as Filter;
        if ((filter?.Input ?? rows) is not Scan { Table: StoredTable { Snapshot: var table } } scan) return null;
        if (scan.Filters.Count + (filter is null ? 0 : 1) != 1) return null;
        Expression condition = filter?.Predicate ?? scan.Filters[0];
        if (KeySearch.KeyOf(table) is not { } key) return null;
        int keyColumn = table.Definition.IndexOf(key.Columns[0].Id);
        if (ValueOf(condition, scan, keyColumn, parameters) is not { } wanted) return null;
        TableColumn[] columns = new TableColumn[picked?.Columns.Count ?? scan.OutputCount];
        for (int c = 0; c < columns.Length; c++)
        {
            int column = picked is null
                ? scan.Columns[c].TableColumn
                : ColumnOf(picked.Columns[c].Expression, scan);
            if (column < 0 || column >= table.Definition.Columns.Length) return null;
            columns[c] = table.Definition.Columns[column];
        }
        if (!table.Segments.All(isHere)) return null;
        switch (KeySearch.Find(table, key, wanted, out SnapshotSegment? segment, out int row))
        {
            case KeySearch.Outcome.Found:
                Row found = new(columns);
                KeySearch.Read(segment!, row, columns, found.Batch, found.Text);
                return found;
            case KeySearch.Outcome.Absent:
                return new Row(null);
            default:
                return null;
        }
    }

    // The value that the condition wants the key to be.
    private static Int128? ValueOf(
        Expression condition, Scan scan, int keyColumn, IReadOnlyList<Value> parameters)
    {
        if (condition is not Comparison { Operator: ComparisonOperator.Equal, Collation: null } equal) return null;
        (Expression column, Expression other) =
            equal.Left is Constant or Parameter ? (equal.Right, equal.Left) : (equal.Left, equal.Right);
        if (ColumnOf(column, scan) != keyColumn) return null;
        Value? value = other switch
        {
            Constant constant => constant.Value,
            Parameter parameter when parameter.Number <= parameters.Count => parameters[parameter.Number - 1],
            _ => null,
        };
        return value is { IsNull: false } && value.Type.Equals(column.Type) ? value.AsInteger : null;
    }

    // The column of the table that an expression is; -1 for none.
    private static int ColumnOf(Expression expression, Scan scan)
    {
        switch (expression)
        {
            case ColumnReference reference:
                return scan.Columns[reference.Index].TableColumn;
            case ColumnUse use:
                foreach (ScanColumn column in scan.Columns)
                {
                    if (column.Column == use.Column) return column.TableColumn;
                }
                return -1;
            default:
                return -1;
        }
    }

    /// <summary>One row, or none.</summary>
    private sealed class Row : RunningPlan
    {
        private readonly bool _exists;
        private bool _isRead;

        public Row(TableColumn[]? columns)
        {
            _exists = columns is not null;
            Batch = new Batch([.. (columns ?? []).Select(c => new ColumnVector(c.Type))]);
        }

        public Batch Batch { get; }

        public Arena Text { get; } = new(MemoryAccount.Untracked, 256);

        public override ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!_exists || _isRead) return new((Batch?)null);
            _isRead = true;
            return new(Batch);
        }

        public override ValueTask DisposeAsync()
        {
            Batch.Dispose();
            Text.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>EXPLAIN STORAGE: how the columns of a table are stored, why so, and which order would help.</summary>
internal sealed class StorageStatements(Session session)
{
    /// <summary>The columns of the answer; the last row is the whole table.</summary>
    public static Schema StorageSchema { get; } = new(
        new Field("column_name", LogicalType.Varchar), new Field("column_type", LogicalType.Varchar),
        new Field("rows", LogicalType.BigInt), new Field("nulls", LogicalType.BigInt),
        new Field("distinct_values", LogicalType.BigInt), new Field("bytes", LogicalType.BigInt),
        new Field("raw_bytes", LogicalType.BigInt), new Field("ratio", LogicalType.Double),
        new Field("zone_sharpness", LogicalType.Double), new Field("encodings", LogicalType.Varchar),
        new Field("why", LogicalType.Varchar));

    /// <summary>Looks at the manifests of a table's segments; reads no values.</summary>
    public async ValueTask<QueryResult> ExplainAsync(StoredTable table, CancellationToken cancellationToken)
    {
        TableSnapshot snapshot = table.Snapshot;
        SnapshotSegment[] files = [.. snapshot.Segments.Where(s => !s.IsRows)];
        List<SegmentHandle> opened = [];
        List<Value[]> rows = [];
        IAsyncDisposable borrowed = await session.Host.Tables.Fragments
            .BorrowAsync([.. files.Select(s => s.Record)], cancellationToken);
        await using (borrowed)
        {
            try
            {
                foreach (SnapshotSegment segment in files) opened.Add(segment.OpenReader());
                StorageReport report = StorageReport.Create([.. opened.Select(o => o.Reader)]);
                foreach (TableColumn column in snapshot.Definition.Columns) rows.Add(RowOf(column, report));
                rows.Add(Total(report));
                if (report.BestOrder is { } best) session.AddNotice(Advice(snapshot.Definition, best));
            }
            finally
            {
                foreach (SegmentHandle handle in opened) handle.Dispose();
            }
        }
        long waiting = snapshot.Segments.Where(s => s.IsRows).Sum(s => (long)s.LiveRowCount);
        if (waiting > 0)
        {
            session.AddNotice(string.Create(
                CultureInfo.InvariantCulture,
                $"{waiting:N0} rows are not in column files yet; CHECKPOINT writes them there."));
        }
        return new ValuesResult(StorageSchema, rows, "EXPLAIN", notices: session.TakeNotices());
    }

    private static Value[] RowOf(TableColumn column, StorageReport report)
    {
        ColumnStorage? stored = report.Columns.FirstOrDefault(c => c.ColumnId == column.Id);
        if (stored is null)
        {
            return
            [
                Value.Text(column.Name), Value.Text(column.Type.ToString()), Value.BigInt(0), Value.BigInt(0),
                Value.BigInt(0), Value.BigInt(0), Value.BigInt(0), Value.Float(LogicalType.Double, 1),
                Value.Float(LogicalType.Double, 0), Value.Text(""),
                Value.Text(report.RowCount == 0 ? "no rows" : "added after the rows: nothing is stored"),
            ];
        }
        return
        [
            Value.Text(column.Name), Value.Text(column.Type.ToString()), Value.BigInt(stored.RowCount),
            Value.BigInt(stored.NullCount), Value.BigInt((long)Math.Round(stored.DistinctCount)),
            Value.BigInt(stored.Bytes), Value.BigInt(stored.RawBytes),
            Value.Float(LogicalType.Double, Math.Round(stored.Ratio, 2)),
            Value.Float(LogicalType.Double, Math.Round(stored.ZoneSharpness, 3)), Value.Text(stored.Encodings),
            Value.Text(stored.Why),
        ];
    }

    private static Value[] Total(StorageReport report)
    {
        double ratio = report.Bytes == 0 ? 1 : (double)report.RawBytes / report.Bytes;
        return
        [
            Value.Text("(all columns)"), Value.Null(LogicalType.Varchar), Value.BigInt(report.RowCount),
            Value.Null(LogicalType.BigInt), Value.Null(LogicalType.BigInt), Value.BigInt(report.Bytes),
            Value.BigInt(report.RawBytes), Value.Float(LogicalType.Double, Math.Round(ratio, 2)),
            Value.Null(LogicalType.Double),
            Value.Null(LogicalType.Varchar), Value.Null(LogicalType.Varchar),
        ];
    }

    private static string Advice(TableDefinition definition, ColumnStorage best)
    {
        string name = definition.Columns.First(c => c.Id == best.ColumnId).Name;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"ORDER BY ({name}) would shrink that column from {best.Bytes:N0} to about {best.BytesIfSorted:N0} bytes.");
    }
}

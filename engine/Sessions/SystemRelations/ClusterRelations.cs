using ColFrag.Engine.Catalog;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>What can be asked about workers and about where fragments lie.</summary>
internal static class ClusterRelations
{
    /// <summary>Columns of <c>colfrag_workers</c>.</summary>
    public static Schema WorkerColumns { get; } = new(
        new Field("worker", LogicalType.Integer), new Field("worker_id", LogicalType.Varchar),
        new Field("address", LogicalType.Varchar), new Field("state", LogicalType.Varchar),
        new Field("incarnation", LogicalType.BigInt), new Field("segments", LogicalType.BigInt),
        new Field("bytes", LogicalType.BigInt), new Field("free_bytes", LogicalType.BigInt));

    /// <summary>Columns of <c>colfrag_fragments</c>.</summary>
    public static Schema FragmentColumns { get; } = new(
        new Field("table_schema", LogicalType.Varchar), new Field("table_name", LogicalType.Varchar),
        new Field("range_number", LogicalType.Integer), new Field("hash_range", LogicalType.Varchar),
        new Field("column_group", LogicalType.Integer), new Field("segments", LogicalType.BigInt),
        new Field("row_count", LogicalType.BigInt), new Field("bytes", LogicalType.BigInt),
        new Field("workers", LogicalType.Varchar), new Field("workers_of_parts", LogicalType.Varchar),
        new Field("copies", LogicalType.Integer), new Field("wanted_copies", LogicalType.Integer));

    /// <summary>One row for each worker that ever registered.</summary>
    public static IEnumerable<Value[]> Workers(SystemObjects objects)
    {
        Dictionary<long, int> counts = [];
        foreach ((_, _, TableSnapshot table) in Tables(objects))
        {
            foreach (long worker in table.Segments.SelectMany(s => s.Record.Workers))
            {
                counts[worker] = counts.GetValueOrDefault(worker) + 1;
            }
        }
        foreach (WorkerStatus worker in objects.Session.Host.Workers().OrderBy(w => w.Number))
        {
            yield return
            [
                Value.Integer(LogicalType.Integer, worker.Number), Value.Text(CatalogKeys.Hex(worker.Id)),
                Value.Text(worker.Address), Value.Text(worker.State), Value.BigInt(worker.Incarnation),
                Value.BigInt(counts.GetValueOrDefault(worker.Id)), Value.BigInt(worker.StoredBytes),
                worker.FreeBytes is { } free ? Value.BigInt(free) : Value.Null(LogicalType.BigInt),
            ];
        }
    }

    /// <summary>One row for each column group of each hash range of each table.</summary>
    public static IEnumerable<Value[]> Fragments(SystemObjects objects)
    {
        Dictionary<long, WorkerStatus> workers = objects.Session.Host.Workers().ToDictionary(w => w.Id);
        foreach ((string schema, string name, TableSnapshot table) in Tables(objects))
        {
            // One that several ranges share since they were cut counts where it begins.
            ILookup<int, SnapshotSegment> ofRange = table.Segments.ToLookup(
                s => table.State.RangeMap.IndexOf(s.Record.Range.First));
            for (int number = 0; number < table.State.Ranges.Length; number++)
            {
                RangeRecord range = table.State.Ranges[number];
                SnapshotSegment[] segments = [.. ofRange[number]];
                foreach (int group in table.Definition.Groups)
                {
                    yield return
                    [
                        Value.Text(schema), Value.Text(name), Value.Integer(LogicalType.Integer, number),
                        Value.Text(range.Range.ToString()), Value.Integer(LogicalType.Integer, group),
                        .. Describe(segments, group, workers),
                        Value.Integer(LogicalType.Integer, WantedCopies(table.Definition, workers.Count)),
                    ];
                }
            }
        }
    }

    /// <summary>Before there are two workers everything lies with the coordinator, once.</summary>
    private static int WantedCopies(TableDefinition definition, int workerCount) =>
        workerCount < 2 ? 1 : Math.Min(definition.Copies, workerCount);

    private static IEnumerable<Value> Describe(
        SnapshotSegment[] segments, int group, Dictionary<long, WorkerStatus> workers)
    {
        long bytes = 0;
        int copies = segments.Length == 0 ? 0 : int.MaxValue;
        Dictionary<long, int> held = [];
        foreach (SnapshotSegment segment in segments)
        {
            GroupRecord? record = segment.Record.Groups.FirstOrDefault(g => g.Group == group);
            bytes += record?.Bytes ?? segment.Record.Bytes;
            // Rows of the journal, and segments that no worker has yet, lie with the coordinator: one copy.
            bool isLocal = record is null || record.Workers.IsEmpty;
            int live = isLocal ? 1 : record!.Workers.Count(w => workers.GetValueOrDefault(w)?.IsLive == true);
            copies = Math.Min(copies, live);
            foreach (long worker in isLocal ? [] : record!.Workers)
            {
                held[worker] = held.GetValueOrDefault(worker) + 1;
            }
        }
        yield return Value.BigInt(segments.Length);
        yield return Value.BigInt(segments.Sum(s => (long)s.LiveRowCount));
        yield return Value.BigInt(bytes);
        yield return Numbers(held.Where(h => h.Value == segments.Length));
        yield return Numbers(held.Where(h => h.Value < segments.Length));
        yield return Value.Integer(LogicalType.Integer, copies);

        Value Numbers(IEnumerable<KeyValuePair<long, int>> some) => Value.Text(string.Join(
            ", ", some.Select(s => workers.GetValueOrDefault(s.Key)?.Number ?? 0).Order()));
    }

    private static IEnumerable<(string Schema, string Name, TableSnapshot Table)> Tables(SystemObjects objects) =>
        objects.Tables.Where(t => t.Definition is not null)
            .Select(t => (t.Schema, t.Name, objects.Transaction.GetTable(t.TableId)));
}

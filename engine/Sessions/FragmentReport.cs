using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// EXPLAIN FRAGMENTS: of a query, which fragments of its tables are read, where, and why others are not; of an INSERT,
/// the position of each row, its range and the workers that it would go to. Nothing is changed.
/// </summary>
internal sealed class FragmentReport(Session session, QueryEnvironment environment, StatementRunner runner)
{
    private const int MaxShownRows = 1_000;

    /// <summary>The columns for a query: a row per fragment, of each scan.</summary>
    public static Schema QuerySchema { get; } = new(
        new Field("table_name", LogicalType.Varchar), new Field("range_number", LogicalType.Integer),
        new Field("hash_range", LogicalType.Varchar), new Field("column_group", LogicalType.Integer),
        new Field("segments", LogicalType.BigInt), new Field("row_count", LogicalType.BigInt),
        new Field("workers", LogicalType.Varchar), new Field("chosen", LogicalType.Varchar),
        new Field("is_read", LogicalType.Boolean), new Field("reason", LogicalType.Varchar));

    /// <summary>The columns for an INSERT: a row per row.</summary>
    public static Schema InsertSchema { get; } = new(
        new Field("key", LogicalType.Varchar), new Field("position", LogicalType.Varchar),
        new Field("range_number", LogicalType.Integer), new Field("hash_range", LogicalType.Varchar),
        new Field("workers", LogicalType.Varchar), new Field("chosen", LogicalType.Varchar));

    /// <summary>Answers for a bound query or change.</summary>
    public async ValueTask<QueryResult> ExplainAsync(
        BoundStatement statement, int position, CancellationToken cancellationToken)
    {
        if (statement is not BoundQuery query)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "EXPLAIN FRAGMENTS works on queries and changes", position);
        }
        LogicalNode plan = query.Plan is Project { Input: ChangeNode returned } ? returned : query.Plan;
        if (plan is Insert insert) return await ExplainInsertAsync(insert, cancellationToken);
        if (plan is ChangeNode change) plan = change.Input;
        List<Value[]> rows = [];
        PhysicalNode root = LocalPlanRunner.PlanOf(plan, environment);
        ScanPlaces places = session.Host.PlaceScans(root);
        foreach (TableScanNode scan in root.DescendantsAndSelf().OfType<TableScanNode>()) Add(scan, places, rows);
        return new ValuesResult(QuerySchema, rows, "EXPLAIN");
    }

    private void Add(TableScanNode scan, ScanPlaces places, List<Value[]> rows)
    {
        TableState state = scan.Snapshot.State;
        TableDefinition definition = scan.Snapshot.Definition;
        HashSet<int> used = [.. ScanGroups.Of(scan)];
        // Without columns rows are counted by the manifests of one group.
        if (used.Count == 0)
        {
            used.UnionWith(definition.Groups.Where(
                g => state.Segments.Values.Any(s => places.Readers.Contains((s.Key.Id, g)))));
        }
        if (used.Count == 0 && definition.Groups.Length > 0) used.Add(definition.Groups[0]);
        RangePruning? pruning = scan.Pruning;
        ILookup<int, SegmentRecord> ofRange = state.Segments.Values.ToLookup(
            s => state.RangeMap.IndexOf(s.Range.First));
        for (int number = 0; number < state.Ranges.Length; number++)
        {
            HashRange range = state.Ranges[number].Range;
            bool isRead = pruning?.CanContain(range) != false;
            foreach (int group in definition.Groups)
            {
                bool isUsed = isRead && used.Contains(group);
                string reason = isRead && !isUsed ? "none of its columns is used" : pruning?.Reason ?? "";
                if (isUsed && HowRead(scan, ofRange[number], group, places) is { } how)
                    reason = reason.Length == 0 ? how : $"{how}; {reason}";
                rows.Add(
                [
                    Value.Text(scan.Name), Value.Integer(LogicalType.Integer, number), Value.Text(range.ToString()),
                    Value.Integer(LogicalType.Integer, group), Value.BigInt(ofRange[number].Count()),
                    Value.BigInt(ofRange[number].Sum(s => (long)s.LiveRowCount)),
                    Value.Text(WorkersOf(ofRange[number].SelectMany(s => HoldersOf(s, group)))),
                    Value.Text(isUsed
                        ? WorkersOf(ofRange[number].SelectMany(s => ReadersOf(s, group, places))) : ""),
                    Value.Boolean(isUsed), Value.Text(reason),
                ]);
            }
        }
    }

    private async ValueTask<QueryResult> ExplainInsertAsync(Insert insert, CancellationToken cancellationToken)
    {
        TableSnapshot snapshot = ((StoredTable)insert.Table).Snapshot;
        TableDefinition definition = snapshot.Definition;
        int[] keys = [.. definition.Scheme.ColumnIds.Select(definition.IndexOf)];
        List<Value[]> given = await runner.ReadAllAsync(insert.Input, cancellationToken);
        if (given.Count > MaxShownRows)
        {
            session.AddNotice(string.Create(
                CultureInfo.InvariantCulture, $"The first {MaxShownRows:N0} of {given.Count:N0} rows."));
        }
        List<Value[]> rows = [];
        foreach (Value[] row in given.Take(MaxShownRows))
        {
            ImmutableArray<Value> key = [.. keys.Select(k => row[k])];
            string text = string.Join(", ", key.Select(v => v.IsNull ? "NULL" : v.ToString()));
            if (RowRouter.PositionOf(definition.Scheme, key) is not { } position)
            {
                rows.Add(
                [
                    Value.Text(text), Value.Null(LogicalType.Varchar), Value.Null(LogicalType.Integer),
                    Value.Null(LogicalType.Varchar), Value.Text("any: rows without a key go round"),
                    Value.Null(LogicalType.Varchar),
                ]);
                continue;
            }
            int number = snapshot.State.RangeMap.IndexOf(position);
            RangeRecord range = snapshot.State.Ranges[number];
            ImmutableArray<HomeRecord> targets = session.Host.Tables.Placement.ChooseTargets(definition, range);
            rows.Add(
            [
                Value.Text(text), Value.Text(position.ToString("x16", CultureInfo.InvariantCulture)),
                Value.Integer(LogicalType.Integer, number), Value.Text(range.Range.ToString()),
                Value.Text(WorkersOf(targets.SelectMany(t => t.Workers).DefaultIfEmpty(0))),
                // Who encodes: the others copy what it has made.
                Value.Text(WorkersOf(targets.Select(t => t.Workers[0]).DefaultIfEmpty(0))),
            ]);
        }
        return new ValuesResult(InsertSchema, rows, "EXPLAIN", notices: session.TakeNotices());
    }

    /// <summary>What is special about how a fragment is read; null for nothing.</summary>
    private static string? HowRead(
        TableScanNode scan, IEnumerable<SegmentRecord> segments, int group, ScanPlaces places)
    {
        if (segments.Any(s => IsLent(s, group, places))) return "lent to the worker that has most of what is read";
        if (places.Fetched.Contains((scan.Snapshot.TableId, group))) return "only rows that pass, by their positions";
        string[] others = [.. places.Together[scan.Snapshot.TableId].Order(StringComparer.Ordinal)];
        return others.Length == 0 ? null : $"where the same range of {string.Join(", ", others)} is";
    }

    /// <summary>True where a worker that reads a segment gets a column group from another one.</summary>
    private static bool IsLent(SegmentRecord segment, int group, ScanPlaces places) =>
        segment.FindGroup(group) is { } record &&
        places.Readers[(segment.Key.Id, group)].Any(w => w != 0 && !record.Workers.Contains(w));

    /// <summary>What nobody else reads is read here.</summary>
    private static IEnumerable<long> ReadersOf(SegmentRecord segment, int group, ScanPlaces places) =>
        places.Readers[(segment.Key.Id, group)].DefaultIfEmpty(0);

    private static IEnumerable<long> HoldersOf(SegmentRecord segment, int group) =>
        segment.Groups.FirstOrDefault(g => g.Group == group) is { Workers.IsEmpty: false } record
            ? record.Workers : [0L];

    /// <summary>Workers by their short names; what lies with this process is "here".</summary>
    private string WorkersOf(IEnumerable<long> ids)
    {
        Dictionary<long, int> numbers = session.Host.Workers().ToDictionary(w => w.Id, w => w.Number);
        return string.Join(", ", ids.Distinct()
            .OrderBy(id => numbers.GetValueOrDefault(id))
            .Select(id => id == 0 ? "here" : numbers.TryGetValue(id, out int number)
                ? string.Create(CultureInfo.InvariantCulture, $"worker {number}") : CatalogKeys.Hex(id)));
    }
}

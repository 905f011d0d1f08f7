using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// A scan of columns that no worker has all of, taken apart. The column groups that conditions are about are scanned
/// where they lie; the numbers of the rows that pass, and what is wanted of these groups, go to where the next groups
/// of their segments lie, which are read for these rows alone; and so on. Deleted rows are left out once, by the scan.
/// <code>
///   Fetch t [note]                    at a worker that has note
///     Exchange to where their segments are
///       Scan t [city, row id] where day = 3          at a worker that has day and city
/// </code>
/// The other way is to lend: one worker is sent whole column files and scans them. It is taken where it moves less.
/// </summary>
internal sealed class PartedScan
{
    // The number of a row, as a lane of 16 bits.
    private const double RowIdBytes = 2;

    private readonly TableScanNode _scan;
    private readonly HashSet<SnapshotSegment> _segments;
    private readonly List<Step> _steps = [];
    private readonly double _passingShare;
    private readonly int _conditionCount;

    private PartedScan(TableScanNode scan, HashSet<SnapshotSegment> segments, Expression[] conditions)
    {
        _scan = scan;
        _segments = segments;
        _conditionCount = conditions.Length;
        _passingShare = Math.Clamp(PlanSize.RowsOf(scan) / Math.Max(1, scan.Snapshot.RowCount), 0, 1);
    }

    /// <summary>The column groups that are read together, in the order in which they are.</summary>
    public IEnumerable<ImmutableArray<int>> Parts => _steps.Select(s => s.Groups);

    /// <summary>The segments that are read so; the others lie as a whole with some worker, or here.</summary>
    public IReadOnlySet<SnapshotSegment> Segments => _segments;

    /// <summary>
    /// Takes a scan apart; null where that moves no fewer bytes than lending, or where a worker has all that is read.
    /// The scan's segments name only the groups that it reads.
    /// </summary>
    public static PartedScan? TryMake(TableScanNode scan, DistributionSettings settings)
    {
        if (scan.Filters.IsEmpty) return null;
        HashSet<SnapshotSegment> segments = [.. scan.Snapshot.Segments.Where(s => !settings.IsHere(s) && IsParted(s))];
        if (segments.Count == 0) return null;
        Expression[] conditions = [.. scan.Filters.SelectMany(f => (IEnumerable<Expression>)Conjunction.Split(f))];
        PartedScan parted = new(scan, segments, conditions);
        return parted.TryOrder(conditions) && parted.SentBytes() < parted.LentBytes() * settings.LentWeight
            ? parted : null;
    }

    /// <summary>The plan, with the columns of the scan; its leaves are where the first groups lie.</summary>
    public PhysicalNode ToPlan()
    {
        PhysicalNode node = ScanFirst();
        int[] carried = _steps[0].Carried;
        foreach (Step step in _steps.Skip(1))
        {
            node = new ExchangeNode(node, new ExchangeOutput(ExchangeKind.Segment, [carried.Length]))
            {
                EstimatedRows = node.EstimatedRows,
            };
            node = Fetch(node, carried, step);
            carried = step.Carried;
        }
        int given = _scan.Columns.Count;
        PhysicalNode fetched = new ProjectNode(
            node,
            [
                .. Enumerable.Range(0, given).Select(c => new ColumnReference(
                    IsRowId(c) ? carried.Length : Array.IndexOf(carried, c), _scan.Columns[c].Type,
                    _scan.Columns[c].Name)),
            ],
            _scan.Columns)
        {
            EstimatedRows = node.EstimatedRows,
        };
        if (_segments.Count == _scan.Snapshot.Segments.Length) return fetched;
        TableScanNode whole = _scan with
        {
            Snapshot = _scan.Snapshot.Only(s => !_segments.Contains(s)),
            EstimatedRows = Math.Max(0, PlanSize.RowsOf(_scan) - fetched.EstimatedRows),
        };
        return new UnionAllNode([fetched, whole], _scan.Columns) { EstimatedRows = PlanSize.RowsOf(_scan) };
    }

    /// <summary>True where no worker has all column groups that are read.</summary>
    private static bool IsParted(SnapshotSegment segment)
    {
        ImmutableArray<GroupRecord> groups = segment.Record.Groups;
        return groups.Length > 1 && !groups[0].Workers.Any(w => groups.All(g => g.Workers.Contains(w)));
    }

    /// <summary>
    /// Chooses which groups come first: those with the most conditions of their own, then those that let the next
    /// conditions be tested; the largest last. False where no groups have a condition of their own.
    /// </summary>
    private bool TryOrder(Expression[] conditions)
    {
        List<ImmutableArray<int>> parts = PartsOf();
        List<Expression> untested = [.. conditions];
        HashSet<int> known = [];
        while (parts.Count > 0)
        {
            ImmutableArray<int> next = parts.OrderByDescending(p => TestableWith(known, p, untested).Length)
                .ThenBy(BytesOf).ThenBy(p => p[0]).First();
            Expression[] tested = TestableWith(known, next, untested);
            if (_steps.Count == 0 && tested.Length == 0) return false;
            parts.Remove(next);
            known.UnionWith(next);
            foreach (Expression condition in tested) untested.Remove(condition);
            HashSet<int> wanted = [.. untested.SelectMany(ColumnsOf), .. Enumerable.Range(0, _scan.Columns.Count)];
            int[] carried =
            [
                .. Enumerable.Range(0, _scan.Positions.Count).Where(
                    c => !IsRowId(c) && wanted.Contains(c) && known.Contains(GroupOf(c))),
            ];
            _steps.Add(new Step(next, tested, carried, RowsAfter(conditions.Length - untested.Count)));
        }
        return _steps.Count > 1 && untested.Count == 0;
    }

    /// <summary>The groups that are read, those together that lie on the same workers in all segments.</summary>
    private List<ImmutableArray<int>> PartsOf()
    {
        List<List<int>> parts = [];
        foreach (int group in ScanGroups.Of(_scan))
        {
            List<int>? same = parts.Find(p => _segments.All(s => LieTogether(s.Record, p[0], group)));
            if (same is null) parts.Add([group]);
            else same.Add(group);
        }
        return [.. parts.Select(p => p.ToImmutableArray())];
    }

    private static bool LieTogether(SegmentRecord segment, int first, int second) =>
        (segment.FindGroup(first), segment.FindGroup(second)) switch
        {
            ({ } one, { } other) => one.Workers.AsSpan().SequenceEqual(other.Workers.AsSpan()),
            // Columns that a segment does not have yet are the same everywhere.
            _ => true,
        };

    private Expression[] TestableWith(HashSet<int> known, ImmutableArray<int> part, List<Expression> conditions) =>
    [
        .. conditions.Where(e => ColumnsOf(e).All(
            c => IsRowId(c) || known.Contains(GroupOf(c)) || part.Contains(GroupOf(c)))),
    ];

    private static IEnumerable<int> ColumnsOf(Expression condition) =>
        condition.DescendantsAndSelf().OfType<ColumnReference>().Select(c => c.Index);

    private bool IsRowId(int column) => _scan.Positions[column] == PlanTableColumn.RowId;

    private TableColumn StoredOf(int column) => _scan.Snapshot.Definition.Columns[_scan.Positions[column]];

    private int GroupOf(int column) => StoredOf(column).Group;

    private Field FieldOf(int column) =>
        column < _scan.Columns.Count ? _scan.Columns[column] : StoredOf(column).Field;

    /// <summary>Rows that some of the conditions let through, each of them as many as the next.</summary>
    private double RowsAfter(int conditions) => _segments.Sum(s => (long)s.LiveRowCount) *
        Math.Pow(_passingShare, (double)conditions / _conditionCount);

    private double SentBytes() => _steps.SkipLast(1).Sum(
        s => s.Rows * (RowIdBytes + (s.Carried.Length == 0 ? 0 : PlanSize.BytesOfRow(SchemaOf(s.Carried)))));

    /// <summary>Bytes of the columns that are read of all groups but those where they would be lent to.</summary>
    private double LentBytes()
    {
        double[] bytes = [.. _steps.Select(s => BytesOf(s.Groups))];
        return bytes.Sum() - bytes.Max();
    }

    private double BytesOf(ImmutableArray<int> groups)
    {
        double bytes = 0;
        foreach (int group in groups)
        {
            int all = _scan.Snapshot.Definition.Columns.Count(c => c.Group == group);
            int read = ScanGroups.ColumnsOf(_scan).Where(c => c.Group == group).DistinctBy(c => c.Id).Count();
            bytes += _segments.Sum(s => s.Record.FindGroup(group)?.Bytes ?? 0) * ((double)read / all);
        }
        return bytes;
    }

    private TableSnapshot SnapshotOf(Step step) =>
        _scan.Snapshot.Only(_segments.Contains).Narrow([.. step.Groups]);

    private TableScanNode ScanFirst()
    {
        Step first = _steps[0];
        int[] tested =
        [
            .. first.Conditions.SelectMany(ColumnsOf).Distinct().Where(c => !first.Carried.Contains(c)).Order(),
        ];
        // What is given on, the row's own number last; then what only conditions look at.
        int[] columns = [.. first.Carried, -1, .. tested];
        return _scan with
        {
            Snapshot = SnapshotOf(first),
            Positions = [.. columns.Select(c => c < 0 ? PlanTableColumn.RowId : _scan.Positions[c])],
            Columns = SchemaOf(first.Carried, withRowId: true),
            Measures = [.. first.Carried.Select(_scan.MeasureOf)],
            Filters = [.. first.Conditions.Select(e => Moved(e, c => Array.IndexOf(columns, c)))],
            EstimatedRows = first.Rows,
        };
    }

    /// <summary>Reads the columns of more groups, tests what can be tested now, and drops what nobody wants.</summary>
    private PhysicalNode Fetch(PhysicalNode input, int[] carried, Step step)
    {
        int[] fetched =
        [
            .. Enumerable.Range(0, _scan.Positions.Count).Where(c => !IsRowId(c) && step.Groups.Contains(GroupOf(c)))
                .Where(c => step.Carried.Contains(c) || step.Conditions.SelectMany(ColumnsOf).Contains(c)),
        ];
        int[] columns = [.. carried, .. fetched];
        FetchNode fetch = new(
            input, SnapshotOf(step),
            [.. Enumerable.Range(0, carried.Length), .. fetched.Select(_ => -1), carried.Length],
            [.. fetched.Select(c => _scan.Positions[c])], SchemaOf(columns, withRowId: true))
        {
            Name = _scan.Name, Measures = [.. fetched.Select(_scan.MeasureOf)], EstimatedRows = input.EstimatedRows,
        };
        PhysicalNode node = fetch;
        if (step.Conditions.Length > 0)
        {
            IEnumerable<Expression> moved = step.Conditions.Select(
                e => Moved(e, c => IsRowId(c) ? columns.Length : Array.IndexOf(columns, c)));
            node = new FilterNode(node, Conjunction.Of(moved)) { EstimatedRows = step.Rows };
        }
        if (columns.AsSpan().SequenceEqual(step.Carried)) return node;
        Schema kept = SchemaOf(step.Carried, withRowId: true);
        int[] places = [.. step.Carried.Select(c => Array.IndexOf(columns, c)), columns.Length];
        return new ProjectNode(
            node, [.. places.Select((p, i) => new ColumnReference(p, kept[i].Type, kept[i].Name))], kept)
        {
            EstimatedRows = step.Rows,
        };
    }

    private Schema SchemaOf(int[] columns, bool withRowId = false)
    {
        IEnumerable<Field> fields = columns.Select(FieldOf);
        return new Schema(
            [.. withRowId ? fields.Append(new Field("row id", LogicalType.BigInt, false)) : fields]);
    }

    private static Expression Moved(Expression condition, Func<int, int> position) => condition.RewriteUp(
        e => e is ColumnReference column ? column with { Index = position(column.Index) } : e);

    /// <summary>Column groups that are read in one place.</summary>
    /// <param name="Groups">Their numbers.</param>
    /// <param name="Conditions">What is tested there.</param>
    /// <param name="Carried">Which columns of the scan go on from there, besides the numbers of the rows.</param>
    /// <param name="Rows">How many rows are expected to.</param>
    private sealed record Step(
        ImmutableArray<int> Groups, Expression[] Conditions, int[] Carried, double Rows);
}

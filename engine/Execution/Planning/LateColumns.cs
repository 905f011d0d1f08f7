using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// Where a few best rows of a table are wanted, the columns that decide neither which rows they are nor their order are
/// read for those rows alone, once they are known.
/// </summary>
internal static class LateColumns
{
    /// <summary>The name by which the setting disabled_rules switches it off.</summary>
    public const string RuleName = "late_columns";

    // Fetching a row decodes as much of a column as reading a vector of it: worth it where far fewer are fetched.
    private const int VectorRows = 2048;
    private const int FewestVectorsPerRow = 8;

    // And where it is about more than the numbers of rows, which take their place.
    private const int TextWeight = 3;
    private const int LeastWeight = 4;

    /// <summary>Changes all steps that pick best rows of a scan whose segments are here.</summary>
    public static PhysicalNode Apply(PhysicalNode root, Func<SnapshotSegment, bool> isHere) => root.RewriteUp(
        node => node is TopNode top && ScanOf(top.Input) is { } scan && IsFew(top, scan) &&
            scan.Snapshot.Segments.All(isHere) ? Apply(top, scan) : node);

    /// <summary>A scan, or what a projection makes of one: the same scan, its columns in that order.</summary>
    private static TableScanNode? ScanOf(PhysicalNode node)
    {
        if (node is TableScanNode plain) return plain;
        if (node is not ProjectNode { Input: TableScanNode scan } project) return null;
        if (!project.Expressions.All(e => e is ColumnReference)) return null;
        int[] given = [.. project.Expressions.Map(e => ((ColumnReference)e).Index)];
        int[] tested =
        [
            .. scan.Filters.SelectMany(f => f.DescendantsAndSelf()).OfType<ColumnReference>().Select(c => c.Index)
                .Distinct().Order(),
        ];
        return scan with
        {
            Positions = [.. given.Concat(tested).Select(c => scan.Positions[c])],
            Columns = project.Columns,
            Measures = [.. given.Select(scan.MeasureOf)],
            Filters = scan.Filters.Rewrite(f => f.RewriteUp(
                e => e is ColumnReference column
                    ? column with { Index = given.Length + Array.IndexOf(tested, column.Index) } : e)),
        };
    }

    private static bool IsFew(TopNode top, TableScanNode scan) =>
        !top.WithTies && top.Count < int.MaxValue && top.Offset < int.MaxValue &&
        (top.Count + top.Offset) * VectorRows * FewestVectorsPerRow <= scan.Snapshot.RowCount;

    private static PhysicalNode Apply(TopNode top, TableScanNode scan)
    {
        HashSet<int> early = [.. top.Keys.Map(k => k.Column)];
        HashSet<int> tested =
        [
            .. scan.Filters.SelectMany(f => f.DescendantsAndSelf()).OfType<ColumnReference>()
                .Select(c => scan.Positions[c.Index]),
        ];
        int count = scan.Columns.Count;
        early.UnionWith(Enumerable.Range(0, count).Where(c => tested.Contains(scan.Positions[c])));
        int[] kept = [.. Enumerable.Range(0, count).Where(c => early.Contains(c) || !IsStored(scan, c))];
        int[] late = [.. Enumerable.Range(0, count).Except(kept)];
        if (late.Sum(c => scan.Columns[c].Type.Physical == PhysicalType.Utf8 ? TextWeight : 1) < LeastWeight)
            return top;
        // What is given on, the row's own number last; then what only filters look at.
        int given = kept.Length + 1;
        TableScanNode narrow = scan with
        {
            Positions =
            [
                .. kept.Select(c => scan.Positions[c]), PlanTableColumn.RowId, .. scan.Positions.Skip(count),
            ],
            Columns = new Schema(
                [.. kept.Select(c => scan.Columns[c]), new Field("row id", LogicalType.BigInt, false)]),
            Measures = [.. kept.Select(scan.MeasureOf)],
            Filters = scan.Filters.Rewrite(f => f.RewriteUp(
                e => e is ColumnReference column ? column with { Index = Moved(column.Index) } : e)),
        };
        int[] sources = [.. Enumerable.Range(0, count).Select(c => Array.IndexOf(kept, c))];
        return new FetchNode(
            top with { Input = narrow, Keys = top.Keys.Map(k => k with { Column = Moved(k.Column) }) },
            scan.Snapshot, [.. sources], [.. late.Select(c => scan.Positions[c])], top.Output)
        {
            Name = scan.Name, EstimatedRows = top.EstimatedRows,
        };

        int Moved(int column) => column < count ? Array.IndexOf(kept, column) : column - count + given;
    }

    private static bool IsStored(TableScanNode scan, int column) =>
        scan.Positions[column] != PlanTableColumn.RowId && scan.MeasureOf(column) == Vectors.TextMeasure.None;
}

using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>Which column groups a scan reads: no others need to be where it runs.</summary>
internal static class ScanGroups
{
    /// <summary>The columns that a scan reads.</summary>
    public static IEnumerable<TableColumn> ColumnsOf(TableScanNode scan) =>
        scan.Positions.Where(p => p != PlanTableColumn.RowId).Select(p => scan.Snapshot.Definition.Columns[p]);

    /// <summary>The groups that these lie in; none where rows are only counted.</summary>
    public static ImmutableArray<int> Of(TableScanNode scan) =>
        [.. ColumnsOf(scan).Select(c => c.Group).Distinct().Order()];

    /// <summary>A plan whose scans name no column groups that they do not read.</summary>
    public static PhysicalNode Narrow(PhysicalNode plan) => plan.RewriteUp(
        node => node is TableScanNode scan && scan.Snapshot.Segments.Any(IsCut)
            ? scan with { Snapshot = scan.Snapshot.Narrow(Of(scan)) } : node);

    private static bool IsCut(SnapshotSegment segment) => segment.Record.Groups.Length > 1;
}

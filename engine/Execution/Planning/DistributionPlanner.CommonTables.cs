using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <content>
/// Common tables are kept in the memory of one run, which a plan in stages is not: every scan of one becomes its query,
/// near the data. Rounds of a recursion run beside the statement; what they read of other tables is gathered once.
/// </content>
internal sealed partial class DistributionPlanner
{
    private PlacedNode PlaceCommonTable(CommonTableNode table, Wish wish)
    {
        bool readsWorkers = table.DescendantsAndSelf().Any(IsSpreadScan);
        if (!readsWorkers) return new PlacedNode(table, RowSpread.Single);
        // A query that gives other rows each time must be asked once; then all stay in one run, over gathered tables.
        bool isSame = !table.Definition.DescendantsAndSelf().Any(
            n => n is RandomNode || ExpressionsOf(n).Any(IsVolatile));
        return isSame ? Place(Inline(table), wish) : new PlacedNode(GatherTables(table), RowSpread.Single);
    }

    private PlacedNode PlaceRecursion(RecursiveNode recursion)
    {
        List<CommonTableNode> gathered = [];
        PhysicalNode step = GatherOnce(recursion.Step, gathered);
        PhysicalNode root = recursion.WithInputs([Gather(Place(recursion.Anchor)), step]);
        foreach (CommonTableNode table in gathered) root = table with { Body = root };
        return new PlacedNode(root, RowSpread.Single);
    }

    /// <summary>
    /// A step of a recursion in which everything that does not depend on the round before, and is at workers, is a scan
    /// of a common table.
    /// </summary>
    private PhysicalNode GatherOnce(PhysicalNode node, List<CommonTableNode> gathered)
    {
        if (!node.DescendantsAndSelf().Any(IsSpreadScan)) return node;
        if (node.DescendantsAndSelf().Any(n => n is CommonTableScanNode or RecursiveNode))
        {
            return node.WithInputs([.. node.Inputs.Select(i => GatherOnce(i, gathered))]);
        }
        CommonTableNode table = new(NextCommonTable(), "gathered rows", Gather(Place(node)), node);
        gathered.Add(table);
        return new CommonTableScanNode(
            table.Id, table.Name, [.. Enumerable.Range(0, node.Output.Count)], node.Output)
        {
            EstimatedRows = node.EstimatedRows,
        };
    }

    /// <summary>The plan with every table at workers gathered, and nothing else changed.</summary>
    private PhysicalNode GatherTables(PhysicalNode node) => node switch
    {
        TableScanNode scan => Gather(PlaceScan(scan)),
        RecursiveNode recursion => PlaceRecursion(recursion).Node,
        { Inputs.Count: 0 } => node,
        _ => node.WithInputs([.. node.Inputs.Select(GatherTables)]),
    };

    /// <summary>The body with the query in place of every scan.</summary>
    private static PhysicalNode Inline(CommonTableNode table) => table.Body.RewriteUp(node =>
    {
        if (node is not CommonTableScanNode scan || scan.Id != table.Id) return node;
        Schema given = table.Definition.Output;
        Expression[] columns = [.. scan.Positions.Map(p => new ColumnReference(p, given[p].Type, given[p].Name))];
        return new ProjectNode(table.Definition, [.. columns], scan.Columns) { EstimatedRows = scan.EstimatedRows };
    });

    private bool IsSpreadScan(PhysicalNode node) =>
        node is TableScanNode scan && !scan.Snapshot.Segments.All(_settings.IsHere);

    /// <summary>A number that no common table of the plan has: below all of them.</summary>
    private int NextCommonTable() => --_lastCommonTable;

    private static int SmallestCommonTable(PhysicalNode plan) => plan.DescendantsAndSelf().Min(node => node switch
    {
        CommonTableNode table => table.Id,
        RecursiveNode recursion => recursion.Id,
        _ => 0,
    });
}

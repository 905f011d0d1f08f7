namespace ColFrag.Engine.Plan.Rules;

/// <summary>Drops columns that nobody above uses: in projections, groupings, joins' inputs and, most of all, scans.</summary>
internal sealed class ColumnPruning : IRule
{
    public string Name => "column_pruning";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => Prune(plan, plan.OutputSet());

    private static LogicalNode Prune(LogicalNode node, HashSet<PlanColumn> needed)
    {
        switch (node)
        {
            case Scan scan:
                (PlanList<ScanColumn> columns, int outputCount) = PruneScan(scan.Columns, scan.OutputCount, scan.Filters, needed);
                return scan with { Columns = columns, OutputCount = outputCount };
            case SourceScan scan:
                (columns, outputCount) = PruneScan(scan.Columns, scan.OutputCount, scan.Filters, needed);
                return scan with { Columns = columns, OutputCount = outputCount };
            case CteReference:
                return node;
            case Project project:
                Project kept = project with { Columns = project.Columns.Where(c => needed.Contains(c.Column)).ToPlanList() };
                return kept with { Input = Prune(project.Input, UsedBy(kept)) };
            case Aggregate aggregate:
                Aggregate fewer = aggregate with { Aggregates = aggregate.Aggregates.Where(a => needed.Contains(a.Column)).ToPlanList() };
                return fewer with { Input = Prune(aggregate.Input, UsedBy(fewer)) };
            case Window window:
                Window smaller = window with { Calls = window.Calls.Where(c => needed.Contains(c.Column)).ToPlanList() };
                if (smaller.Calls.IsEmpty) return Prune(window.Input, needed);
                return smaller with { Input = Prune(window.Input, [.. needed, .. UsedBy(smaller)]) };
            case Distinct or SetOperation or ChangeNode or RecursiveCte:
                return node.MapInputs(input => Prune(input, input.OutputSet()));
            case MaterializedCte cte:
                return cte with { Definition = Prune(cte.Definition, cte.Definition.OutputSet()), Body = Prune(cte.Body, needed) };
            default:
                HashSet<PlanColumn> below = [.. needed, .. UsedBy(node)];
                // A dependent join's right side uses columns of the left without saying so here.
                if (node is DependentJoin dependent) below.UnionWith(PlanColumns.FreeColumns(dependent.Right));
                return node.MapInputs(input => Prune(input, below));
        }
    }

    private static HashSet<PlanColumn> UsedBy(LogicalNode node) => [.. node.Expressions.SelectMany(PlanColumns.UsedBy)];

    private static (PlanList<ScanColumn> Columns, int OutputCount) PruneScan(
        PlanList<ScanColumn> columns, int outputCount, PlanList<Expression> filters, HashSet<PlanColumn> needed)
    {
        HashSet<PlanColumn> filtered = [.. filters.SelectMany(PlanColumns.UsedBy)];
        ScanColumn[] given = [.. columns.Take(outputCount).Where(c => needed.Contains(c.Column))];
        ScanColumn[] tested = [.. columns.Where(c => filtered.Contains(c.Column) && !given.Contains(c))];
        return ([.. given, .. tested], given.Length);
    }
}

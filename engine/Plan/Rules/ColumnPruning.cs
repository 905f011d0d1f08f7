namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Reads and carries only columns that are used: scans read what is needed, projections and groupings compute what is
/// needed, and below what keeps rows (joins, sorts, windows) columns that served a condition are dropped.
/// </summary>
internal sealed class ColumnPruning : IPlanRule
{
    public string Name => "column_pruning";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) =>
        Exactly(Prune(plan, plan.OutputSet()), plan.Output);

    /// <summary>The plan giving these columns in this order, and no others.</summary>
    private static LogicalNode Exactly(LogicalNode node, PlanList<PlanColumn> columns)
    {
        if (node.Output == columns) return node;
        if (node is Project project && columns.Distinct().Count() == columns.Count)
        {
            // One projection is enough.
            Dictionary<PlanColumn, NamedExpression> own = [];
            foreach (NamedExpression column in project.Columns) own.TryAdd(column.Column, column);
            return project with { Columns = columns.Map(c => own[c]) };
        }
        return new Project(node, columns.Map(c => new NamedExpression(c, new ColumnUse(c))));
    }

    /// <summary>
    /// The node without columns that nobody needs; those it still gives are at least the required ones.
    /// </summary>
    private static LogicalNode Prune(LogicalNode node, HashSet<PlanColumn> required)
    {
        switch (node)
        {
            case Scan scan:
                return scan.OutputCount == scan.Output.Count(required.Contains)
                    && scan.OutputCount == scan.Columns.Count
                    ? scan : PruneScan(scan, required);
            case SourceScan scan:
                (PlanList<ScanColumn> columns, int count) = Split(scan.Columns, scan.Filters, required);
                return scan with { Columns = columns, OutputCount = count };
            case CteReference reference:
                return reference with
                    { Columns = reference.Columns.Where(c => required.Contains(c.Column)).ToPlanList() };
            case Values values:
                return PruneValues(values, required);
            case Project project:
                return PruneProject(project, required);
            case Aggregate aggregate:
                return PruneAggregate(aggregate, required);
            case Window window:
                PlanList<NamedWindow> calls = window.Calls.Where(c => required.Contains(c.Column)).ToPlanList();
                LogicalNode windowInput = PruneInput(window, 0, required, isKept: true);
                return calls.IsEmpty ? windowInput : window with { Input = windowInput, Calls = calls };
            case SetOperation set:
                return PruneSetOperation(set, required);
            case MaterializedCte cte:
                return PruneCte(cte, required);
            case ChangeNode or RecursiveCte:
                return node.WithInputs(node.Inputs.Map(i => Exactly(Prune(i, i.OutputSet()), i.Output)));
            case Join or CrossJoin or Sort or TopN or Distinct:
                PlanList<LogicalNode> inputs = node.Inputs;
                LogicalNode[] kept = new LogicalNode[inputs.Count];
                for (int i = 0; i < kept.Length; i++) kept[i] = PruneInput(node, i, required, isKept: true);
                return node.WithInputs(kept.ToPlanList());
            default:
                PlanList<LogicalNode> others = node.Inputs;
                LogicalNode[] pruned = new LogicalNode[others.Count];
                for (int i = 0; i < pruned.Length; i++) pruned[i] = PruneInput(node, i, required, isKept: false);
                return pruned.Length == 0 ? node : node.WithInputs(pruned.ToPlanList());
        }
    }

    private static LogicalNode PruneInput(LogicalNode node, int index, HashSet<PlanColumn> required, bool isKept)
    {
        LogicalNode input = node.Inputs[index];
        HashSet<PlanColumn> given = input.OutputSet();
        HashSet<PlanColumn> needed = RequiredColumns.OfInput(node, index, required);
        needed.IntersectWith(given);
        LogicalNode pruned = Prune(input, needed);
        // Rows that are kept are kept narrow; DISTINCT without keys compares whatever is there.
        bool isNarrow = pruned.Output.Count == needed.Count;
        if (!isKept || isNarrow || node is Distinct { Keys.IsEmpty: true }) return pruned;
        return Exactly(pruned, pruned.Output.Where(needed.Contains).Distinct().ToPlanList());
    }

    private static Scan PruneScan(Scan scan, HashSet<PlanColumn> required)
    {
        (PlanList<ScanColumn> columns, int count) = Split(scan.Columns, scan.Filters, required);
        return scan with { Columns = columns, OutputCount = count };
    }

    // Columns that are given on, then those that only filters look at.
    private static (PlanList<ScanColumn> Columns, int OutputCount) Split(
        PlanList<ScanColumn> columns, PlanList<Expression> filters, HashSet<PlanColumn> required)
    {
        ScanColumn[] given = [.. columns.Where(c => required.Contains(c.Column))];
        HashSet<PlanColumn> tested = [.. filters.SelectMany(PlanColumns.UsedBy)];
        IEnumerable<ScanColumn> hidden = columns.Where(c => !required.Contains(c.Column) && tested.Contains(c.Column));
        return ([.. given, .. hidden], given.Length);
    }

    private static Values PruneValues(Values values, HashSet<PlanColumn> required)
    {
        int[] kept = [.. Enumerable.Range(0, values.Columns.Count).Where(i => required.Contains(values.Columns[i]))];
        if (kept.Length == values.Columns.Count) return values;
        return new Values(
            kept.Select(i => values.Columns[i]).ToPlanList(),
            values.Rows.Map(row => kept.Select(i => row[i]).ToPlanList()));
    }

    private static LogicalNode PruneProject(Project project, HashSet<PlanColumn> required)
    {
        PlanList<NamedExpression> columns = project.Columns.Where(c => required.Contains(c.Column)).ToPlanList();
        Project narrow = project with { Columns = columns };
        LogicalNode input = PruneInput(narrow, 0, required, isKept: false);
        // Two projections become one where nothing is computed twice.
        if (input is Project below && CanMerge(columns, below))
        {
            Dictionary<PlanColumn, Expression> values = [];
            foreach (NamedExpression column in below.Columns) values.TryAdd(column.Column, column.Expression);
            return new Project(below.Input, columns.Map(c => c.Map(e => PlanColumns.Substitute(e, values))));
        }
        bool isIdentity = columns.All(c => c.Expression is ColumnUse use && use.Column == c.Column) &&
            columns.Select(c => c.Column).SequenceEqual(input.Output);
        return isIdentity ? input : narrow with { Input = input };
    }

    private static bool CanMerge(PlanList<NamedExpression> columns, Project below)
    {
        Dictionary<PlanColumn, int> uses = [];
        foreach (PlanColumn column in columns.SelectMany(c => PlanColumns.UsedBy(c.Expression)))
        {
            uses[column] = uses.GetValueOrDefault(column) + 1;
        }
        return below.Columns.All(c => c.Expression is ColumnUse or Constant ||
            (!c.Expression.IsVolatile() && uses.GetValueOrDefault(c.Column) <= 1));
    }

    private static Aggregate PruneAggregate(Aggregate aggregate, HashSet<PlanColumn> required)
    {
        PlanList<NamedAggregate> aggregates = aggregate.Aggregates.Where(a => required.Contains(a.Column)).ToPlanList();
        PlanColumn? id = aggregate.GroupingId is { } column && required.Contains(column) ? column : null;
        Aggregate narrow = aggregate with { Aggregates = aggregates, GroupingId = id };
        return narrow with { Input = PruneInput(narrow, 0, required, isKept: false) };
    }

    private static SetOperation PruneSetOperation(SetOperation set, HashSet<PlanColumn> required)
    {
        bool isWhole = !set.IsAll || set.Kind != SetOperationKind.Union;
        int[] kept =
            [.. Enumerable.Range(0, set.Columns.Count).Where(i => isWhole || required.Contains(set.Columns[i]))];
        LogicalNode[] operands = new LogicalNode[set.Operands.Count];
        for (int i = 0; i < operands.Length; i++)
        {
            PlanList<PlanColumn> output = set.Operands[i].Output;
            PlanList<PlanColumn> columns = kept.Select(k => output[k]).ToPlanList();
            operands[i] = Exactly(Prune(set.Operands[i], [.. columns]), columns);
        }
        return set with { Operands = operands.ToPlanList(), Columns = kept.Select(k => set.Columns[k]).ToPlanList() };
    }

    // References name columns by position, so those of the definition move together with them.
    private static MaterializedCte PruneCte(MaterializedCte cte, HashSet<PlanColumn> required)
    {
        LogicalNode body = Prune(cte.Body, required);
        SortedSet<int> used = [];
        foreach (LogicalNode node in body.DescendantsAndSelf())
        {
            if (node is CteReference reference && reference.CteId == cte.CteId)
                used.UnionWith(reference.Columns.Select(c => c.TableColumn));
        }
        PlanList<PlanColumn> output = cte.Definition.Output;
        int[] kept = [.. used];
        PlanList<PlanColumn> columns = kept.Select(i => output[i]).ToPlanList();
        LogicalNode definition = Exactly(Prune(cte.Definition, [.. columns]), columns);
        if (kept.Length < output.Count)
        {
            body = body.RewriteUp(node => node is CteReference reference && reference.CteId == cte.CteId
                ? reference with
                {
                    Columns = reference.Columns.Map(c => c with { TableColumn = Array.IndexOf(kept, c.TableColumn) }),
                }
                : node);
        }
        return cte with { Definition = definition, Body = body };
    }
}

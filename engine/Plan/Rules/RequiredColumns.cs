namespace ColFrag.Engine.Plan.Rules;

/// <summary>Which of the columns that a node gives are used by the nodes above it.</summary>
internal static class RequiredColumns
{
    /// <summary>The columns that a node must take from one of its inputs to give these ones.</summary>
    public static HashSet<PlanColumn> OfInput(LogicalNode node, int input, IReadOnlySet<PlanColumn> required)
    {
        HashSet<PlanColumn> needed = [];
        switch (node)
        {
            case Project project:
                foreach (NamedExpression column in project.Columns)
                {
                    if (required.Contains(column.Column)) needed.UnionWith(PlanColumns.UsedBy(column.Expression));
                }
                return needed;
            case Aggregate aggregate:
                foreach (NamedExpression key in aggregate.Keys) needed.UnionWith(PlanColumns.UsedBy(key.Expression));
                foreach (NamedAggregate one in aggregate.Aggregates)
                {
                    if (required.Contains(one.Column))
                        needed.UnionWith(one.Call.Expressions.SelectMany(PlanColumns.UsedBy));
                }
                return needed;
            case Window window:
                needed.UnionWith(required);
                foreach (NamedWindow one in window.Calls)
                {
                    needed.Remove(one.Column);
                    if (required.Contains(one.Column))
                        needed.UnionWith(one.Call.Expressions.SelectMany(PlanColumns.UsedBy));
                }
                return needed;
            case SetOperation set:
                // By position; rows that are compared as a whole need every column.
                bool isWhole = !set.IsAll || set.Kind != SetOperationKind.Union;
                PlanList<PlanColumn> operand = set.Operands[input].Output;
                for (int i = 0; i < operand.Count; i++)
                {
                    if (isWhole || required.Contains(set.Columns[i])) needed.Add(operand[i]);
                }
                return needed;
            case Distinct { Keys.IsEmpty: true } or ChangeNode or RecursiveCte:
                return [.. node.Inputs[input].Output];
            case MaterializedCte cte when input == 1:
                return [.. required];
            case MaterializedCte cte:
                return [.. cte.Definition.Output];
            default:
                needed.UnionWith(required);
                foreach (Expression expression in node.Expressions) needed.UnionWith(PlanColumns.UsedBy(expression));
                return needed;
        }
    }
}

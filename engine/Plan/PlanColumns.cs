namespace ColFrag.Engine.Plan;

/// <summary>Which columns a plan uses and makes.</summary>
internal static class PlanColumns
{
    /// <summary>The columns that an expression uses.</summary>
    public static IEnumerable<PlanColumn> UsedBy(Expression expression)
    {
        foreach (Expression node in expression.DescendantsAndSelf())
        {
            if (node is ColumnUse use) yield return use.Column;
        }
    }

    /// <summary>True when an expression uses any of these columns.</summary>
    public static bool Uses(Expression expression, IReadOnlySet<PlanColumn> columns) =>
        UsedBy(expression).Any(columns.Contains);

    /// <summary>True when an expression uses only these columns.</summary>
    public static bool UsesOnly(Expression expression, IReadOnlySet<PlanColumn> columns) =>
        UsedBy(expression).All(columns.Contains);

    /// <summary>The columns that a plan gives, as a set.</summary>
    public static HashSet<PlanColumn> OutputSet(this LogicalNode node) => [.. node.Output];

    /// <summary>The columns that a plan uses but nothing below makes: those of outer queries.</summary>
    public static HashSet<PlanColumn> FreeColumns(LogicalNode plan)
    {
        HashSet<PlanColumn> made = [];
        HashSet<PlanColumn> used = [];
        foreach (LogicalNode node in plan.DescendantsAndSelf())
        {
            made.UnionWith(node.Output);
            switch (node)
            {
                case Scan scan:
                    made.UnionWith(scan.Columns.Select(c => c.Column));
                    break;
                case SourceScan scan:
                    made.UnionWith(scan.Columns.Select(c => c.Column));
                    break;
                case ChangeNode change:
                    made.UnionWith(change.CheckColumns);
                    break;
            }
            foreach (Expression expression in node.Expressions) used.UnionWith(UsedBy(expression));
        }
        used.ExceptWith(made);
        return used;
    }

    /// <summary>A plan over changed expressions, everywhere.</summary>
    public static LogicalNode RewriteExpressions(LogicalNode plan, Func<Expression, Expression> change) =>
        plan.RewriteUp(node => node.MapExpressions(change));

    /// <summary>The same expression over other columns.</summary>
    public static Expression Substitute(
        Expression expression, IReadOnlyDictionary<PlanColumn, Expression> replacements) =>
        expression.RewriteUp(node =>
            node is ColumnUse use && replacements.TryGetValue(use.Column, out Expression? replacement)
                ? replacement
                : node);

    /// <summary>A copy of a plan that makes columns of its own, and which column each became.</summary>
    public static (LogicalNode Plan, Dictionary<PlanColumn, PlanColumn> Columns) Copy(
        LogicalNode plan, PlanColumnFactory factory)
    {
        Dictionary<PlanColumn, PlanColumn> copies = [];
        PlanColumn CopyOf(PlanColumn column)
        {
            if (!copies.TryGetValue(column, out PlanColumn? copy))
                copies.Add(column, copy = factory.CreateLike(column));
            return copy;
        }
        Dictionary<int, int> ctes = plan.DescendantsAndSelf()
            .SelectMany(node => node switch
            {
                MaterializedCte m => (int[])[m.CteId],
                RecursiveCte r => [r.CteId, r.AllCteId],
                _ => [],
            })
            .Where(id => id >= 0).ToDictionary(id => id, _ => factory.CreateCteId());
        LogicalNode copied = plan.RewriteUp(node => RenumberCte(node.MapColumns(CopyOf), ctes));
        copied = RewriteExpressions(copied, expression => expression.RewriteUp(node =>
            node is ColumnUse use && copies.TryGetValue(use.Column, out PlanColumn? copy)
                ? new ColumnUse(copy) { Position = use.Position } : node));
        return (copied, copies);
    }

    private static LogicalNode RenumberCte(LogicalNode node, Dictionary<int, int> ids) => node switch
    {
        MaterializedCte cte => cte with { CteId = ids[cte.CteId] },
        RecursiveCte cte => cte with
        {
            CteId = ids[cte.CteId], AllCteId = cte.AllCteId < 0 ? -1 : ids[cte.AllCteId],
        },
        CteReference reference when ids.TryGetValue(reference.CteId, out int id) => reference with { CteId = id },
        _ => node,
    };
}

using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Plan;

/// <summary>The last step of planning: columns by identity become columns by position in the node's input.</summary>
internal static class ColumnResolution
{
    /// <summary>The same plan with every <see cref="ColumnUse"/> replaced by a <see cref="ColumnReference"/>.</summary>
    public static LogicalNode Resolve(LogicalNode plan) => plan.RewriteUp(ResolveNode);

    /// <summary>An expression over these columns, by position.</summary>
    public static Expression Resolve(Expression expression, PlanList<PlanColumn> columns) =>
        expression.RewriteUp(new Positions(columns).Replace);

    private static LogicalNode ResolveNode(LogicalNode node)
    {
        switch (node)
        {
            case Scan scan:
                return scan.MapExpressions(new Positions(scan.Columns.Map(c => c.Column)).Rewrite);
            case SourceScan scan:
                return scan.MapExpressions(new Positions(scan.Columns.Map(c => c.Column)).Rewrite);
            case Join join:
                return ResolveJoin(join);
            case DependentJoin:
                throw Invariant.Unreachable("a dependent join after unnesting");
            case ChangeNode change:
                return ResolveChange(change);
            case Values or Series or SetOperation:
                return node.MapExpressions(new Positions(default).Rewrite);
            case UnaryNode unary:
                return unary.MapExpressions(new Positions(unary.Input.Output).Rewrite);
            default:
                return node;
        }
    }

    private static Join ResolveJoin(Join join)
    {
        Positions left = new(join.Left.Output);
        Positions right = new(join.Right.Output);
        return join with
        {
            Keys = join.Keys.Map(k => k with { Left = left.Rewrite(k.Left), Right = right.Rewrite(k.Right) }),
            AsOf = join.AsOf is { } asOf
                ? asOf with { Left = left.Rewrite(asOf.Left), Right = right.Rewrite(asOf.Right) } : null,
            Residual = join.Residual is { } residual
                ? Resolve(residual, [.. join.Left.Output, .. join.Right.Output]) : null,
        };
    }

    private static ChangeNode ResolveChange(ChangeNode change)
    {
        Positions checks = new(change.CheckColumns);
        return change with { Checks = change.Checks.Map(c => c with { Condition = checks.Rewrite(c.Condition) }) };
    }

    /// <summary>Where each column of an input is.</summary>
    private sealed class Positions
    {
        private readonly Dictionary<PlanColumn, int> _positions = [];

        public Positions(PlanList<PlanColumn> columns)
        {
            for (int i = 0; i < columns.Count; i++) _positions.TryAdd(columns[i], i);
        }

        public Expression Rewrite(Expression expression) => expression.RewriteUp(Replace);

        public Expression Replace(Expression expression)
        {
            if (expression is not ColumnUse use) return expression;
            if (!_positions.TryGetValue(use.Column, out int position))
            {
                throw Invariant.Unreachable($"column {use.Column} is not among the input's");
            }
            return new ColumnReference(position, use.Type, use.Column.Name) { Position = use.Position };
        }
    }
}

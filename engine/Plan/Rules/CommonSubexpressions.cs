namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Computes what a projection, grouping or window uses more than once in a projection below: price * (1 - discount) is
/// multiplied once for two sums. Only what is computed for every row anyway moves, so no error appears that was not
/// there.
/// </summary>
internal sealed class CommonSubexpressions : IPlanRule
{
    public string Name => "common_subexpressions";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) => plan.RewriteUp(node =>
        node is Project or Aggregate or Window ? Share((UnaryNode)node, context) : node);

    private static LogicalNode Share(UnaryNode node, OptimizerContext context)
    {
        Dictionary<Expression, Count> counts = [];
        foreach ((Expression expression, bool isAlways) in Roots(node)) Add(expression, isAlways, counts);
        Dictionary<Expression, PlanColumn> shared = [];
        Expression Replace(Expression expression)
        {
            if (counts.TryGetValue(expression, out Count count) && count.Total > 1 && count.IsAlways)
            {
                if (!shared.TryGetValue(expression, out PlanColumn? column))
                {
                    shared.Add(expression, column = context.Columns.Create("shared", expression.Type));
                }
                return new ColumnUse(column) { Position = expression.Position };
            }
            return expression.MapChildren(Replace);
        }
        LogicalNode changed = node.MapExpressions(Replace);
        if (shared.Count == 0) return node;
        IEnumerable<NamedExpression> passed =
            node.Input.Output.Distinct().Select(c => new NamedExpression(c, new ColumnUse(c)));
        Project below = new(node.Input, [.. passed, .. shared.Select(s => new NamedExpression(s.Value, s.Key))]);
        // What was shared may share parts itself.
        LogicalNode result = ((UnaryNode)changed) with { Input = Share(below, context) };
        return node is Window
            ? new Project(result, node.Output.Map(c => new NamedExpression(c, new ColumnUse(c))))
            : result;
    }

    // The expressions of a node, and whether each is computed for every row.
    private static IEnumerable<(Expression, bool)> Roots(UnaryNode node)
    {
        if (node is not Aggregate aggregate) return node.Expressions.Select(e => (e, true));
        return aggregate.Keys.Select(k => (k.Expression, true)).Concat(
            aggregate.Aggregates.SelectMany(
                a => a.Call.Expressions.Select(e => (e, a.Call.Filter is null || ReferenceEquals(e, a.Call.Filter)))));
    }

    private static void Add(Expression expression, bool isAlways, Dictionary<Expression, Count> counts)
    {
        if (expression is LeafExpression || expression.IsVolatile()) return;
        // A column's cast to a wider type costs next to nothing.
        bool isWorth = expression is not (IsNull or Cast { Operand: LeafExpression });
        if (isWorth)
        {
            Count count = counts.GetValueOrDefault(expression);
            counts[expression] = new Count(count.Total + 1, count.IsAlways || isAlways);
            if (count.Total > 0) return;
        }
        PlanList<Expression> children = expression.Children;
        for (int i = 0; i < children.Count; i++)
        {
            // Only the first operand of CASE, AND and OR is computed for certain.
            bool isCertain = isAlways && (i == 0 || expression is not (Case or Conjunction or Disjunction));
            Add(children[i], isCertain, counts);
        }
    }

    /// <summary>How often an expression occurs, and whether once at least for every row.</summary>
    private readonly record struct Count(int Total, bool IsAlways);
}

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Computes what needs no rows, and brings conditions into a simple form; filters that are never true give no rows.
/// </summary>
internal sealed class ConstantFolding : IPlanRule
{
    public string Name => "constant_folding";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context)
    {
        ExpressionSimplifier simplifier = new(context.Session);
        return plan.RewriteUp(node => Fold(node, simplifier));
    }

    private static LogicalNode Fold(LogicalNode node, ExpressionSimplifier simplifier)
    {
        switch (node)
        {
            case Filter filter:
                Expression predicate = simplifier.SimplifyCondition(filter.Predicate);
                if (predicate.IsTrue()) return filter.Input;
                if (predicate.IsNeverTrue()) return new Empty(filter.Output);
                return ReferenceEquals(predicate, filter.Predicate) ? filter : filter with { Predicate = predicate };
            case Join { Residual: not null } join:
                LogicalNode mapped = join.MapExpressions(simplifier.Simplify);
                Join folded = (Join)mapped;
                return folded.Residual!.IsTrue() ? folded with { Residual = null } : folded;
            case DependentJoin { Condition: not null } join:
                DependentJoin dependent = join with { Condition = simplifier.Simplify(join.Condition) };
                return dependent.Condition!.IsTrue() ? dependent with { Condition = null } : dependent;
            case ChangeNode:
                // Checks and conflict actions are the executor's, over columns of their own.
                return node;
            default:
                return node.MapExpressions(simplifier.Simplify);
        }
    }
}

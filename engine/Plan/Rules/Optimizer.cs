using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// From the binder's plan to the one that the executor gets: a fixed list of rules, each once, in this order.
/// </summary>
internal static class Optimizer
{
    /// <summary>The rules in the order in which they run.</summary>
    public static IReadOnlyList<IPlanRule> Rules { get; } =
    [
        new ParameterValues(),
        new ConstantFolding(),
        new SubqueryUnnesting(),
        // Again: what was a subquery is now part of the plan.
        new ParameterValues(),
        new FilterPushdown(),
        new ColumnPruning(),
        // Again: a mark that was only passed on is now asked for once, and can become a semi join.
        new FilterPushdown(),
        new PredicateInference(),
        new FilterPushdown(),
        new SemiJoinPlacement(),
        new JoinOrdering(),
        new AggregateSimplification(),
        new JoinElimination(),
        new LimitPushdown(),
        new ColumnPruning(),
        new CommonSubexpressions(),
        new RankedRows(),
        new CardinalityAnnotation(),
    ];

    /// <summary>The names that disabled_rules takes.</summary>
    public static IEnumerable<string> RuleNames =>
        Rules.Where(rule => rule is not SubqueryUnnesting).Select(rule => rule.Name).Distinct().Concat(StepRules);

    /// <summary>The names of what is rewritten when operators are chosen.</summary>
    private static IEnumerable<string> StepRules => ["text_lengths", "late_columns", "dense_groups", "sorted_pieces"];

    /// <summary>
    /// The optimized plan with columns by position. It has the columns of the original, in their order.
    /// </summary>
    public static LogicalNode Optimize(LogicalNode plan, OptimizerContext context) =>
        ColumnResolution.Resolve(Rewrite(plan, context));

    /// <summary>The optimized plan with columns by identity, for tests and EXPLAIN.</summary>
    public static LogicalNode Rewrite(LogicalNode plan, OptimizerContext context)
    {
        PlanList<PlanColumn> output = plan.Output;
        context.Columns.SkipNumbersOf(plan);
        foreach (IPlanRule rule in Rules)
        {
            // Nothing runs a dependent join, so unnesting is no choice.
            if (rule is not SubqueryUnnesting && context.DisabledRules.Contains(rule.Name)) continue;
            plan = rule.Apply(plan, context);
        }
        Invariant.Holds(plan.Output == output);
        return plan;
    }
}

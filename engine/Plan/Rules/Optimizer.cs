using ColFrag.Engine.Functions;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>One way to rewrite a plan into another one that gives the same rows.</summary>
internal interface IRule
{
    /// <summary>The name by which <c>SET disabled_rules</c> switches it off.</summary>
    string Name { get; }

    /// <summary>The rewritten plan; the same object where nothing changes.</summary>
    LogicalNode Apply(LogicalNode plan, OptimizerContext context);
}

/// <summary>What rules may use besides the plan.</summary>
internal sealed record OptimizerContext(PlanColumnFactory Columns, SessionInfo Session)
{
    /// <summary>Rules that are switched off.</summary>
    public IReadOnlySet<string> DisabledRules { get; init; } = new HashSet<string>();
}

/// <summary>The rules in the order in which they run, and the last step: columns by position.</summary>
internal static class Optimizer
{
    /// <summary>Every rule. Those that a plan cannot run without are marked by <see cref="IRequiredRule"/>.</summary>
    public static IReadOnlyList<IRule> Rules { get; } =
    [
        new FilterPushdown(),
        new ColumnPruning(),
    ];

    /// <summary>A plan that gives the same rows sooner, ready to run.</summary>
    public static LogicalNode Optimize(LogicalNode plan, OptimizerContext context)
    {
        foreach (IRule rule in Rules)
        {
            if (rule is IRequiredRule || !context.DisabledRules.Contains(rule.Name)) plan = rule.Apply(plan, context);
        }
        return ColumnResolution.Resolve(plan);
    }
}

/// <summary>A rule that cannot be switched off: without it some plans do not run.</summary>
internal interface IRequiredRule : IRule;

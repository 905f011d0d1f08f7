using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>One rewrite of a plan into an equal, cheaper one.</summary>
internal interface IPlanRule
{
    /// <summary>The name by which the setting disabled_rules switches it off.</summary>
    string Name { get; }

    /// <summary>The plan after the rule; the same object where nothing changed.</summary>
    LogicalNode Apply(LogicalNode plan, OptimizerContext context);
}

/// <summary>What rules share while one plan is optimized.</summary>
/// <param name="columns">The numbering of the statement's columns.</param>
/// <param name="session">Time, zone and user, for folding what depends on them.</param>
internal sealed class OptimizerContext(PlanColumnFactory columns, SessionInfo session)
{
    public PlanColumnFactory Columns => columns;

    public SessionInfo Session => session;

    /// <summary>Values of $1, $2, … where the plan is for one execution.</summary>
    public IReadOnlyList<Value> Parameters { get; init; } = [];

    /// <summary>Rules that are switched off; those without which no plan runs stay on.</summary>
    public IReadOnlySet<string> DisabledRules { get; init; } = new HashSet<string>();

    /// <summary>Names of rules as the setting lists them: separated by commas, in any case.</summary>
    public static IReadOnlySet<string> ParseRules(string setting) => setting
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .ToHashSet(StringComparer.OrdinalIgnoreCase);
}

using ColFrag.Engine.Functions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>What the planner needs to know beside the plan.</summary>
internal sealed record PlannerContext
{
    /// <summary>Time, zone, user of the statement.</summary>
    public SessionInfo Session { get; init; } = SessionInfo.Default;

    /// <summary>Values of $1, $2, …</summary>
    public IReadOnlyList<Value> Parameters { get; init; } = [];

    /// <summary>True for segments that the process of the statement can read; null where that is not known.</summary>
    public Func<SnapshotSegment, bool>? IsHere { get; init; }

    /// <summary>Rules that are switched off.</summary>
    public IReadOnlySet<string> DisabledRules { get; init; } = new HashSet<string>();
}

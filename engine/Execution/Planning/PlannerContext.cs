using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>What the planner needs to know beside the plan.</summary>
internal sealed record PlannerContext
{
    /// <summary>Time, zone, user of the statement.</summary>
    public SessionInfo Session { get; init; } = SessionInfo.Default;

    /// <summary>Values of $1, $2, …</summary>
    public IReadOnlyList<Value> Parameters { get; init; } = [];
}

using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution;

/// <summary>
/// A step of a plan as data: it describes itself, travels to other processes and starts its operator. Nodes form a
/// tree; rows flow from the leaves to the root.
/// </summary>
internal abstract record PhysicalNode
{
    /// <summary>The nodes whose rows this one takes.</summary>
    public abstract IReadOnlyList<PhysicalNode> Inputs { get; }

    /// <summary>The columns it makes.</summary>
    public abstract Schema Output { get; }

    /// <summary>How many rows the planner expects; negative when it does not know.</summary>
    public double EstimatedRows { get; init; } = -1;

    /// <summary>Name and details in one line, as EXPLAIN prints it.</summary>
    public abstract string Describe();

    /// <summary>The same step over other inputs, as many as before.</summary>
    public virtual PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => inputs.Count == 0
        ? this : throw Errors.Invariant.Unreachable($"inputs of {GetType().Name}");

    /// <summary>
    /// Writes the fields of its own, for other processes; the inputs are written around it. Its reader stands beside it
    /// and in <see cref="PlanNodeRegistry"/>; a node that is not there runs where the statement is.
    /// </summary>
    public virtual void Write(PlanWriter target) =>
        throw Errors.Invariant.Unreachable($"{GetType().Name} does not travel");

    /// <summary>
    /// Lays the node out: a streaming node adds itself as a step and goes on with its input; a blocking node makes the
    /// pipelines that feed its sink and begins the current one from what the sink collected.
    /// </summary>
    public abstract void LayOut(Pipeline current, PlanLayout layout);

    /// <summary>
    /// A condition on an output column that the operator above will know once it runs, tested as early as the node can:
    /// in the end by a scan. Null when nothing below can test it. Rows that fail must not matter to anyone above.
    /// </summary>
    public virtual LiveFilter? TryAddFilter(int column, QueryRun run) => null;

    /// <summary>
    /// Says that an operator above tells rows apart by an output column: where a scan has its texts as codes, it is
    /// worth giving all of them as codes of one dictionary.
    /// </summary>
    public virtual void WantCodes(int column, QueryRun run)
    {
    }

    /// <summary>Starts the streaming step in one lane; only for nodes that add themselves as steps.</summary>
    public virtual Operator Start(PipelineContext context, Operator next) =>
        throw Errors.Invariant.Unreachable($"{GetType().Name} is no streaming step");
}

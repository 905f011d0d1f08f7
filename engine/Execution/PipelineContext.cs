using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Execution;

/// <summary>What a step sees of the run it works for, in one lane.</summary>
internal sealed class PipelineContext(QueryRun run, int laneIndex)
{
    public QueryRun Run { get; } = run;

    /// <summary>Which lane of the pipeline, from 0.</summary>
    public int LaneIndex { get; } = laneIndex;

    /// <summary>Looked at once per batch.</summary>
    public CancellationToken Cancellation => Run.Cancellation;

    /// <summary>The figures of a node.</summary>
    public OperatorStatistics StatisticsOf(PhysicalNode node) => Run.StatisticsOf(node);

    /// <summary>A memory account for the state of a node.</summary>
    public MemoryAccount CreateAccount(string name) => Run.CreateAccount(name);
}

using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;

namespace ColFrag.Engine.Execution;

/// <summary>What a step sees of the run it works for, in one lane.</summary>
internal sealed class PipelineContext(QueryRun run, int laneIndex) : IDisposable
{
    private readonly List<IDisposable> _owned = [];

    public QueryRun Run { get; } = run;

    /// <summary>Which lane of the pipeline, from 0.</summary>
    public int LaneIndex { get; } = laneIndex;

    /// <summary>Says whose time the lane's is; used where the run is measured.</summary>
    public LaneClock Clock { get; } = new();

    /// <summary>Looked at once per batch.</summary>
    public CancellationToken Cancellation => Run.Cancellation;

    /// <summary>The figures of a node.</summary>
    public OperatorStatistics StatisticsOf(PhysicalNode node) => Run.StatisticsOf(node);

    /// <summary>A memory account for the state of a node.</summary>
    public MemoryAccount CreateAccount(string name) => Run.CreateAccount(name);

    /// <summary>A set of expressions for one operator of the lane; freed with the lane.</summary>
    public ExpressionSet CreateExpressions()
    {
        ExpressionSet set = new(Run.ExpressionScope);
        _owned.Add(set);
        return set;
    }

    /// <summary>A condition, compiled; freed with the lane.</summary>
    public MaskExpression CompileMask(Expression condition) => CreateExpressions().CompileMask(condition);

    /// <summary>Frees something with the lane.</summary>
    public T Own<T>(T item) where T : IDisposable
    {
        _owned.Add(item);
        return item;
    }

    /// <summary>Frees what the lane's steps compiled.</summary>
    public void Dispose()
    {
        foreach (IDisposable item in _owned) item.Dispose();
        _owned.Clear();
    }
}

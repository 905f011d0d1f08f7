using ColFrag.Engine.Execution.CommonTables;

namespace ColFrag.Engine.Execution;

/// <summary>The pipelines of a plan, as nodes lay them out from the root down.</summary>
internal sealed class PlanLayout(QueryRun run)
{
    private readonly List<Pipeline> _pipelines = [];
    private readonly List<Sink> _sinks = [];

    /// <summary>The run that the layout is for; nodes ask it for tables and shared state.</summary>
    public QueryRun Run { get; } = run;

    /// <summary>The common tables that nodes further down may scan, by number.</summary>
    public Dictionary<int, CommonTable> CommonTables { get; } = [];

    /// <summary>All pipelines, in no particular order.</summary>
    public IReadOnlyList<Pipeline> Pipelines => _pipelines;

    /// <summary>All sinks; the run frees them.</summary>
    public IReadOnlyList<Sink> Sinks => _sinks;

    /// <summary>A new pipeline into a sink.</summary>
    public Pipeline AddPipeline(Sink sink)
    {
        if (!_sinks.Contains(sink)) _sinks.Add(sink);
        Pipeline pipeline = new(sink);
        _pipelines.Add(pipeline);
        return pipeline;
    }

    /// <summary>Another pipeline through the same steps into the same sink.</summary>
    public Pipeline Fork(Pipeline pipeline)
    {
        Pipeline fork = pipeline.Fork();
        _pipelines.Add(fork);
        return fork;
    }

    /// <summary>Another pipeline through the steps between one of them and the sink.</summary>
    public Pipeline ForkAbove(PhysicalNode step, Pipeline pipeline)
    {
        Pipeline fork = pipeline.ForkAbove(step);
        _pipelines.Add(fork);
        return fork;
    }
}

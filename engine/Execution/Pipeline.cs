using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Execution;

/// <summary>
/// A source, the streaming steps after it, and the sink it feeds. Runs when the sinks it requires are complete.
/// </summary>
internal sealed class Pipeline
{
    private readonly List<PhysicalNode> _steps = [];
    private readonly List<Sink> _requires = [];
    private readonly List<Func<bool>> _requiredEnds = [];
    private bool _isSourceFreed;

    public Pipeline(Sink sink)
    {
        Sink = sink;
        sink.AddPipeline();
    }

    /// <summary>Where it begins; set while the plan is laid out.</summary>
    public Source Source { get; private set; } = null!;

    /// <summary>The node whose rows the source makes, for statistics; null where it is no node's.</summary>
    public PhysicalNode? SourceNode { get; private set; }

    /// <summary>The streaming nodes, the one next to the sink first.</summary>
    public IReadOnlyList<PhysicalNode> StepsFromSink => _steps;

    public Sink Sink { get; }

    /// <summary>Sinks that must be complete before the pipeline starts.</summary>
    public IReadOnlyList<Sink> Requires => _requires;

    /// <summary>True when the lanes must be one, so that order is kept.</summary>
    public bool IsSerial { get; set; }

    /// <summary>True after its last lane.</summary>
    public bool IsEnded { get; set; }

    /// <summary>True when everything it requires is complete.</summary>
    public bool IsReady => _requires.TrueForAll(s => s.IsComplete) && _requiredEnds.TrueForAll(e => e());

    /// <summary>Puts a streaming node in front of those there are.</summary>
    public void AddStep(PhysicalNode node) => _steps.Add(node);

    /// <summary>Waits for a sink before starting.</summary>
    public void Require(Sink sink) => _requires.Add(sink);

    /// <summary>Waits for all pipelines that have a node as a step; forks of them that come later too.</summary>
    public void RequireEndOf(PhysicalNode step, PlanLayout layout) => _requiredEnds.Add(
        () => layout.Pipelines.All(p => p.IsEnded || !p._steps.Exists(s => ReferenceEquals(s, step))));

    /// <summary>Waits for another pipeline, so that its rows come first.</summary>
    public void RequireEndOf(Pipeline before) => _requiredEnds.Add(() => before.IsEnded);

    /// <summary>Ends the layout: where the batches come from.</summary>
    public void Begin(Source source, PhysicalNode? node)
    {
        Invariant.Holds(Source is null);
        Source = source;
        SourceNode = node;
    }

    /// <summary>Frees the source, once.</summary>
    public void EndSource()
    {
        if (_isSourceFreed) return;
        _isSourceFreed = true;
        Source.Dispose();
    }

    /// <summary>
    /// Another pipeline through the same steps into the same sink, requiring the same sinks, without a source yet.
    /// </summary>
    public Pipeline Fork() => Fork(_steps.Count);

    /// <summary>The same through the steps between one of them and the sink.</summary>
    public Pipeline ForkAbove(PhysicalNode step) => Fork(_steps.FindIndex(s => ReferenceEquals(s, step)));

    private Pipeline Fork(int stepCount)
    {
        Pipeline fork = new(Sink) { IsSerial = IsSerial };
        fork._steps.AddRange(_steps[..stepCount]);
        fork._requires.AddRange(_requires);
        fork._requiredEnds.AddRange(_requiredEnds);
        return fork;
    }
}

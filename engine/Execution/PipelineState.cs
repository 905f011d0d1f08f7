using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Execution;

/// <summary>A pipeline at work: its lanes and how many of them are left.</summary>
internal sealed class PipelineState(QueryRun run, Pipeline pipeline)
{
    private volatile PipelineLane[] _lanes = [];
    private int _openLanes;

    public Pipeline Pipeline { get; } = pipeline;

    /// <summary>Makes the lanes and asks for their first turns.</summary>
    public void Start()
    {
        Invariant.Holds(Pipeline.Source is not null);
        int count = Pipeline.IsSerial || Pipeline.Sink.IsSerial
            ? 1
            : Math.Clamp(Pipeline.Source.MaxLanes, 1, run.Environment.Scheduler.WorkerCount);
        List<PipelineLane> lanes = [];
        try
        {
            for (int i = 0; i < count; i++) lanes.Add(CreateLane(new PipelineContext(run, i)));
        }
        catch (Exception error)
        {
            run.Fail(error);
            foreach (PipelineLane lane in lanes) lane.Dispose();
            run.EndPipeline(this);
            return;
        }
        _openLanes = count;
        _lanes = [.. lanes];
        foreach (PipelineLane lane in lanes) lane.Post();
    }

    /// <summary>Gives parked lanes a turn, in which they see that the run stops.</summary>
    public void WakeAll()
    {
        foreach (PipelineLane lane in _lanes) lane.Wake();
    }

    /// <summary>Called by a lane in its last turn.</summary>
    public void EndLane(PipelineLane lane)
    {
        try
        {
            lane.Dispose();
        }
        catch (Exception error)
        {
            run.Fail(error);
        }
        if (Interlocked.Decrement(ref _openLanes) == 0) run.EndPipeline(this);
    }

    private PipelineLane CreateLane(PipelineContext context)
    {
        List<Operator> fromSink = [];
        SourceLane? source = null;
        try
        {
            IReadOnlyList<PhysicalNode> steps = Pipeline.StepsFromSink;
            PhysicalNode? ProducerFor(int step) => step + 1 < steps.Count ? steps[step + 1] : Pipeline.SourceNode;
            Operator next = run.Measure(
                Pipeline.Sink.StartLane(context), Pipeline.Sink.Owner, ProducerFor(-1), context.Clock);
            fromSink.Add(next);
            for (int s = 0; s < steps.Count; s++)
            {
                next = run.Measure(steps[s].Start(context, next), steps[s], ProducerFor(s), context.Clock);
                fromSink.Add(next);
            }
            source = Pipeline.Source.StartLane(context);
        }
        catch
        {
            foreach (Operator step in fromSink) step.Dispose();
            source?.Dispose();
            context.Dispose();
            throw;
        }
        fromSink.Reverse();
        return new PipelineLane(context, this, source, [.. fromSink]);
    }
}

using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Results;

/// <summary>Ends a plan in a queue that somebody reads.</summary>
internal sealed class ResultSink(ResultQueue queue) : Sink
{
    public override Operator StartLane(PipelineContext context) => new Deliver(queue);

    private sealed class Deliver(ResultQueue queue) : Operator(null)
    {
        public override Flow Push(Batch batch) => queue.Add(batch);
    }
}

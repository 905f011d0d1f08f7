using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution;

/// <summary>
/// Work in numbered steps without batches, done in parallel: packing keys, sorting partitions, finishing a table.
/// </summary>
internal sealed class StepSource(Func<int> count, Action<int> step) : Source
{
    private int _next = -1;

    public override int MaxLanes => Math.Max(1, count());

    public override SourceLane StartLane(PipelineContext context) => new Lane(this);

    private sealed class Lane(StepSource source) : SourceLane
    {
        public override Flow Run(Operator first)
        {
            int index = Interlocked.Increment(ref source._next);
            if (index >= source.Count) return Flow.Done;
            source.Step(index);
            return Flow.More;
        }
    }

    private int Count => count();

    private void Step(int index) => step(index);
}

/// <summary>Ends steps, and then does something short.</summary>
internal sealed class StepSink(Action complete) : Sink
{
    public override Operator StartLane(PipelineContext context) => new Nothing();

    protected override void Complete() => complete();

    private sealed class Nothing() : Operator(null)
    {
        public override Flow Push(Batch batch) => throw Errors.Invariant.Unreachable("a batch among steps");
    }
}

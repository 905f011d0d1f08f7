using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Collects the states of an aggregation without keys, one per lane.</summary>
internal sealed class SingleGroupSink(AggregateNode node) : Sink
{
    private readonly List<SingleGroup> _lanes = [];

    public AggregateNode Node { get; } = node;

    /// <summary>The states of all lanes put together.</summary>
    public SingleGroup Result => _lanes[0];

    public override Operator StartLane(PipelineContext context)
    {
        MemoryAccount account = context.CreateAccount("aggregate");
        SingleGroup group = new(Node.CreatePlan(context, account), account);
        lock (_lanes) _lanes.Add(group);
        return new Collect(group);
    }

    public override void Dispose()
    {
        foreach (SingleGroup lane in _lanes) lane.Dispose();
        _lanes.Clear();
    }

    protected override void Complete()
    {
        for (int i = 1; i < _lanes.Count; i++) _lanes[0].Add(_lanes[i]);
    }

    private sealed class Collect(SingleGroup group) : Operator(null)
    {
        public override Flow Push(Batch batch)
        {
            group.AddRows(batch);
            return Flow.More;
        }
    }
}

/// <summary>Gives the one row.</summary>
internal sealed unsafe class SingleGroupSource(SingleGroupSink sink) : Source
{
    private int _isTaken;

    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(sink, this);

    private sealed class Lane(SingleGroupSink sink, SingleGroupSource source) : SourceLane
    {
        private readonly Batch _output = new(sink.Node.Output);

        public override Flow Run(Operator first)
        {
            if (Interlocked.Exchange(ref source._isTaken, 1) != 0) return Flow.Done;
            SingleGroup group = sink.Result;
            byte* state = group.State;
            if (sink.Node.GivesStates) group.Plan.WriteStates(&state, 1, _output.Columns);
            else group.Plan.Finish(&state, 1, _output.Columns);
            _output.Count = 1;
            return first.Push(_output);
        }

        public override void Dispose() => _output.Dispose();
    }
}

using ColFrag.Engine.Execution.Aggregation;
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
        SingleGroup group = new(Node.Aggregates, context.Run.Environment.Session, context.CreateAccount("aggregate"));
        lock (_lanes) _lanes.Add(group);
        return new Collect(Node, group);
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

    private sealed class Collect(AggregateNode node, SingleGroup group) : Operator(null)
    {
        private readonly RowCompactor _compactor = new();

        public override Flow Push(Batch batch)
        {
            if (node.TakesPartials) group.AddPartials(_compactor.Compact(batch), _compactor.Count);
            else group.AddRows(batch);
            return Flow.More;
        }

        public override void Dispose() => _compactor.Dispose();
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
            if (sink.Node.GivesPartials) group.Plan.WritePartial(&state, 1, _output.Columns);
            else group.Plan.Finish(&state, 1, _output.Columns);
            _output.Count = 1;
            return first.Push(_output);
        }

        public override void Dispose() => _output.Dispose();
    }
}

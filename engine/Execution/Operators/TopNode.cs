using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// The first rows of an order. Each lane keeps its best rows; the worst of them, once there are enough, is a threshold
/// on the first key that later rows must beat, and that the scan below prunes blocks by.
/// </summary>
internal sealed record TopNode(PhysicalNode Input, PlanList<SortColumn> Keys, long Count, long Offset, bool WithTies)
    : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Input.Output;

    public override string Describe() =>
        $"Top {Count}{(WithTies ? " with ties" : "")}{(Offset == 0 ? "" : $" offset {Offset}")} by " +
        string.Join(", ", Keys);

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(4);
        target.Write(Keys);
        target.Write(Count);
        target.Write(Offset);
        target.Write(WithTies);
    }

    public static TopNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(4);
        PlanList<SortColumn> keys = source.ReadSortColumns(source.Only(inputs).Output);
        source.Check(!keys.IsEmpty, "number of keys");
        return new TopNode(inputs[0], keys, source.ReadRows(), source.ReadRows(), source.ReadBool());
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        LiveFilter? below = Input.TryAddFilter(Keys[0].Column, layout.Run);
        TopSink sink = new(this, below, layout.Run.CreateAccount("top")) { Owner = this };
        Pipeline collecting = layout.AddPipeline(sink);
        current.IsSerial = true;
        current.Require(sink);
        current.Begin(new TopSource(sink), this);
        Input.LayOut(collecting, layout);
    }
}

/// <summary>The best rows of all lanes.</summary>
internal sealed unsafe class TopSink(TopNode node, LiveFilter? below, MemoryAccount account) : Sink
{
    private readonly List<BestRows> _lanes = [];
    private NativeBuffer? _entries;
    private Value? _published;

    public TopNode Node { get; } = node;

    /// <summary>The rows to give, in order; after completion.</summary>
    public SortEntry* Entries => _entries is null ? null : (SortEntry*)_entries.Pointer;

    public long EntryCount { get; private set; }

    public IReadOnlyList<RowBuffer> Buffers => [.. _lanes.Select(l => l.Rows)];

    public override Operator StartLane(PipelineContext context)
    {
        BestRows lane = new(Node, context.CreateAccount("top"));
        lock (_lanes) _lanes.Add(lane);
        return new Collect(this, lane);
    }

    public override void Dispose()
    {
        foreach (BestRows lane in _lanes) lane.Dispose();
        _lanes.Clear();
        _entries?.Release();
        _entries = null;
    }

    protected override void Complete()
    {
        RowBuffer[] buffers = [.. _lanes.Select(l => l.Rows)];
        EntryCount = BestRows.Sort(Node, buffers, _lanes[0].KeyTypes, account, out _entries, _lanes[0].Wanted);
    }

    /// <summary>Tells the scan below what rows must beat; several lanes may know something.</summary>
    private void Publish(BestRows lane)
    {
        if (below is null || lane.Threshold is null) return;
        lock (_lanes)
        {
            // The strictest threshold of all lanes: with a filter there already, only a better one replaces it.
            if (below.Current is null || lane.IsBetterThan(_published))
                (below.Current, _published) = (lane.Threshold, lane.ThresholdValue);
        }
    }

    private sealed class Collect(TopSink sink, BestRows best) : Operator(null)
    {
        public override Flow Push(Batch batch)
        {
            if (sink.Node.Count == 0) return Flow.Done;
            ScanFilter? threshold = best.Threshold;
            if (threshold is not null)
            {
                RowMask mask = batch.BeginMask();
                threshold.AndInto(batch.Columns[sink.Node.Keys[0].Column], mask.Words);
                if (mask.IsEmpty) return Flow.More;
            }
            best.Add(batch);
            if (!ReferenceEquals(best.Threshold, threshold)) sink.Publish(best);
            return Flow.More;
        }
    }
}

/// <summary>Gives the best rows in order.</summary>
internal sealed unsafe class TopSource(TopSink sink) : Source
{
    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(sink);

    public override void Dispose() => sink.Dispose();

    private sealed class Lane(TopSink sink) : SourceLane
    {
        private readonly SortedRows _rows = new(sink.Node.Output, sink.Buffers, areComplete: true);
        private long _given = Math.Min(sink.Node.Offset, sink.EntryCount);

        public override Flow Run(Operator first)
        {
            while (_given < sink.EntryCount)
            {
                int count = (int)Math.Min(Batch.MaxRows, sink.EntryCount - _given);
                Batch batch = _rows.Gather(sink.Entries + _given, count);
                _given += count;
                Flow flow = first.Push(batch);
                if (!flow.IsMore) return flow;
            }
            return Flow.Done;
        }

        public override void Dispose() => _rows.Dispose();
    }
}

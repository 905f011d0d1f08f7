using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// All rows in an order. Four pipelines: collect, pack keys, partition, sort; then rows leave in order, from one lane.
/// </summary>
internal sealed record SortNode(PhysicalNode Input, PlanList<SortColumn> Keys) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Input.Output;

    public override string Describe() => $"Sort {string.Join(", ", Keys)}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(1);
        target.Write(Keys);
    }

    public static SortNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(1);
        return new SortNode(source.Only(inputs), source.ReadSortColumns(inputs[0].Output));
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        (SortState state, Sink sorted) = LayOutSort(layout, this);
        current.IsSerial = true;
        current.Require(sorted);
        current.Begin(new SortedSource(this, state), this);
    }

    /// <summary>The pipelines up to sorted partitions; their work counts as that of the owner.</summary>
    public (SortState State, Sink Sorted) LayOutSort(PlanLayout layout, PhysicalNode owner,
        Action<SortState>? then = null)
    {
        SortState state = new(
            [.. Keys], [.. Keys.Select(k => Input.Output[k.Column].Type)], layout.Run.CreateAccount("sort"));
        int partitions = 4 * layout.Run.Environment.Scheduler.WorkerCount;
        SortSink collected = new(this, state) { Owner = owner };
        Pipeline below = layout.AddPipeline(collected);
        StepSink keyed = new(() => state.Split(partitions));
        Pipeline keying = layout.AddPipeline(keyed);
        keying.Require(collected);
        keying.Begin(new StepSource(() => state.ChunkCount, state.MakeKeys), owner);
        StepSink scattered = new(() => { });
        Pipeline scattering = layout.AddPipeline(scattered);
        scattering.Require(keyed);
        scattering.Begin(new StepSource(() => state.ChunkCount, state.Scatter), owner);
        StepSink sorted = new(() =>
        {
            state.EndChunks();
            then?.Invoke(state);
        });
        Pipeline sorting = layout.AddPipeline(sorted);
        sorting.Require(scattered);
        sorting.Begin(new StepSource(() => state.PartitionCount, state.SortPartition), owner);
        Input.LayOut(below, layout);
        return (state, sorted);
    }
}

/// <summary>Keeps the rows of each lane.</summary>
internal sealed class SortSink(SortNode node, SortState state) : Sink
{
    private readonly List<RowBuffer> _buffers = [];
    private readonly List<KeyRange[]> _ranges = [];

    public override Operator StartLane(PipelineContext context)
    {
        RowBuffer buffer = new(node.Output, context.CreateAccount("sort"));
        KeyRange[] ranges = [.. node.Keys.Select(k => new KeyRange(node.Output[k.Column].Type))];
        lock (_buffers)
        {
            _buffers.Add(buffer);
            _ranges.Add(ranges);
        }
        return new Collect(node, buffer, ranges);
    }

    public override void Dispose()
    {
        foreach (RowBuffer buffer in _buffers) buffer.Dispose();
        state.Dispose();
    }

    protected override void Complete()
    {
        for (int i = 1; i < _ranges.Count; i++)
        {
            for (int k = 0; k < node.Keys.Count; k++) _ranges[0][k].Include(_ranges[i][k]);
        }
        state.Begin(_buffers, _ranges[0]);
    }

    private sealed class Collect(SortNode node, RowBuffer buffer, KeyRange[] ranges) : Operator(null)
    {
        private readonly RowCompactor _compactor = new();

        public override unsafe Flow Push(Batch batch)
        {
            ColumnVector[] columns = _compactor.Compact(batch);
            for (int k = 0; k < ranges.Length; k++) ranges[k].Include(columns[node.Keys[k].Column], _compactor.Count);
            buffer.Append(columns, null, _compactor.Count);
            return Flow.More;
        }

        public override void Dispose() => _compactor.Dispose();
    }
}

/// <summary>Gives the rows, partition after partition.</summary>
internal sealed unsafe class SortedSource(SortNode node, SortState state) : Source
{
    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(node, state);

    public override void Dispose() => state.Dispose();

    private sealed class Lane(SortNode node, SortState state) : SourceLane
    {
        private readonly SortedRows _rows = new(node.Output, state.Buffers);
        private int _partition;
        private long _given;

        public override Flow Run(Operator first)
        {
            if (_partition >= state.PartitionCount) return Flow.Done;
            SortEntry* entries = state.GetPartition(_partition, out long count);
            for (int batches = 0; _given < count && batches < 8; batches++)
            {
                int n = (int)Math.Min(Batch.MaxRows, count - _given);
                Batch batch = _rows.Gather(entries + _given, n);
                _given += n;
                Flow flow = first.Push(batch);
                if (!flow.IsMore) return flow;
            }
            if (_given < count) return Flow.More;
            _partition++;
            _given = 0;
            return Flow.More;
        }

        public override void Dispose() => _rows.Dispose();
    }
}

using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// All rows in an order. Four pipelines: collect, pack keys, partition, sort; then rows leave in order, from one lane,
/// for which others fetch them. Where memory has no room for all rows, lanes sort what they have and put it into runs
/// on disk, which are merged.
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
        SortedPieces? pieces = null;
        (SortState state, Sink sorted) = LayOutSort(layout, this, _ => pieces!.Begin());
        QueryEnvironment environment = layout.Run.Environment;
        bool goesAhead = !environment.DisabledRules.Contains(SortedPieces.RuleName);
        pieces = new SortedPieces(Output, state, goesAhead ? environment.Scheduler.WorkerCount : 1);
        Pipeline fetching = layout.AddPipeline(new StepSink(() => { }));
        fetching.Require(sorted);
        fetching.Begin(new SortedPieceSource(this, state, pieces), this);
        current.IsSerial = true;
        current.Require(sorted);
        current.Begin(new SortedSource(this, state, pieces), this);
    }

    /// <summary>The pipelines up to sorted partitions; their work counts as that of the owner.</summary>
    public (SortState State, Sink Sorted) LayOutSort(PlanLayout layout, PhysicalNode owner,
        Action<SortState>? then = null)
    {
        SortState state = new(
            [.. Keys], [.. Keys.Select(k => Input.Output[k.Column].Type)], layout.Run.CreateAccount("sort"));
        int partitions = 4 * layout.Run.Environment.Scheduler.WorkerCount;
        SortSink collected = new(this, state, layout.Run) { Owner = owner };
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

/// <summary>Keeps the rows of each lane, or sorts and spills them.</summary>
internal sealed class SortSink(SortNode node, SortState state, QueryRun run) : Sink
{
    /// <summary>What sorting takes for a row besides it: entries of chunks, of partitions, and of the sort.</summary>
    private const int EntryBytes = 40;

    private readonly List<Collect> _lanes = [];
    private readonly SortedRuns _runs = new(
        run, node, node.Output, node.Keys, [.. node.Keys.Select(k => node.Output[k.Column].Type)]);

    public override Operator StartLane(PipelineContext context)
    {
        Collect lane = new(this, context.CreateAccount("sort"));
        lock (_lanes) _lanes.Add(lane);
        return lane;
    }

    public override void Dispose()
    {
        foreach (Collect lane in _lanes)
        {
            run.StatisticsOf(Owner!).AddBytes(lane.PeakBytes);
            lane.Free();
        }
        _lanes.Clear();
        state.Dispose();
    }

    protected override void Complete()
    {
        KeyRange[] ranges = _lanes[0].Ranges;
        for (int i = 1; i < _lanes.Count; i++)
        {
            for (int k = 0; k < node.Keys.Count; k++) ranges[k].Include(_lanes[i].Ranges[k]);
        }
        foreach (Collect lane in _lanes)
        {
            lane.Gauge.Dispose();
            // A lane that ended before others began to spill.
            if (!_runs.IsEmpty) lane.Spill();
        }
        if (_runs.IsEmpty) state.Begin([.. _lanes.Select(l => l.Rows)], ranges);
        else state.BeginMerge(_runs, ranges);
    }

    private sealed class Collect : Operator
    {
        private readonly SortSink _sink;
        private readonly MemoryAccount _account;
        private readonly RowCompactor _compactor = new();
        private readonly int[] _keys;

        public Collect(SortSink sink, MemoryAccount account) : base(null)
        {
            _sink = sink;
            _account = account;
            SortNode node = sink.Node;
            _keys = [.. node.Keys.Select(k => k.Column)];
            Rows = new RowBuffer(node.Output, account);
            Ranges = [.. node.Keys.Select(k => new KeyRange(node.Output[k.Column].Type))];
            Gauge = new SpillGauge(sink.Run, account);
        }

        /// <summary>The most bytes that the lane held.</summary>
        public long PeakBytes => _account.PeakBytes;

        public RowBuffer Rows { get; }

        public KeyRange[] Ranges { get; }

        public SpillGauge Gauge { get; }

        public override unsafe Flow Push(Batch batch)
        {
            ColumnVector[] columns = _compactor.Compact(batch);
            int count = _compactor.Count;
            if (Gauge.MustSpill(Rows.Count, Rows.GrowthBytes) ||
                !Gauge.TryPromise((Rows.Count + count) * EntryBytes))
            {
                Spill();
            }
            for (int k = 0; k < Ranges.Length; k++) Ranges[k].Include(columns[_keys[k]], count);
            Rows.Append(columns, null, count);
            return Flow.More;
        }

        public override Flow Finish()
        {
            if (!_sink._runs.IsEmpty) Spill();
            return Flow.More;
        }

        /// <summary>Makes a run of the rows.</summary>
        public void Spill()
        {
            Gauge.EndPromise();
            if (Rows.Count == 0) return;
            using FrameWriter writer = new(_sink.Run, _sink.Owner!, _sink.Node.Output.Fields.Select(f => f.Type));
            _sink._runs.Add(Rows, Ranges, writer);
        }

        public void Free()
        {
            Rows.Dispose();
            Gauge.Dispose();
        }

        public override void Dispose() => _compactor.Dispose();
    }

    private SortNode Node => node;

    private QueryRun Run => run;
}

/// <summary>Gives the rows, partition after partition, or as runs are merged.</summary>
internal sealed unsafe class SortedSource(SortNode node, SortState state, SortedPieces pieces) : Source
{
    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) =>
        state.Runs is { } runs ? new MergingLane(runs)
        : pieces.Count > 0 ? new PieceLane(pieces) : new Lane(node, state);

    public override void Dispose()
    {
        pieces.Close();
        pieces.Leave();
    }

    private sealed class Lane(SortNode node, SortState state) : SourceLane
    {
        private readonly SortedRows _rows = new(node.Output, state.Buffers, areComplete: true);
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

    private sealed class PieceLane(SortedPieces pieces) : SourceLane
    {
        private SortedPieces.Piece? _piece;
        private int _pushed;

        public override Flow Run(Operator first)
        {
            if (_piece is null)
            {
                _piece = pieces.Give(out Flow wait);
                if (_piece is null) return wait;
            }
            while (_pushed < _piece.Count)
            {
                Flow flow = first.Push(_piece.Batches[_pushed++]);
                if (!flow.IsMore) return flow;
            }
            pieces.TakeBack(_piece);
            _piece = null;
            _pushed = 0;
            return Flow.More;
        }
    }

    private sealed class MergingLane(SortedRuns runs) : SourceLane
    {
        private RunMerge? _merge;

        public override Flow Run(Operator first)
        {
            if (_merge is null)
            {
                if (runs.MergeSome()) return Flow.More;
                _merge = runs.Merge();
            }
            for (int batches = 0; batches < 8; batches++)
            {
                if (_merge.Next() is not { } batch) return Flow.Done;
                Flow flow = first.Push(batch);
                if (!flow.IsMore) return flow;
            }
            return Flow.More;
        }

        public override void Dispose() => _merge?.Dispose();
    }
}

/// <summary>Fetches pieces in any number of lanes, ahead of whoever gives them out.</summary>
internal sealed class SortedPieceSource(SortNode node, SortState state, SortedPieces pieces) : Source
{
    public override int MaxLanes => Math.Max(1, pieces.Count);

    public override SourceLane StartLane(PipelineContext context) => new Lane(node, state, pieces);

    public override void Dispose() => pieces.Leave();

    private sealed class Lane(SortNode node, SortState state, SortedPieces pieces) : SourceLane
    {
        private readonly SortedRows _rows = new(node.Output, state.Buffers, areComplete: true);

        public override Flow Run(Operator first) => pieces.TryFetch(_rows, out Flow flow) ? Flow.More : flow;

        public override void Dispose() => _rows.Dispose();
    }
}

using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Spilling;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// Pairs of rows that agree in keys. The build side is collected and indexed; then rows of the probe side stream by.
/// Gives the probe side's columns, then the build side's; Semi and Anti only the former, Mark these and a BOOLEAN.
/// </summary>
/// <param name="Probe">The side that streams: the left one of a logical join.</param>
/// <param name="Build">The side that is kept.</param>
/// <param name="Kind">What comes out, the probe side being the left.</param>
/// <param name="Keys">At least one pair of columns.</param>
/// <param name="Residual">What partners must meet besides, over the probe's columns, then the build's; null for
/// nothing.</param>
/// <param name="IsNullAware">For Anti and Mark: a NULL key makes the answer unknown.</param>
/// <param name="Columns">The output.</param>
internal sealed record HashJoinNode(
    PhysicalNode Probe, PhysicalNode Build, JoinKind Kind, PlanList<JoinKeyColumns> Keys, Expression? Residual,
    bool IsNullAware, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Probe, Build];

    public override Schema Output => Columns;

    /// <summary>True when rows of the build side come out even without a partner.</summary>
    public bool KeepsBuildRows => Kind is JoinKind.Right or JoinKind.Full;

    /// <summary>True when a row of the probe side without a partner does not come out.</summary>
    private bool DropsProbeRows => Kind is JoinKind.Inner or JoinKind.Right or JoinKind.Semi;

    public override string Describe() =>
        $"Hash join {Kind.ToString().ToLowerInvariant()} on " +
        string.Join(" and ", Keys.Map(k => $"{Probe.Output[k.Probe].Name} = {Build.Output[k.Build].Name}")) +
        (Residual is null ? "" : $" and {Residual}");

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) =>
        this with { Probe = inputs[0], Build = inputs[1] };

    public override void Write(PlanWriter target)
    {
        target.Begin(5);
        target.Write(Columns);
        target.WriteEnum(Kind);
        JoinKeyColumns.WriteList(target, Keys);
        target.Write(Residual);
        target.Write(IsNullAware);
    }

    public static HashJoinNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(5);
        source.Check(inputs.Length == 2, "number of inputs");
        (Schema probe, Schema build) = (inputs[0].Output, inputs[1].Output);
        Schema columns = source.ReadSchema();
        JoinKind kind = source.ReadEnum<JoinKind>();
        PlanList<JoinKeyColumns> keys = JoinKeyColumns.ReadList(source, probe, build);
        source.CheckJoin(kind, probe, build, columns);
        Expression? residual = source.ReadConditionOrNil(new Schema([.. probe.Fields, .. build.Fields]));
        return new HashJoinNode(inputs[0], inputs[1], kind, keys, residual, source.ReadBool(), columns);
    }

    public override LiveFilter? TryAddFilter(int column, QueryRun run) =>
        column < Probe.Output.Count && Kind is not (JoinKind.Right or JoinKind.Full or JoinKind.Mark)
            ? Probe.TryAddFilter(column, run) : null;

    public override void WantCodes(int column, QueryRun run)
    {
        int probeCount = Probe.Output.Count;
        if (column < probeCount) Probe.WantCodes(column, run);
        else if (column < probeCount + Build.Output.Count) Build.WantCodes(column - probeCount, run);
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        // Texts of one dictionary are looked for once each.
        if (Keys.Count == 1) Probe.WantCodes(Keys[0].Probe, layout.Run);
        JoinSpill spill = new(layout.Run, this);
        JoinTable table = new(this, layout.Run.CreateAccount("join")) { Spill = spill };
        layout.Run.Shared(this, () => table);
        if (KeepsBuildRows)
        {
            Pipeline unmatched = layout.Fork(current);
            unmatched.RequireEndOf(this, layout);
            unmatched.Begin(new UnmatchedSource(this, table), this);
        }
        LiveFilter?[] filters = DropsProbeRows ? [.. Keys.Map(k => TryAddFilter(k, layout))] : [];
        JoinBuildSink sink = new(this, table, filters, () => layout.Run.Extend(() =>
        {
            Pipeline pairs = layout.ForkAbove(this, current);
            pairs.RequireEndOf(this, layout);
            pairs.Begin(new SpilledJoinSource(this, spill), this);
            return pairs;
        }), layout.Run) { Owner = this };
        Pipeline building = layout.AddPipeline(sink);
        StepSink indexed = new(sink.Publish);
        Pipeline indexing = layout.AddPipeline(indexed);
        indexing.Require(sink);
        indexing.Begin(new StepSource(() => table.StepCount, table.RunStep), this);
        current.Require(indexed);
        current.AddStep(this);
        Build.LayOut(building, layout);
        Probe.LayOut(current, layout);
    }

    // Equal intervals can be written in several ways, which filters over their bits would take for different.
    private LiveFilter? TryAddFilter(JoinKeyColumns key, PlanLayout layout) =>
        Probe.Output[key.Probe].Type.Kind == TypeKind.Interval ? null : Probe.TryAddFilter(key.Probe, layout.Run);

    public override Operator Start(PipelineContext context, Operator next)
    {
        JoinTable table = context.Run.Shared<JoinTable>(
            this, () => throw Errors.Invariant.Unreachable("join table"));
        return table.Spill is { IsBegun: true } spill
            ? new SpilledProbeOperator(spill, next)
            : new HashJoinOperator(this, table, context, next);
    }
}

/// <summary>
/// Collects the build side, then makes the index and tells the probe side's scan what can match. Where memory has no
/// room for all of it, it goes to disk in parts, the probe side follows, and another pipeline joins the parts.
/// </summary>
/// <param name="node">The join.</param>
/// <param name="table">What the probe side will look into.</param>
/// <param name="filters">What the probe side's scan can test, per key.</param>
/// <param name="joinParts">Lays out the pipeline that joins parts.</param>
/// <param name="run">The run.</param>
internal sealed class JoinBuildSink(
    HashJoinNode node, JoinTable table, LiveFilter?[] filters, Action joinParts, QueryRun run) : Sink
{
    /// <summary>What joining the lanes and the index take for a row, besides the row.</summary>
    private const int IndexBytes = 40;

    private readonly List<Collect> _lanes = [];
    private KeyRange[] _ranges = [];

    public override Operator StartLane(PipelineContext context)
    {
        Collect lane = new(node, table.Spill!, context);
        lock (_lanes) _lanes.Add(lane);
        return lane;
    }

    public override void Dispose()
    {
        foreach (Collect lane in _lanes) lane.Free();
        _lanes.Clear();
        table.Dispose();
    }

    protected override void Complete()
    {
        _ranges = _lanes[0].Ranges;
        for (int i = 1; i < _lanes.Count; i++)
        {
            for (int k = 0; k < node.Keys.Count; k++) _ranges[k].Include(_lanes[i].Ranges[k]);
        }
        JoinSpill spill = table.Spill!;
        foreach (Collect lane in _lanes)
        {
            lane.Gauge.Dispose();
            // A lane may have ended before another began to spill.
            if (spill.IsBegun) lane.EndSpill();
        }
        if (spill.IsBegun)
        {
            for (int k = 0; k < node.Keys.Count; k++)
                spill.HasNullKeys |= _ranges[k].HasNulls && !node.Keys[k].NullsAreEqual;
            joinParts();
        }
        else
        {
            table.Build([.. _lanes.Select(l => l.Rows)], _ranges, run.Environment.Scheduler.WorkerCount);
        }
    }

    /// <summary>Tells the probe side's scan what can match, once the index is made.</summary>
    public void Publish()
    {
        bool isSpilled = table.Spill!.IsBegun;
        for (int k = 0; k < filters.Length; k++)
        {
            if (filters[k] is not { } filter) continue;
            filter.Current = isSpilled ? RangeOf(k, _ranges[k])
                : table.Rows.Count == 0 ? ScanFilter.In(filter.Column, [])
                : table.Index.CreateFilter(k) ?? JoinKeyFilter.TryCreate(node.Keys[k], table.Rows, _ranges[k]);
        }
    }

    /// <summary>What is known of a key without an index: its smallest and its largest value.</summary>
    private ScanFilter? RangeOf(int key, KeyRange range)
    {
        LogicalType type = node.Build.Output[node.Keys[key].Build].Type;
        bool isKnown = type.Physical.IsInteger() && range.HasValues && !node.Keys[key].NullsAreEqual;
        return isKnown
            ? ScanFilter.Range(0, Value.Integer(type, range.Min), Value.Integer(type, range.Max)) : null;
    }

    private sealed class Collect : Operator
    {
        private readonly RowCompactor _compactor = new();
        private readonly HashJoinNode _node;
        private readonly QueryRun _run;
        private readonly MemoryAccount _account;
        private readonly JoinSpill _spill;
        private JoinScatter? _scatter;
        private bool _isEnded;

        public Collect(HashJoinNode node, JoinSpill spill, PipelineContext context) : base(null)
        {
            _node = node;
            _spill = spill;
            _run = context.Run;
            _account = context.CreateAccount("join");
            Rows = new RowBuffer(node.Build.Output, _account);
            Ranges = [.. node.Keys.Map(k => new KeyRange(node.Build.Output[k.Build].Type))];
            Gauge = new SpillGauge(context.Run, _account);
            if (!spill.IsPossible) Gauge.End();
        }

        public RowBuffer Rows { get; }

        public KeyRange[] Ranges { get; }

        public SpillGauge Gauge { get; }

        public override unsafe Flow Push(Batch batch)
        {
            ColumnVector[] columns = _compactor.Compact(batch);
            int count = _compactor.Count;
            for (int k = 0; k < Ranges.Length; k++) Ranges[k].Include(columns[_node.Keys[k].Build], count);
            if (_scatter is null && _spill.IsPossible && MustSpill(count)) BeginSpill();
            if (_scatter is not null) _scatter.Add(columns, count);
            else Rows.Append(columns, null, count);
            return Flow.More;
        }

        public override Flow Finish()
        {
            if (_spill.IsBegun) EndSpill();
            return Flow.More;
        }

        /// <summary>Brings all rows to their parts; once.</summary>
        public void EndSpill()
        {
            if (_isEnded) return;
            _isEnded = true;
            if (_scatter is null) BeginSpill();
            _spill.AddBuild(_scatter!);
            _scatter!.Dispose();
        }

        public void Free()
        {
            _run.StatisticsOf(_node).AddBytes(_account.PeakBytes);
            Rows.Dispose();
            Gauge.Dispose();
            _scatter?.Dispose();
        }

        public override void Dispose() => _compactor.Dispose();

        private bool MustSpill(int more) => _spill.IsBegun ||
            Gauge.MustSpill(Rows.Count, Rows.GrowthBytes) ||
            !Gauge.TryPromise((Rows.Count + more) * IndexBytes);

        private void BeginSpill()
        {
            _spill.Begin();
            Gauge.Dispose();
            _scatter = _spill.ScatterBuild(0);
            _scatter.Take(Rows);
        }
    }
}

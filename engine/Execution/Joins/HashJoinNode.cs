using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
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

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        JoinTable table = new(this, layout.Run.CreateAccount("join"));
        layout.Run.Shared(this, () => table);
        if (KeepsBuildRows)
        {
            Pipeline unmatched = layout.Fork(current);
            unmatched.RequireEndOf(this, layout);
            unmatched.Begin(new UnmatchedSource(this, table), this);
        }
        LiveFilter?[] filters = DropsProbeRows ? [.. Keys.Map(k => Probe.TryAddFilter(k.Probe, layout.Run))] : [];
        JoinBuildSink sink = new(this, table, filters) { Owner = this };
        Pipeline building = layout.AddPipeline(sink);
        current.Require(sink);
        current.AddStep(this);
        Build.LayOut(building, layout);
        Probe.LayOut(current, layout);
    }

    public override Operator Start(PipelineContext context, Operator next) =>
        new HashJoinOperator(this,
            context.Run.Shared<JoinTable>(this, () => throw Errors.Invariant.Unreachable("join table")), context, next);
}

/// <summary>Collects the build side, then makes the index and tells the probe side's scan what can match.</summary>
internal sealed class JoinBuildSink(HashJoinNode node, JoinTable table, LiveFilter?[] filters) : Sink
{
    private readonly List<RowBuffer> _buffers = [];
    private readonly List<KeyRange[]> _ranges = [];

    public override Operator StartLane(PipelineContext context)
    {
        RowBuffer buffer = new(node.Build.Output, context.CreateAccount("join"));
        KeyRange[] ranges = [.. node.Keys.Map(k => new KeyRange(node.Build.Output[k.Build].Type))];
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
        table.Dispose();
    }

    protected override void Complete()
    {
        for (int i = 1; i < _ranges.Count; i++)
        {
            for (int k = 0; k < node.Keys.Count; k++) _ranges[0][k].Include(_ranges[i][k]);
        }
        table.Build(_buffers, _ranges[0]);
        for (int k = 0; k < filters.Length; k++)
        {
            if (filters[k] is not { } filter) continue;
            filter.Current = table.Rows.Count == 0 ? ScanFilter.In(filter.Column, [])
                : table.Index.CreateFilter(k) ?? JoinKeyFilter.TryCreate(node.Keys[k], table.Rows, _ranges[0][k]);
        }
    }

    private sealed class Collect(HashJoinNode node, RowBuffer buffer, KeyRange[] ranges) : Operator(null)
    {
        private readonly RowCompactor _compactor = new();

        public override unsafe Flow Push(Batch batch)
        {
            ColumnVector[] columns = _compactor.Compact(batch);
            for (int k = 0; k < ranges.Length; k++) ranges[k].Include(columns[node.Keys[k].Build], _compactor.Count);
            buffer.Append(columns, null, _compactor.Count);
            return Flow.More;
        }

        public override void Dispose() => _compactor.Dispose();
    }
}

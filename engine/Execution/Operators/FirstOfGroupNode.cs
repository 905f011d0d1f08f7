using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// The first row of those that are equal in some columns, in the order in which they come: DISTINCT ON.
/// </summary>
internal sealed record FirstOfGroupNode(PhysicalNode Input, PlanList<int> Keys) : StreamingNode(Input)
{
    public override Schema Output => Input.Output;

    public override string Describe() => $"First of {string.Join(", ", Keys.Map(k => Input.Output[k].Name))}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(1);
        target.Write(Keys);
    }

    public static FirstOfGroupNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(1);
        return new FirstOfGroupNode(source.Only(inputs), source.ReadPositions(inputs[0].Output.Count));
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        // Which row is first is known to one lane only.
        current.IsSerial = true;
        base.LayOut(current, layout);
    }

    public override Operator Start(PipelineContext context, Operator next) =>
        new FirstOfGroupOperator(this, context, next);
}

/// <summary>Keeps the keys that came, and passes on rows that make a new one.</summary>
internal sealed unsafe class FirstOfGroupOperator : Operator
{
    private readonly RowCompactor _compactor = new();
    private readonly GroupTable _groups;
    private readonly ColumnVector[] _keys;
    private readonly FirstOfGroupNode _node;
    private readonly Batch _output = new([]);

    public FirstOfGroupOperator(FirstOfGroupNode node, PipelineContext context, Operator next) : base(next)
    {
        _node = node;
        _keys = new ColumnVector[node.Keys.Count];
        _groups = new GroupTable([.. node.Keys.Map(k => node.Input.Output[k].Type)], context.CreateAccount("distinct"));
    }

    public override Flow Push(Batch batch)
    {
        ColumnVector[] columns = _compactor.Compact(batch);
        int count = _compactor.Count;
        if (count == 0) return Flow.More;
        for (int k = 0; k < _keys.Length; k++) _keys[k] = columns[_node.Keys[k]];
        uint* groups = stackalloc uint[Batch.MaxRows];
        int known = _groups.Count;
        _groups.Find(_keys, count, groups);
        if (_groups.Count == known) return Flow.More;
        _output.Columns = columns;
        _output.Reset();
        _output.Count = count;
        RowMask mask = _output.BeginMask();
        for (int row = 0; row < count; row++)
        {
            // Groups are numbered as they appear: a number above all before is a first row.
            if (groups[row] > known) known++;
            else mask[row] = false;
        }
        return Next.Push(_output);
    }

    public override void Dispose()
    {
        _compactor.Dispose();
        _groups.Dispose();
        _output.Columns = [];
        _output.Dispose();
    }
}

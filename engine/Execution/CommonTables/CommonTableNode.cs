using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>A query computed once, for all scans of it below the body.</summary>
/// <param name="Id">The number that scans name.</param>
/// <param name="Name">For people.</param>
/// <param name="Definition">The query.</param>
/// <param name="Body">The plan that scans it; its rows are the result.</param>
internal sealed record CommonTableNode(int Id, string Name, PhysicalNode Definition, PhysicalNode Body) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Definition, Body];

    public override Schema Output => Body.Output;

    public override string Describe() => $"With {Name}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) =>
        this with { Definition = inputs[0], Body = inputs[1] };

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        RowsSink sink = new(Definition.Output, isSerial: false) { Owner = this };
        Pipeline defining = layout.AddPipeline(sink);
        Definition.LayOut(defining, layout);
        layout.CommonTables[Id] = new CommonTable(sink, () => sink.Buffers);
        Body.LayOut(current, layout);
    }
}

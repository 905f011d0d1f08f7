using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>The rows of several inputs of the same types, side by side: a pipeline each, through the same steps.</summary>
internal sealed record UnionAllNode(PlanList<PhysicalNode> Operands, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => Operands;

    public override Schema Output => Columns;

    public override string Describe() => "Union all";

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        // Forked before any input adds its own steps.
        Pipeline[] others = [.. Operands.AsSpan()[1..].ToArray().Select(_ => layout.Fork(current))];
        Operands[0].LayOut(current, layout);
        for (int i = 0; i < others.Length; i++) Operands[i + 1].LayOut(others[i], layout);
    }
}

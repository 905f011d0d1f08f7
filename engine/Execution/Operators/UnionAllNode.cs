using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>
/// The rows of several inputs of the same types, one input after the other: a pipeline each, through the same steps.
/// Inputs of other machines run side by side, since one that waits could hold up who sends to several.
/// </summary>
internal sealed record UnionAllNode(PlanList<PhysicalNode> Operands, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => Operands;

    public override Schema Output => Columns;

    public override string Describe() => "Union all";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Operands = [.. inputs] };

    public override void Write(PlanWriter target)
    {
        target.Begin(1);
        target.Write(Columns);
    }

    public static UnionAllNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(1);
        Schema columns = source.ReadSchema();
        source.Check(inputs.Length > 0, "number of inputs");
        foreach (PhysicalNode input in inputs) source.CheckTypes(columns, [.. input.Output.Fields.Select(f => f.Type)]);
        return new UnionAllNode([.. inputs], columns);
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        // Forked before any input adds its own steps.
        Pipeline[] all = [current, .. Operands.AsSpan()[1..].ToArray().Select(_ => layout.Fork(current))];
        bool isOrdered = !Operands.Any(HasExchange);
        Pipeline[] before = [];
        for (int i = 0; i < all.Length; i++)
        {
            foreach (Pipeline earlier in isOrdered ? before : []) all[i].RequireEndOf(earlier);
            int known = layout.Pipelines.Count;
            Operands[i].LayOut(all[i], layout);
            // An input that is a union itself, or an outer join, has several pipelines into the same sink.
            before = [all[i], .. layout.Pipelines.Skip(known).Where(p => p.Sink == current.Sink)];
        }
    }

    private static bool HasExchange(PhysicalNode node) =>
        node is ExchangeNode or ExchangeSourceNode || node.Inputs.Any(HasExchange);
}

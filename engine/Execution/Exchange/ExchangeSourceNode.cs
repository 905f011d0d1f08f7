using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>The rows that another stage's tasks send here.</summary>
/// <param name="Stage">Number of that stage.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record ExchangeSourceNode(int Stage, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    public override string Describe() => $"Rows of stage {Stage}";

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        IExchangeInputs inputs = layout.Run.Environment.Exchanges ??
            throw Invariant.Unreachable($"stage {Stage} in a run without exchanges");
        current.Begin(inputs.Open(this, layout.Run), this);
    }

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Stage);
        target.Write(Columns);
    }

    public static ExchangeSourceNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        source.None(inputs);
        return new ExchangeSourceNode(source.ReadCount(), source.ReadSchema());
    }
}

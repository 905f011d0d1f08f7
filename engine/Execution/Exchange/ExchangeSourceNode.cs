using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>The rows that another stage's tasks send here.</summary>
/// <param name="Stage">Number of that stage.</param>
/// <param name="Columns">Its columns.</param>
internal sealed record ExchangeSourceNode(int Stage, Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    /// <summary>Every task's rows come in this order and are to be merged; empty where any order will do.</summary>
    public PlanList<SortColumn> Order { get; init; }

    public override string Describe() => $"Rows of stage {Stage}";

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        IExchangeInputs inputs = layout.Run.Environment.Exchanges ??
            throw Invariant.Unreachable($"stage {Stage} in a run without exchanges");
        if (!Order.IsEmpty) current.IsSerial = true;
        current.Begin(inputs.Open(this, layout.Run), this);
    }

    public override void Write(PlanWriter target)
    {
        target.Begin(3);
        target.Write(Stage);
        target.Write(Columns);
        target.Write(Order);
    }

    public static ExchangeSourceNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(3);
        source.None(inputs);
        int stage = source.ReadCount();
        Schema columns = source.ReadSchema();
        return new ExchangeSourceNode(stage, columns) { Order = source.ReadSortColumns(columns) };
    }
}

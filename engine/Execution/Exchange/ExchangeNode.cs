using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Exchange;

/// <summary>
/// Where rows change places: what is below runs in other places than what is above. A plan is cut into stages here; in
/// a plan that is not cut, rows pass as if it were not there.
/// </summary>
internal sealed record ExchangeNode(PhysicalNode Input, ExchangeOutput Rows) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    /// <summary>True when what is below runs beside the statement, in one task.</summary>
    public bool IsFromOnePlace { get; init; }

    public override Schema Output => Input.Output;

    public override string Describe() => $"Exchange {Rows.Describe(Output)}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void LayOut(Pipeline current, PlanLayout layout) => Input.LayOut(current, layout);

    public override Filters.LiveFilter? TryAddFilter(int column, QueryRun run) => Input.TryAddFilter(column, run);

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.WriteOutput(Rows);
        target.Write(IsFromOnePlace);
    }

    public static ExchangeNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        ExchangeOutput rows = source.ReadOutput(source.Only(inputs).Output);
        return new ExchangeNode(inputs[0], rows) { IsFromOnePlace = source.ReadBool() };
    }
}

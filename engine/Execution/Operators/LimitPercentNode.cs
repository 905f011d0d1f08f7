using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>A share of all rows, after leaving out some. All rows are kept until their number is known.</summary>
internal sealed record LimitPercentNode(PhysicalNode Input, double Percent, long Offset) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override Schema Output => Input.Output;

    public override string Describe() => $"Limit {Percent}%{(Offset == 0 ? "" : $" offset {Offset}")}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Percent);
        target.Write(Offset);
    }

    public static LimitPercentNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        double percent = source.ReadDouble();
        source.Check(percent is >= 0 and <= 100, "percentage");
        return new LimitPercentNode(source.Only(inputs), percent, source.ReadRows());
    }

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        RowsSink sink = new(Input.Output, isSerial: true) { Owner = this };
        Pipeline below = layout.AddPipeline(sink);
        current.IsSerial = true;
        current.Require(sink);
        current.Begin(
            new RowsSource(() => sink.Buffers, Output)
            {
                RangeOf = total => (Offset, (long)(total * Percent / 100)),
            },
            this);
        Input.LayOut(below, layout);
    }
}

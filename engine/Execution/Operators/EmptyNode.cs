using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>No rows.</summary>
internal sealed record EmptyNode(Schema Columns) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    public override string Describe() => "No rows";

    public override void Write(PlanWriter target)
    {
        target.Begin(1);
        target.Write(Columns);
    }

    public static EmptyNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(1);
        source.None(inputs);
        return new EmptyNode(source.ReadSchema());
    }

    public override void LayOut(Pipeline current, PlanLayout layout) => current.Begin(new EmptySource(), this);

    private sealed class EmptySource : Source
    {
        public override int MaxLanes => 1;

        public override SourceLane StartLane(PipelineContext context) => new Lane();

        private sealed class Lane : SourceLane
        {
            public override Flow Run(Operator first) => Flow.Done;
        }
    }
}

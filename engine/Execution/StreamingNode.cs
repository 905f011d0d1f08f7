namespace ColFrag.Engine.Execution;

/// <summary>A node with one input that passes batches on as they come: a step of the pipeline it is in.</summary>
internal abstract record StreamingNode(PhysicalNode Input) : PhysicalNode
{
    public sealed override IReadOnlyList<PhysicalNode> Inputs => [Input];

    public override void LayOut(Pipeline current, PlanLayout layout)
    {
        current.AddStep(this);
        Input.LayOut(current, layout);
    }
}

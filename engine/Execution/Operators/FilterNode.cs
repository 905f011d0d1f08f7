using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>The rows for which the predicate is true; NULL counts as false.</summary>
internal sealed record FilterNode(PhysicalNode Input, Expression Predicate) : StreamingNode(Input)
{
    public override Schema Output => Input.Output;

    public override string Describe() => $"Filter {Predicate}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(1);
        target.Write(Predicate);
    }

    public static FilterNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(1);
        return new FilterNode(source.Only(inputs), source.ReadCondition(inputs[0].Output));
    }

    public override LiveFilter? TryAddFilter(int column, QueryRun run) => Input.TryAddFilter(column, run);

    public override void WantCodes(int column, QueryRun run) => Input.WantCodes(column, run);

    public override Operator Start(PipelineContext context, Operator next) =>
        new FilterStep(context.CompileMask(Predicate), next);
}

/// <summary>Narrows each batch's mask and passes on what still has rows.</summary>
internal sealed class FilterStep(MaskExpression predicate, Operator next) : Operator(next)
{
    public override Flow Push(Batch batch)
    {
        RowMask mask = batch.BeginMask();
        predicate.AndInto(batch, mask);
        return mask.IsEmpty ? Flow.More : Next.Push(batch);
    }
}

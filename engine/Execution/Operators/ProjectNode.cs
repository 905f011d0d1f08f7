using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>New columns from the input's; also what drops, repeats and reorders columns.</summary>
internal sealed record ProjectNode(PhysicalNode Input, PlanList<Expression> Expressions, Schema Columns)
    : StreamingNode(Input)
{
    public override Schema Output => Columns;

    public override string Describe() => $"Project {Expressions}";

    public override PhysicalNode WithInputs(IReadOnlyList<PhysicalNode> inputs) => this with { Input = inputs[0] };

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Columns);
        target.Write(Expressions);
    }

    public static ProjectNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        Schema columns = source.ReadSchema();
        PlanList<Expression> expressions = source.ReadExpressions(source.Only(inputs).Output);
        source.CheckTypes(columns, expressions.Map(e => e.Type));
        return new ProjectNode(inputs[0], expressions, columns);
    }

    public override LiveFilter? TryAddFilter(int column, QueryRun run) =>
        Expressions[column] is ColumnReference reference ? Input.TryAddFilter(reference.Index, run) : null;

    public override void WantCodes(int column, QueryRun run)
    {
        if (Expressions[column] is ColumnReference reference) Input.WantCodes(reference.Index, run);
    }

    public override Operator Start(PipelineContext context, Operator next)
    {
        ExpressionSet set = context.CreateExpressions();
        return new ProjectOperator(set, set.Compile(Expressions), next);
    }
}

/// <summary>Evaluates the expressions; columns that stay are passed on as they are.</summary>
internal sealed class ProjectOperator(ExpressionSet set, ScalarEvaluator[] evaluators, Operator next) : Operator(next)
{
    private readonly Batch _output = new(new ColumnVector[evaluators.Length]);

    public override Flow Push(Batch batch)
    {
        RowMask? rows = batch.IsMasked ? batch.Mask : null;
        set.Begin(rows);
        for (int i = 0; i < evaluators.Length; i++) _output.Columns[i] = evaluators[i].Evaluate(batch, rows);
        _output.TakeRows(batch);
        return Next.Push(_output);
    }

    public override void Dispose()
    {
        // The vectors belong to the evaluators or to the input.
        _output.Columns = [];
        _output.Dispose();
    }
}

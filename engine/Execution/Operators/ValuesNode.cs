using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Operators;

/// <summary>Rows that stand in the plan itself: VALUES; a SELECT without FROM has one row without columns.</summary>
internal sealed record ValuesNode(Schema Columns, PlanList<PlanList<Expression>> Rows) : PhysicalNode
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];

    public override Schema Output => Columns;

    public override string Describe() => $"Values, {Rows.Count} rows";

    public override void Write(PlanWriter target)
    {
        target.Begin(2);
        target.Write(Columns);
        target.Target.WriteArrayHeader(Rows.Count);
        foreach (PlanList<Expression> row in Rows) target.Write(row);
    }

    public static ValuesNode Read(PlanReader source, PhysicalNode[] inputs)
    {
        source.Begin(2);
        source.None(inputs);
        Schema columns = source.ReadSchema();
        Schema none = new();
        PlanList<PlanList<Expression>> rows = [.. source.Source.ReadList(_ => source.ReadExpressions(none))];
        foreach (PlanList<Expression> row in rows) source.CheckTypes(columns, row.Map(e => e.Type));
        return new ValuesNode(columns, rows);
    }

    public override void LayOut(Pipeline current, PlanLayout layout) => current.Begin(new ValuesSource(this), this);
}

/// <summary>Computes the rows, a batch at a time.</summary>
internal sealed class ValuesSource(ValuesNode node) : Source
{
    public override int MaxLanes => 1;

    public override SourceLane StartLane(PipelineContext context) => new Lane(node, context);

    private sealed class Lane(ValuesNode node, PipelineContext context) : SourceLane
    {
        private readonly Batch _output = new(node.Columns);
        private readonly Batch _one = new([]) { Count = 1 };
        private readonly Arena _text = new(context.Run.VectorAccount);
        private int _next;

        public override Flow Run(Operator first)
        {
            if (_next >= node.Rows.Count) return Flow.Done;
            int count = Math.Min(Batch.MaxRows, node.Rows.Count - _next);
            _text.Reset();
            Value[] column = new Value[count];
            for (int c = 0; c < node.Columns.Count; c++)
            {
                for (int i = 0; i < count; i++) column[i] = Evaluate(node.Rows[_next + i][c]);
                VectorBuilder.Build(_output.Columns[c], column, _text);
            }
            _output.Reset();
            _output.Count = count;
            _next += count;
            return first.Push(_output);
        }

        public override void Dispose()
        {
            _output.Dispose();
            _one.Dispose();
            _text.Dispose();
        }

        private Value Evaluate(Expression expression)
        {
            if (expression is Constant constant) return constant.Value;
            using ExpressionSet set = new(context.Run.ExpressionScope);
            ScalarEvaluator evaluator = set.Compile(expression);
            set.Begin(null);
            return evaluator.Evaluate(_one, null).GetValue(0);
        }
    }
}

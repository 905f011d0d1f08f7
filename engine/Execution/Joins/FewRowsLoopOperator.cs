using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// The inner nested loop where few rows are kept, as the one of a scalar subquery: each of them, as constants, beside a
/// whole batch, instead of each row of the batch beside them.
/// </summary>
internal sealed class FewRowsLoopOperator : Operator
{
    private const long MostRows = 16;
    private readonly MaskExpression? _condition;
    private readonly List<ColumnVector[]> _kept = [];
    private readonly Batch _pairs = new([]);
    private Batch? _input;
    private int _next;

    public FewRowsLoopOperator(NestedLoopJoinNode node, LoopState state, PipelineContext context, Operator next)
        : base(next)
    {
        _condition = node.Condition is null ? null : context.CompileMask(node.Condition);
        foreach (RowBuffer buffer in state.Buffers)
        {
            for (long row = 0; row < buffer.Count; row++) _kept.Add(RowOf(buffer, row, node));
        }
    }

    /// <summary>True when so few rows are kept.</summary>
    public static bool Suits(LoopState state) => state.Buffers.Sum(b => b.Count) <= MostRows;

    public override Flow Push(Batch batch)
    {
        _input = batch;
        _next = 0;
        return Continue();
    }

    public override Flow Resume()
    {
        Flow flow = Next.Resume();
        return flow.IsMore ? Continue() : flow;
    }

    public override void Dispose()
    {
        _pairs.Columns = [];
        _pairs.Dispose();
        foreach (ColumnVector vector in _kept.SelectMany(k => k)) vector.Dispose();
    }

    private static ColumnVector[] RowOf(RowBuffer buffer, long row, NestedLoopJoinNode node)
    {
        ColumnVector[] columns = [.. node.Right.Output.Fields.Select(f => new ColumnVector(f.Type))];
        for (int c = 0; c < columns.Length; c++)
        {
            using ColumnVector part = new(columns[c].Type);
            buffer.Columns[c].Slice(row, 1, part);
            part.Flatten(columns[c]);
            columns[c].BecomeConstant(1);
        }
        return columns;
    }

    private Flow Continue()
    {
        if (_input is null) return Flow.More;
        while (_next < _kept.Count)
        {
            ColumnVector[] kept = _kept[_next++];
            foreach (ColumnVector vector in kept) vector.Count = _input.Count;
            _pairs.Columns = [.. _input.Columns, .. kept];
            _pairs.TakeRows(_input);
            if (_condition is not null)
            {
                RowMask mask = _pairs.BeginMask();
                _condition.AndInto(_pairs, mask);
                if (mask.IsEmpty) continue;
            }
            Flow flow = Next.Push(_pairs);
            if (!flow.IsMore) return flow;
        }
        _input = null;
        return Flow.More;
    }
}

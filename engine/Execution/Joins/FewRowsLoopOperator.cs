using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Joins;

/// <summary>
/// The inner nested loop where few rows are kept, as the one of a scalar subquery: each of them, as constants, beside a
/// whole batch, instead of each row of the batch beside them.
/// </summary>
internal sealed class FewRowsLoopOperator : RepeatingOperator
{
    private const long MostRows = 16;
    private readonly MaskExpression? _condition;
    private readonly List<ColumnVector[]> _kept = [];
    private readonly Batch _pairs = new([]);

    public FewRowsLoopOperator(NestedLoopJoinNode node, LoopState state, PipelineContext context, Operator next)
        : base(next)
    {
        _condition = node.Condition is null ? null : context.CompileMask(node.Condition);
        foreach (RowBuffer buffer in state.Buffers)
        {
            for (long row = 0; row < buffer.Count; row++) _kept.Add(RowOf(buffer, row, node));
        }
    }

    protected override int RepetitionCount => _kept.Count;

    /// <summary>True when so few rows are kept.</summary>
    public static bool Suits(LoopState state) => state.Buffers.Sum(b => b.Count) <= MostRows;

    public override void Dispose()
    {
        _pairs.Columns = [];
        _pairs.Dispose();
        foreach (ColumnVector vector in _kept.SelectMany(k => k)) vector.Dispose();
    }

    protected override Batch? Repeat(Batch input, int repetition)
    {
        ColumnVector[] kept = _kept[repetition];
        foreach (ColumnVector vector in kept) vector.Count = input.Count;
        _pairs.Columns = [.. input.Columns, .. kept];
        _pairs.TakeRows(input);
        if (_condition is null) return _pairs;
        RowMask mask = _pairs.BeginMask();
        _condition.AndInto(_pairs, mask);
        return mask.IsEmpty ? null : _pairs;
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
}

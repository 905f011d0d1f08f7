using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// A part that occurs several times in a set of expressions: computed once per batch. Parts that cannot fail are
/// computed for all rows of the set, so that every place finds its rows; parts that can are shared only between places
/// that are reached with the same rows.
/// </summary>
internal sealed class SharedEvaluator(ScalarEvaluator part, ExpressionSet set, bool canThrow)
    : ScalarEvaluator(part.Type)
{
    private ColumnVector? _result;
    private long _stamp = -1;

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        if (_stamp == set.Stamp) return _result!;
        _result = part.Evaluate(batch, canThrow ? rows : set.Rows);
        _stamp = set.Stamp;
        return _result;
    }
}

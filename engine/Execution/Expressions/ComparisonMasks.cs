using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>x op y over two vectors; rows with a NULL do not pass.</summary>
internal sealed class CompareMask(
    ComparisonOperator op, ScalarEvaluator left, ScalarEvaluator right, MemoryAccount account) : MaskExpression
{
    private readonly VectorComparison _comparison = new(op, left.Type, right.Type, account);

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector x = left.Evaluate(batch, mask);
        ColumnVector y = right.Evaluate(batch, mask);
        mask.AndValid(x);
        mask.AndValid(y);
        _comparison.AndInto(x, y, mask);
    }

    public override void Dispose() => _comparison.Dispose();
}

/// <summary>x IS [NOT] DISTINCT FROM y: two NULLs are equal, one NULL differs from every value.</summary>
internal sealed unsafe class DistinctMask(
    bool wantsDistinct, ScalarEvaluator left, ScalarEvaluator right, MemoryAccount account) : MaskExpression
{
    private readonly VectorComparison _comparison = new(ComparisonOperator.Equal, left.Type, right.Type, account);
    private readonly RowMask _same = new();
    private readonly RowMask _nulls = new();

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector x = left.Evaluate(batch, mask);
        ColumnVector y = right.Evaluate(batch, mask);
        _nulls.CopyFrom(mask);
        _nulls.AndNull(x);
        _nulls.AndNull(y);
        _same.CopyFrom(mask);
        _same.AndValid(x);
        _same.AndValid(y);
        _comparison.AndInto(x, y, _same);
        Bitmap.Or(_same.Words, _nulls.Words, mask.Count);
        if (wantsDistinct) Bitmap.AndNot(mask.Words, _same.Words, mask.Count);
        else mask.And(_same.Words);
    }

    public override void Dispose()
    {
        _comparison.Dispose();
        _same.Dispose();
        _nulls.Dispose();
    }
}

/// <summary>
/// x [NOT] IN (items) where an item is no constant. Negated, a row passes when x and every item have a value and none
/// is equal.
/// </summary>
internal sealed unsafe class InMask(
    ScalarEvaluator operand, ScalarEvaluator[] items, bool wantsMember, MemoryAccount account)
    : MaskExpression
{
    private readonly VectorComparison _comparison = new(ComparisonOperator.Equal, operand.Type, operand.Type, account);
    private readonly RowMask _open = new();
    private readonly RowMask _tested = new();

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector x = operand.Evaluate(batch, mask);
        mask.AndValid(x);
        _open.CopyFrom(mask);
        foreach (ScalarEvaluator item in items)
        {
            ColumnVector y = item.Evaluate(batch, _open);
            _tested.CopyFrom(_open);
            _tested.AndValid(y);
            if (!wantsMember)
            {
                // Against a NULL the answer is not false any more, whatever the other items say.
                mask.And(_tested.Words);
                _open.And(mask.Words);
            }
            _comparison.AndInto(x, y, _tested);
            Bitmap.AndNot(_open.Words, _tested.Words, mask.Count);
        }
        if (wantsMember) Bitmap.AndNot(mask.Words, _open.Words, mask.Count);
        else mask.And(_open.Words);
    }

    public override void Dispose()
    {
        _comparison.Dispose();
        _open.Dispose();
        _tested.Dispose();
    }
}

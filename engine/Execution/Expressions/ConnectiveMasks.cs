using ColFrag.Engine.Kernels;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>All or no rows, whatever they hold.</summary>
internal sealed class ConstantMask(bool passes) : MaskExpression
{
    public override void AndInto(Batch batch, RowMask mask)
    {
        if (!passes) mask.ClearAll(mask.Count);
    }
}

/// <summary>Rows that pass all conditions; each is tested on the rows that the ones before left.</summary>
internal sealed class AndMask(MaskExpression[] operands) : MaskExpression
{
    public override void AndInto(Batch batch, RowMask mask)
    {
        foreach (MaskExpression operand in operands)
        {
            operand.AndInto(batch, mask);
            if (mask.IsEmpty) return;
        }
    }
}

/// <summary>Rows that pass one of the conditions; each is tested on the rows that passed none before.</summary>
internal sealed unsafe class OrMask(MaskExpression[] operands) : MaskExpression
{
    private readonly RowMask _open = new();
    private readonly RowMask _tested = new();

    public override void AndInto(Batch batch, RowMask mask)
    {
        _open.CopyFrom(mask);
        foreach (MaskExpression operand in operands)
        {
            _tested.CopyFrom(_open);
            operand.AndInto(batch, _tested);
            Bitmap.AndNot(_open.Words, _tested.Words, mask.Count);
            if (_open.IsEmpty) return;
        }
        Bitmap.AndNot(mask.Words, _open.Words, mask.Count);
    }

    public override void Dispose()
    {
        _open.Dispose();
        _tested.Dispose();
    }
}

/// <summary>x IS NULL, or IS NOT NULL.</summary>
internal sealed class NullMask(ScalarEvaluator operand, bool wantsNull) : MaskExpression
{
    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector vector = operand.Evaluate(batch, mask);
        if (wantsNull) mask.AndNull(vector);
        else mask.AndValid(vector);
    }

}

/// <summary>Rows where a BOOLEAN has the wanted value.</summary>
internal sealed unsafe class BooleanMask(ScalarEvaluator operand, bool wanted, Memory.MemoryAccount account)
    : MaskExpression
{
    private readonly ColumnVector _flat = new(LogicalType.Boolean, account);

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector vector = operand.Evaluate(batch, mask);
        if (vector.Type.Kind == TypeKind.Null)
        {
            mask.ClearAll(mask.Count);
            return;
        }
        mask.AndValid(vector);
        if (vector.IsConstant)
        {
            if (vector.Data[0] != 0 != wanted) mask.ClearAll(mask.Count);
            return;
        }
        if (vector.Shape != VectorShape.Flat)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (wanted) Comparison.Mask<byte, IsNotEqual<byte>>(vector.Data, 0, mask.Count, mask.Words, and: true);
        else Comparison.Mask<byte, IsEqual<byte>>(vector.Data, 0, mask.Count, mask.Words, and: true);
    }

    public override void Dispose()
    {
        _flat.Dispose();
    }
}

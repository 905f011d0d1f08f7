using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// One value against constants: what scans test on encoded data, here on an evaluated vector. Negated, the rows pass
/// that have a value and fail the filter.
/// </summary>
internal sealed unsafe class FilterMask(ScalarEvaluator operand, ScanFilter filter, bool wanted, MemoryAccount account)
    : MaskExpression
{
    private readonly ColumnVector _flat = new(operand.Type, account);
    private readonly RowMask _passing = new();

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector vector = operand.Evaluate(batch, mask);
        if (vector.Shape == VectorShape.Narrow && vector.Lane == PhysicalType.UInt64)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (wanted)
        {
            filter.AndInto(vector, mask.Words);
            return;
        }
        mask.AndValid(vector);
        _passing.CopyFrom(mask);
        filter.AndInto(vector, _passing.Words);
        Bitmap.AndNot(mask.Words, _passing.Words, mask.Count);
    }

    public override void Dispose()
    {
        _flat.Dispose();
        _passing.Dispose();
    }
}

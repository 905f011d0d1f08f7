using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>-x over REAL and DOUBLE; integers are subtracted from zero.</summary>
internal sealed unsafe class NegateEvaluator(ScalarEvaluator operand, MemoryAccount account)
    : ScalarEvaluator(operand.Type)
{
    private readonly ColumnVector _result = new(operand.Type, account);
    private readonly ColumnVector _flat = new(operand.Type, account);

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        int count = batch.Count;
        ColumnVector vector = operand.Evaluate(batch, rows);
        if (vector.IsAllNull())
        {
            _result.SetAllNull(count);
            return _result;
        }
        if (vector.Shape == VectorShape.Dictionary)
        {
            vector.Flatten(_flat);
            vector = _flat;
        }
        if (vector.IsConstant) _result.ResetConstant(count);
        else _result.ResetFlat();
        _result.Count = count;
        int computed = vector.IsConstant ? 1 : count;
        if (Type.Physical == PhysicalType.Float32)
        {
            ElementWise.ApplyUnary<float, Negate<float>>((float*)vector.Data, computed, (float*)_result.Data);
        }
        else
        {
            ElementWise.ApplyUnary<double, Negate<double>>((double*)vector.Data, computed, (double*)_result.Data);
        }
        Validity.Same(vector, count, _result);
        return _result;
    }

    public override void Dispose()
    {
        _result.Dispose();
        _flat.Dispose();
    }
}

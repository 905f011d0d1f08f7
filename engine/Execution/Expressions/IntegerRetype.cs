using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// The same unscaled integers under another integer or decimal type. Narrow lanes stay as they are; a value that does
/// not fit is 22003.
/// </summary>
internal sealed unsafe class IntegerRetype : ScalarEvaluator
{
    private readonly ScalarEvaluator _operand;
    private readonly ColumnVector _result;
    private readonly ColumnVector _flat;
    private readonly RowMask _counted = new();
    private readonly int _position;
    private readonly Int128 _min;
    private readonly Int128 _max;
    private readonly bool _alwaysFits;

    public IntegerRetype(ScalarEvaluator operand, Cast cast, MemoryAccount account) : base(cast.Type)
    {
        _operand = operand;
        _position = cast.Position;
        _result = new ColumnVector(Type, account);
        _flat = new ColumnVector(operand.Type, account);
        (_min, _max) = IntegerRange.Of(Type);
        (Int128 least, Int128 most) = IntegerRange.Of(operand.Type);
        _alwaysFits = least >= _min && most <= _max;
    }

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        int count = batch.Count;
        ColumnVector vector = _operand.Evaluate(batch, rows);
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
        if (!_alwaysFits) CheckRange(vector, rows, count);
        if (vector.IsConstant)
        {
            _result.ResetConstant(count);
            VectorValues.StoreInteger(_result.Data, _result.Lane, 0, vector.GetInteger(0));
            return _result;
        }
        int size = Type.Physical.SizeBytes();
        if (vector.Shape == VectorShape.Narrow && vector.Lane.SizeBytes() < size)
        {
            _result.ResetBorrowed(
                VectorShape.Narrow, vector.Lane, vector.Data, vector.Validity, count, valueBase: vector.Base);
            return _result;
        }
        if (vector.Shape == VectorShape.Flat && vector.Lane == Type.Physical)
        {
            _result.ResetBorrowed(VectorShape.Flat, vector.Lane, vector.Data, vector.Validity, count);
            return _result;
        }
        _result.ResetFlat();
        _result.Count = count;
        IntegerLanes.Convert(vector.Data, vector.Lane, count, vector.Base, size, _result.Data);
        Validity.Same(vector, count, _result);
        return _result;
    }

    public override void Dispose()
    {
        _result.Dispose();
        _flat.Dispose();
        _counted.Dispose();
    }

    private void CheckRange(ColumnVector vector, RowMask? rows, int count)
    {
        IntegerOperand operand = IntegerOperand.Of(vector, count);
        if (count == 0 || (operand.Min >= _min && operand.Max <= _max)) return;
        _counted.SetAll(count);
        if (rows is not null) _counted.And(rows.Words);
        _counted.AndValid(vector);
        if (_counted.IsEmpty) return;
        operand.Narrow(_counted.Words, count);
        if (operand.Min < _min || operand.Max > _max) throw ArithmeticErrors.OutOfRange(Type, _position);
    }
}

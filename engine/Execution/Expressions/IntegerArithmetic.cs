using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// x + y, x - y and x * y over integers and decimals. The bounds of both sides prove how many bits the result needs,
/// and the computation runs in the narrowest lanes that have them, modulo their width; checks of single rows are left
/// for batches that could overflow the SQL type.
/// </summary>
internal sealed unsafe class IntegerArithmetic : ScalarEvaluator
{
    private readonly ArithmeticOperator _operator;
    private readonly ScalarEvaluator _left;
    private readonly ScalarEvaluator _right;
    private readonly int _position;
    private readonly ColumnVector _result;
    private readonly ColumnVector _flatLeft;
    private readonly ColumnVector _flatRight;
    private readonly NativeBuffer _scratch;
    private readonly RowMask _counted = new();
    private readonly Int128 _typeMin;
    private readonly Int128 _typeMax;

    public IntegerArithmetic(Arithmetic expression, ScalarEvaluator left, ScalarEvaluator right, MemoryAccount account)
        : base(expression.Type)
    {
        _operator = expression.Operator;
        _position = expression.Position;
        _left = left;
        _right = right;
        _result = new ColumnVector(Type, account);
        _flatLeft = new ColumnVector(left.Type, account);
        _flatRight = new ColumnVector(right.Type, account);
        _scratch = NativeBuffer.Allocate(2 * Batch.MaxRows * 16, account);
        (_typeMin, _typeMax) = IntegerRange.Of(Type);
    }

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        int count = batch.Count;
        ColumnVector left = Plain(_left.Evaluate(batch, rows), _flatLeft);
        ColumnVector right = Plain(_right.Evaluate(batch, rows), _flatRight);
        if (left.IsAllNull() || right.IsAllNull())
        {
            _result.SetAllNull(count);
            return _result;
        }
        if (left.IsConstant && right.IsConstant)
        {
            _result.ResetConstant(count);
            Int128 value = Checked(left.GetInteger(0), right.GetInteger(0));
            VectorValues.StoreInteger(_result.Data, _result.Lane, 0, value);
            return _result;
        }
        IntegerOperand x = IntegerOperand.Of(left, count);
        IntegerOperand y = IntegerOperand.Of(right, count);
        if (!TryInLanes(x, y, count))
        {
            _counted.SetAll(count);
            if (rows is not null) _counted.And(rows.Words);
            _counted.AndValid(left);
            _counted.AndValid(right);
            x.Narrow(_counted.Words, count);
            y.Narrow(_counted.Words, count);
            if (!TryInLanes(x, y, count)) RowByRow(left, right, count);
        }
        _result.Count = count;
        Validity.Both(left, right, count, _result);
        return _result;
    }

    public override void Dispose()
    {
        _result.Dispose();
        _flatLeft.Dispose();
        _flatRight.Dispose();
        _counted.Dispose();
        _scratch.Release();
    }

    /// <summary>Codes become values; all other shapes have lanes.</summary>
    private static ColumnVector Plain(ColumnVector vector, ColumnVector flat)
    {
        if (vector.Shape != VectorShape.Dictionary) return vector;
        vector.Flatten(flat);
        return flat;
    }

    private bool TryInLanes(in IntegerOperand x, in IntegerOperand y, int count)
    {
        if (!TryBound(x, y, out Int128 min, out Int128 max) || min < _typeMin || max > _typeMax) return false;
        // A base of 0 spares the last addition where the values allow it.
        int typeSize = Type.Physical.SizeBytes();
        int size = IntegerLanes.SizeFor(min >= 0 ? (UInt128)max : (UInt128)max - (UInt128)min);
        Int128 resultBase = min >= 0 ? 0 : min;
        // Lanes of 64 bits are cut to 32 in registers; what is cut off does not matter where the result has no more.
        int widest = Math.Max(x.SizeBytes, y.SizeBytes);
        size = Math.Max(size, widest == sizeof(long) ? sizeof(int) : widest);
        if (_operator == ArithmeticOperator.Multiply) size = Math.Max(size, 2);
        if (size > 8) return false;
        if (size >= typeSize)
        {
            size = typeSize;
            resultBase = 0;
            _result.ResetFlat();
        }
        else
        {
            _result.ResetNarrow(IntegerLanes.Unsigned(size), resultBase);
        }
        switch (size)
        {
            case 1: Run(x, y, count, resultBase, _result.Data); break;
            case 2: Run(x, y, count, resultBase, (ushort*)_result.Data); break;
            case 4: Run(x, y, count, resultBase, (uint*)_result.Data); break;
            default: Run(x, y, count, resultBase, (ulong*)_result.Data); break;
        }
        return true;
    }

    private bool TryBound(in IntegerOperand x, in IntegerOperand y, out Int128 min, out Int128 max)
    {
        min = max = 0;
        // 126 bits leave room for every sum and difference; products are bounded by their factors.
        const int Bits = 62;
        Int128 limit = (Int128)1 << (_operator == ArithmeticOperator.Multiply ? Bits : 2 * Bits);
        if (x.Min < -limit || x.Max > limit || y.Min < -limit || y.Max > limit) return false;
        switch (_operator)
        {
            case ArithmeticOperator.Add:
                (min, max) = (x.Min + y.Min, x.Max + y.Max);
                break;
            case ArithmeticOperator.Subtract:
                (min, max) = (x.Min - y.Max, x.Max - y.Min);
                break;
            default:
                Int128 a = x.Min * y.Min, b = x.Min * y.Max, c = x.Max * y.Min, d = x.Max * y.Max;
                min = Int128.Min(Int128.Min(a, b), Int128.Min(c, d));
                max = Int128.Max(Int128.Max(a, b), Int128.Max(c, d));
                break;
        }
        return true;
    }

    /// <summary>Computes modulo the width of T: <c>result[i] = x[i] op y[i] - resultBase</c>.</summary>
    private void Run<T>(in IntegerOperand x, in IntegerOperand y, int count, Int128 resultBase, T* result)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        byte* first = _scratch.Pointer;
        byte* second = _scratch.Pointer + (Batch.MaxRows * 16);
        int size = sizeof(T);
        switch (_operator)
        {
            case ArithmeticOperator.Add when x.IsConstant:
                IntegerLanes.Convert(y.Data, y.Lane, count, x.Base + y.Base - resultBase, size, (byte*)result);
                break;
            case ArithmeticOperator.Add when y.IsConstant:
                IntegerLanes.Convert(x.Data, x.Lane, count, x.Base + y.Base - resultBase, size, (byte*)result);
                break;
            case ArithmeticOperator.Add:
                ElementWise.Apply<T, Add<T>>(
                    (T*)x.Lanes(size, x.Base + y.Base - resultBase, count, first), (T*)y.Lanes(size, 0, count, second),
                    count, result);
                break;
            case ArithmeticOperator.Subtract when y.IsConstant:
                IntegerLanes.Convert(x.Data, x.Lane, count, x.Base - y.Base - resultBase, size, (byte*)result);
                break;
            case ArithmeticOperator.Subtract when x.IsConstant:
                ElementWise.Apply<T, Subtract<T>>(
                    T.CreateTruncating(x.Base - y.Base - resultBase), (T*)y.Lanes(size, 0, count, second), count,
                    result);
                break;
            case ArithmeticOperator.Subtract:
                ElementWise.Apply<T, Subtract<T>>(
                    (T*)x.Lanes(size, x.Base - y.Base - resultBase, count, first), (T*)y.Lanes(size, 0, count, second),
                    count, result);
                break;
            default:
                if (x.IsConstant)
                {
                    ElementWise.Apply<T, Multiply<T>>(
                        (T*)y.Lanes(size, y.Base, count, second), T.CreateTruncating(x.Base), count, result);
                }
                else if (y.IsConstant)
                {
                    ElementWise.Apply<T, Multiply<T>>(
                        (T*)x.Lanes(size, x.Base, count, first), T.CreateTruncating(y.Base), count, result);
                }
                else
                {
                    ElementWise.Apply<T, Multiply<T>>(
                        (T*)x.Lanes(size, x.Base, count, first), (T*)y.Lanes(size, y.Base, count, second), count,
                        result);
                }
                if (resultBase != 0)
                {
                    ElementWise.Apply<T, Subtract<T>>(result, T.CreateTruncating(resultBase), count, result);
                }
                break;
        }
    }

    private void RowByRow(ColumnVector left, ColumnVector right, int count)
    {
        _result.ResetFlat();
        int size = _result.Lane.SizeBytes();
        for (int i = 0; i < count; i++)
        {
            if (_counted[i])
            {
                VectorValues.StoreInteger(
                    _result.Data, _result.Lane, i, Checked(left.GetInteger(i), right.GetInteger(i)));
            }
            else
            {
                new Span<byte>(_result.Data + ((long)i * size), size).Clear();
            }
        }
    }

    private Int128 Checked(Int128 x, Int128 y)
    {
        try
        {
            Int128 value = _operator switch
            {
                ArithmeticOperator.Add => checked(x + y),
                ArithmeticOperator.Subtract => checked(x - y),
                _ => checked(x * y),
            };
            if (value >= _typeMin && value <= _typeMax) return value;
        }
        catch (OverflowException)
        {
            // Beyond 128 bits is out of range as well.
        }
        throw ArithmeticErrors.OutOfRange(Type, _position);
    }
}

using System.Numerics;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// Arithmetic of REAL and DOUBLE. As in PostgreSQL a division by zero is 22012, and a result that is infinite without
/// an infinite operand is 22003; NaN goes through.
/// </summary>
internal sealed unsafe class FloatArithmetic<T> : ScalarEvaluator
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ArithmeticOperator _operator;
    private readonly ScalarEvaluator _left;
    private readonly ScalarEvaluator _right;
    private readonly int _position;
    private readonly ColumnVector _result;
    private readonly ColumnVector _flatLeft;
    private readonly ColumnVector _flatRight;
    private readonly RowMask _counted = new();

    public FloatArithmetic(Arithmetic expression, ScalarEvaluator left, ScalarEvaluator right, MemoryAccount account)
        : base(expression.Type)
    {
        _operator = expression.Operator;
        _position = expression.Position;
        _left = left;
        _right = right;
        _result = new ColumnVector(Type, account);
        _flatLeft = new ColumnVector(Type, account);
        _flatRight = new ColumnVector(Type, account);
    }

    public override ColumnVector Evaluate(Batch batch, RowMask? rows)
    {
        int count = batch.Count;
        ColumnVector left = _left.Evaluate(batch, rows);
        ColumnVector right = _right.Evaluate(batch, rows);
        if (left.IsAllNull() || right.IsAllNull())
        {
            _result.SetAllNull(count);
            return _result;
        }
        bool isConstant = left.IsConstant && right.IsConstant;
        if (isConstant) _result.ResetConstant(count);
        else _result.ResetFlat();
        _result.Count = count;
        left = Plain(left, _flatLeft);
        right = Plain(right, _flatRight);
        T* x = left.As<T>();
        T* y = right.As<T>();
        T* result = _result.As<T>();
        int computed = isConstant ? 1 : count;
        Run(x, left.IsConstant, y, right.IsConstant, computed, result);
        if (HasSuspects(y, right.IsConstant, computed, result)) Check(left, right, rows, batch.Count);
        if (!isConstant) Validity.Both(left, right, count, _result);
        return _result;
    }

    public override void Dispose()
    {
        _result.Dispose();
        _flatLeft.Dispose();
        _flatRight.Dispose();
        _counted.Dispose();
    }

    private static ColumnVector Plain(ColumnVector vector, ColumnVector flat)
    {
        if (vector.Shape != VectorShape.Dictionary) return vector;
        vector.Flatten(flat);
        return flat;
    }

    private void Run(T* x, bool isConstantX, T* y, bool isConstantY, int count, T* result)
    {
        switch (_operator)
        {
            case ArithmeticOperator.Add: Run<Add<T>>(x, isConstantX, y, isConstantY, count, result); break;
            case ArithmeticOperator.Subtract: Run<Subtract<T>>(x, isConstantX, y, isConstantY, count, result); break;
            case ArithmeticOperator.Multiply: Run<Multiply<T>>(x, isConstantX, y, isConstantY, count, result); break;
            case ArithmeticOperator.Divide: Run<Divide<T>>(x, isConstantX, y, isConstantY, count, result); break;
            default:
                for (int i = 0; i < count; i++) result[i] = x[isConstantX ? 0 : i] % y[isConstantY ? 0 : i];
                break;
        }
    }

    private static void Run<TFunction>(T* x, bool isConstantX, T* y, bool isConstantY, int count, T* result)
        where TFunction : struct, IElementWise<T>
    {
        if (isConstantX && isConstantY) result[0] = TFunction.Apply(x[0], y[0]);
        else if (isConstantX) ElementWise.Apply<T, TFunction>(x[0], y, count, result);
        else if (isConstantY) ElementWise.Apply<T, TFunction>(x, y[0], count, result);
        else ElementWise.Apply<T, TFunction>(x, y, count, result);
    }

    /// <summary>
    /// True when a row needs a closer look: an infinite result, or a zero divisor (which may give NaN).
    /// </summary>
    private bool HasSuspects(T* y, bool isConstantY, int count, T* result)
    {
        bool divides = _operator is ArithmeticOperator.Divide or ArithmeticOperator.Modulo;
        if (NonFinite.Any(result, count)) return true;
        return divides && new ReadOnlySpan<T>(y, isConstantY ? 1 : count).Contains(T.Zero);
    }

    private void Check(ColumnVector left, ColumnVector right, RowMask? rows, int count)
    {
        _counted.SetAll(count);
        if (rows is not null) _counted.And(rows.Words);
        _counted.AndValid(left);
        _counted.AndValid(right);
        for (int i = 0; i < count; i++)
        {
            if (!_counted[i]) continue;
            T x = left.As<T>()[left.IsConstant ? 0 : i];
            T y = right.As<T>()[right.IsConstant ? 0 : i];
            T result = _result.As<T>()[_result.IsConstant ? 0 : i];
            if (_operator is ArithmeticOperator.Divide or ArithmeticOperator.Modulo && y == T.Zero && !T.IsNaN(x))
            {
                throw ArithmeticErrors.DivisionByZero(_position);
            }
            if (T.IsInfinity(result) && !T.IsInfinity(x) && !T.IsInfinity(y))
                throw ArithmeticErrors.OutOfRange(Type, _position);
        }
    }
}

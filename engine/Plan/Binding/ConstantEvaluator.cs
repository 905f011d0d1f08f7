using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Values of expressions without columns, by the same functions that run over rows, on vectors of one row. For what must
/// be known while planning: literals in another type, arguments of table functions, counts of LIMIT.
/// </summary>
internal static class ConstantEvaluator
{
    /// <summary>The value, or null where it is not known before execution.</summary>
    /// <exception cref="Errors.QueryException">Computing it fails: a text that is no number, a division by zero.</exception>
    public static Value? TryEvaluate(Expression expression, SessionInfo session)
    {
        switch (expression)
        {
            case Constant constant:
                return constant.Value;
            case Cast cast:
                if (TryEvaluate(cast.Operand, session) is not { } operand) return null;
                if (operand.Type.Equals(cast.Type)) return operand;
                return CastFunctions.Find(operand.Type, cast.Type, cast.IsTry) is { } function
                    ? Apply(function, [operand], session)
                    : null;
            case Call { Function: { IsVolatile: false, IsStable: false } } call:
                Value[] arguments = new Value[call.Arguments.Count];
                for (int i = 0; i < arguments.Length; i++)
                {
                    if (TryEvaluate(call.Arguments[i], session) is not { } argument) return null;
                    arguments[i] = argument;
                }
                return Apply(call.Function, arguments, session);
            case Negate negate:
                return TryEvaluate(negate.Operand, session) is { } number ? NegateValue(number) : null;
            case Arithmetic arithmetic:
                return EvaluateIntegers(arithmetic, session);
            default:
                return null;
        }
    }

    /// <summary>The expression as a constant where its value is known, else itself.</summary>
    public static Expression Fold(Expression expression, SessionInfo session)
    {
        if (expression is Constant || expression.Type.IsNested) return expression;
        try
        {
            return TryEvaluate(expression, session) is { } value
                ? new Constant(value) { Position = expression.Position }
                : expression;
        }
        catch (Errors.QueryException error)
        {
            throw error.At(expression.Position);
        }
    }

    /// <summary>A function's value for one row.</summary>
    public static Value Apply(ScalarFunction function, IReadOnlyList<Value> arguments, SessionInfo session)
    {
        using Arena arena = new(MemoryAccount.Untracked, 256);
        using FunctionContext context = new(session, MemoryAccount.Untracked);
        ColumnVector[] vectors = new ColumnVector[arguments.Count];
        using ColumnVector result = new(function.ResultType);
        try
        {
            for (int i = 0; i < vectors.Length; i++)
            {
                vectors[i] = new ColumnVector(arguments[i].Type);
                vectors[i].SetConstant(arguments[i], 1, arena);
            }
            function.Evaluate(vectors, 1, result, context);
            return result.GetValue(0);
        }
        finally
        {
            foreach (ColumnVector? vector in vectors) vector?.Dispose();
        }
    }

    private static Value? NegateValue(Value value)
    {
        if (value.IsNull) return value;
        if (value.Type.IsFloat) return Value.Float(value.Type, -value.AsDouble);
        return value.Type.IsNumeric ? Value.Integer(value.Type, -value.AsInteger) : null;
    }

    // Only what LIMIT 10 * 2 and the like need; other arithmetic is folded by the optimizer with the executor's rules.
    private static Value? EvaluateIntegers(Arithmetic arithmetic, SessionInfo session)
    {
        if (arithmetic.Type.Kind is not (TypeKind.Integer or TypeKind.BigInt)) return null;
        if (TryEvaluate(arithmetic.Left, session) is not { } left || TryEvaluate(arithmetic.Right, session) is not { } right) return null;
        if (left.IsNull || right.IsNull) return Value.Null(arithmetic.Type);
        Int128 result = arithmetic.Operator switch
        {
            ArithmeticOperator.Add => left.AsInteger + right.AsInteger,
            ArithmeticOperator.Subtract => left.AsInteger - right.AsInteger,
            ArithmeticOperator.Multiply => left.AsInteger * right.AsInteger,
            _ => Int128.MaxValue,
        };
        bool fits = arithmetic.Type.Kind == TypeKind.Integer
            ? result >= int.MinValue && result <= int.MaxValue
            : result >= long.MinValue && result <= long.MaxValue;
        return fits ? Value.Integer(arithmetic.Type, result) : null;
    }
}

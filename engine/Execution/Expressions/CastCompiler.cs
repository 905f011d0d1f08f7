using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// Finds the fastest way from one type to another: exact numbers keep their lanes, all else is a function.
/// </summary>
internal static class CastCompiler
{
    /// <summary>An evaluator of a cast; parts of it are given to <paramref name="own"/> to be freed.</summary>
    public static ScalarEvaluator Compile(
        Cast cast, ScalarEvaluator operand, ExpressionScope scope, Func<ScalarEvaluator, ScalarEvaluator> own)
    {
        LogicalType from = operand.Type;
        LogicalType to = cast.Type;
        if (from.Equals(to)) return operand;
        if (IsExact(from) && IsExact(to) && !cast.IsTry && to.Scale >= from.Scale)
        {
            int rise = to.Scale - from.Scale;
            if (rise == 0) return new IntegerRetype(operand, cast, scope.Account);
            // A rise of the scale is a product; the proof of its bounds is that of any other product.
            Constant factor =
                new(Value.Integer(LogicalType.Decimal(Math.Min(rise + 1, 38), 0), IntegerRange.PowerOfTen(rise)));
            Arithmetic product =
                new(ArithmeticOperator.Multiply, cast.Operand, factor, to) { Position = cast.Position };
            return new IntegerArithmetic(
                product, operand, own(new ConstantEvaluator(factor.Value, scope.Account)), scope.Account);
        }
        ScalarFunction function = CastFunctions.Find(from, to, cast.IsTry) ??
            throw new QueryException(SqlStates.CannotCoerce, $"Cannot cast {from} to {to}", cast.Position);
        return new CallEvaluator(function, [operand], cast.Position, scope.CreateContext(scope.Account));
    }

    private static bool IsExact(LogicalType type) => type.IsInteger || type.Kind == TypeKind.Decimal;
}

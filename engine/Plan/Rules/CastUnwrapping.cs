using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Compares a column in its own type: <c>CAST(quantity AS DOUBLE) &gt; 1.5</c> is <c>quantity &gt; 1</c>. So the column
/// keeps its narrow lane, and zone maps and scans can test the condition.
/// </summary>
internal static class CastUnwrapping
{
    /// <summary>The comparison without the cast, or null where it would not be the same.</summary>
    public static Expression? Unwrap(Comparison comparison, Cast cast, Constant constant, SessionInfo session)
    {
        LogicalType own = cast.Operand.Type;
        if (constant.Value.IsNull || !IsOrderPreserving(own, cast.Type)) return null;
        if (TryConvert(constant.Value, own, session) is not { } inOwn
            || TryConvert(inOwn, cast.Type, session) is not { } back) return null;
        int order = ValueComparison.Compare(back, constant.Value);
        Constant bound = new(inOwn) { Position = constant.Position };
        if (order == 0) return comparison with { Left = cast.Operand, Right = bound };
        // The nearest value of the own type lies below (order < 0) or above the constant.
        ComparisonOperator? op = (comparison.Operator, order < 0) switch
        {
            (ComparisonOperator.Less or ComparisonOperator.LessOrEqual, true) => ComparisonOperator.LessOrEqual,
            (ComparisonOperator.Less or ComparisonOperator.LessOrEqual, false) => ComparisonOperator.Less,
            (ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual, true) => ComparisonOperator.Greater,
            (ComparisonOperator.Greater or ComparisonOperator.GreaterOrEqual, false) =>
                ComparisonOperator.GreaterOrEqual,
            _ => null,
        };
        return op is null ? null : comparison with { Operator = op.Value, Left = cast.Operand, Right = bound };
    }

    // Different values of the own type stay different, and in order, in the other one.
    private static bool IsOrderPreserving(LogicalType from, LogicalType to)
    {
        if (from.IsNumeric && to.IsNumeric)
        {
            if (from.IsFloat || TypeCoercion.ImplicitCost(from, to) < 0)
                return from.Kind == TypeKind.Real && to.Kind == TypeKind.Double;
            // 53 bits hold what has up to 15 digits.
            int digits = TypeCoercion.DecimalOf(from).Precision;
            return to.Kind switch { TypeKind.Double => digits <= 15, TypeKind.Real => digits <= 6, _ => true };
        }
        return from.Kind == TypeKind.Date
            && to.Kind is TypeKind.Timestamp or TypeKind.TimestampSeconds or TypeKind.TimestampMilliseconds;
    }

    private static Value? TryConvert(Value value, LogicalType type, SessionInfo session)
    {
        if (value.Type.Equals(type)) return value;
        if (CastFunctions.Find(value.Type, type, isTry: true) is null) return null;
        Value converted =
            ExpressionEvaluator.EvaluateConstant(new Cast(new Constant(value), type, IsTry: true), session);
        return converted.IsNull ? null : converted;
    }
}

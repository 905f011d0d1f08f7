using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// What must be known while binding: literals in another type, arguments of table functions, counts of LIMIT.
/// </summary>
internal static class ConstantEvaluator
{
    /// <summary>The value, or null where it is not known before execution.</summary>
    /// <exception cref="QueryException">Computing it fails: a text that is no number, a division by zero.</exception>
    public static Value? TryEvaluate(Expression expression, SessionInfo session)
    {
        if (expression is Constant constant) return constant.Value;
        bool isKnown = expression.DescendantsAndSelf().All(
            e => e is not (ColumnUse or ColumnReference or Parameter or Call { Function.IsVolatile: true }));
        return isKnown ? ExpressionEvaluator.EvaluateConstant(expression, session) : null;
    }

    /// <summary>The expression as a constant where its value is known whenever it runs, else itself.</summary>
    public static Expression Fold(Expression expression, SessionInfo session)
    {
        if (expression is Constant || expression.Type.IsNested) return expression;
        if (expression.DescendantsAndSelf().Any(e => e is Call { Function.IsStable: true })) return expression;
        try
        {
            return TryEvaluate(expression, session) is { } value
                ? new Constant(value) { Position = expression.Position }
                : expression;
        }
        catch (QueryException error)
        {
            throw error.At(expression.Position);
        }
    }
}

using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Nested.Lambdas;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Plan;

/// <summary>
/// A lambda in a plan: an expression over its parameters and, behind them, what it captures; both are columns by
/// position. What it captures is an argument of the call, so that rules see every column that the lambda uses.
/// </summary>
internal sealed class PlanLambda(LogicalType[] parameterTypes, Expression expression)
    : LambdaBody(parameterTypes, expression.Type), IEquatable<PlanLambda>
{
    public Expression Expression => expression;

    public override bool IsVolatile =>
        expression.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true });

    public override ILambdaRun Start(SessionInfo session, MemoryAccount account) =>
        new Run(expression, new ExpressionEvaluator(session, account));

    /// <inheritdoc/>
    public bool Equals(PlanLambda? other) =>
        other is not null && ParameterTypes.SequenceEqual(other.ParameterTypes) &&
        expression.Equals(other.Expression);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as PlanLambda);

    /// <inheritdoc/>
    public override int GetHashCode() => expression.GetHashCode();

    /// <inheritdoc/>
    public override string ToString() => $"lambda: {expression}";

    private sealed class Run(Expression expression, ExpressionEvaluator evaluator) : ILambdaRun
    {
        public ColumnVector Evaluate(ColumnVector[] columns, int count)
        {
            ColumnVector result = evaluator.Evaluate(expression, columns, count);
            result.Count = count;
            return result;
        }

        public void Dispose() => evaluator.Dispose();
    }
}

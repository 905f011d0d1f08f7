using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Hypothetical-set aggregates as the counts that they stand for: <c>rank(x) WITHIN GROUP (ORDER BY k)</c> is the rank
/// that a row with x would have among the rows, <c>1 + count(*) FILTER (WHERE k comes before x)</c>.
/// </summary>
internal static class HypotheticalSet
{
    /// <summary>The expression that computes the call; null where the name is no such aggregate.</summary>
    public static SyntaxExpression? Rewrite(string name, CallSyntax call)
    {
        if (name is not ("rank" or "dense_rank" or "percent_rank" or "cume_dist")) return null;
        if (call.Arguments.Count != call.OrderBy.Count)
        {
            throw new QueryException(
                SqlStates.UndefinedFunction,
                $"{name} takes as many values as WITHIN GROUP orders by: {call.OrderBy.Count}", call.Position);
        }
        SyntaxExpression before = Before(call, orEqual: false);
        SyntaxExpression rank = Plus(Count(call, before), 1);
        return At(call, name switch
        {
            "rank" => rank,
            "dense_rank" => Plus(
                Count(call, before, new RowSyntax([.. call.OrderBy.Select(o => o.Expression)])), 1),
            "percent_rank" => new CallSyntax(
                "coalesce",
                new BinarySyntax(
                    "/", Double(Count(call, before)), new CallSyntax("nullif", Count(call, null), Number(0))),
                Double(Number(0))),
            _ => new BinarySyntax(
                "/", Double(Plus(Count(call, Before(call, orEqual: true)), 1)), Plus(Count(call, null), 1)),
        });
    }

    private static SyntaxExpression At(CallSyntax call, SyntaxExpression expression) =>
        expression with { Range = call.Range };

    private static BinarySyntax Plus(SyntaxExpression left, long right) => new("+", left, Number(right));

    private static IntegerLiteral Number(long value) => new(value);

    private static CastSyntax Double(SyntaxExpression value) =>
        new(value, new SimpleTypeName(new QualifiedName("float8"), default));

    /// <summary>count(*), or count(DISTINCT row), over the rows that condition and FILTER let in.</summary>
    private static CallSyntax Count(CallSyntax call, SyntaxExpression? condition, SyntaxExpression? distinct = null)
    {
        SyntaxExpression? filter = condition is null || call.Filter is null
            ? condition ?? call.Filter
            : new LogicalSyntax(LogicalOperator.And, [call.Filter, condition]);
        return new CallSyntax("count", distinct ?? new StarSyntax())
        {
            IsDistinct = distinct is not null, Filter = filter, Range = call.Range,
        };
    }

    /// <summary>True for rows that come before the row of the arguments: by the first key that differs.</summary>
    private static SyntaxExpression Before(CallSyntax call, bool orEqual)
    {
        SyntaxExpression? result = null;
        for (int i = call.OrderBy.Count - 1; i >= 0; i--)
        {
            OrderItem key = call.OrderBy[i];
            SyntaxExpression value = call.Arguments[i].Value;
            SyntaxExpression same = new DistinctFromSyntax(key.Expression, value, IsNegated: true);
            SyntaxExpression before = Before(key, value);
            SyntaxExpression? rest = result is not null
                ? new LogicalSyntax(LogicalOperator.And, [same, result])
                : orEqual ? same : null;
            result = rest is null ? before : new LogicalSyntax(LogicalOperator.Or, [before, rest]);
        }
        return result!;
    }

    private static LogicalSyntax Before(OrderItem key, SyntaxExpression value)
    {
        bool isDescending = key.Direction == SortDirection.Descending;
        bool nullsFirst = key.Nulls == NullOrder.First || (key.Nulls == NullOrder.Default && isDescending);
        SyntaxExpression lower = new BinarySyntax(isDescending ? ">" : "<", key.Expression, value);
        SyntaxExpression isNull = new IsSyntax(key.Expression, IsTest.Null, !nullsFirst);
        SyntaxExpression valueIsNull = new IsSyntax(value, IsTest.Null, nullsFirst);
        return new LogicalSyntax(
            LogicalOperator.Or, [lower, new LogicalSyntax(LogicalOperator.And, [isNull, valueIsNull])]);
    }
}

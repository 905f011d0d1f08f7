using ColFrag.Engine.Errors;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Hypothetical-set aggregates as the counts that they stand for: <c>rank(x) WITHIN GROUP (ORDER BY k)</c> is the rank
/// that a row with x would have among the rows, <c>1 + count(*) FILTER (WHERE k comes before x)</c>. Where x is of
/// columns it is the group's, which under ROLLUP is not that of its rows: then the rows that come before are picked
/// from a list of them, <c>1 + len(list_filter(list({k}), r -> r.k comes before x))</c>.
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
        SyntaxExpression Count(bool orEqual = false, bool isDistinct = false) => IsOfGroup(call)
            ? CountListed(call, orEqual, isDistinct)
            : HypotheticalSet.Count(
                call, Before(call.OrderBy, call, orEqual),
                isDistinct ? new RowSyntax([.. call.OrderBy.Select(o => o.Expression)]) : null);
        CallSyntax all = HypotheticalSet.Count(call, null);
        return At(call, name switch
        {
            "rank" => Plus(Count(), 1),
            "dense_rank" => Plus(Count(isDistinct: true), 1),
            "percent_rank" => new CallSyntax(
                "coalesce",
                new BinarySyntax("/", Double(Count()), new CallSyntax("nullif", all, Number(0))),
                Double(Number(0))),
            _ => new BinarySyntax("/", Double(Plus(Count(orEqual: true), 1)), Plus(all, 1)),
        });
    }

    private static bool IsOfGroup(CallSyntax call) =>
        call.Arguments.Any(a => a.Value.DescendantsAndSelf().Any(n => n is ColumnSyntax));

    private static CallSyntax CountListed(CallSyntax call, bool orEqual, bool isDistinct)
    {
        Identifier row = new("row of the group");
        Identifier[] names = [.. call.OrderBy.Select((_, i) => new Identifier($"k{i}"))];
        SyntaxExpression rows = new CallSyntax(
            "list", new StructSyntax([.. call.OrderBy.Select((o, i) => new StructFieldSyntax(names[i], o.Expression))]))
        {
            Filter = call.Filter, Range = call.Range,
        };
        IEnumerable<OrderItem> keys = call.OrderBy.Select((o, i) => o with
        {
            Expression = new FieldSyntax(new ColumnSyntax(new QualifiedName([row])), names[i]),
        });
        SyntaxExpression found = new CallSyntax(
            "list_filter", rows, new LambdaSyntax([row], Before([.. keys], call, orEqual)));
        if (isDistinct) found = new CallSyntax("list_distinct", found);
        return new CallSyntax("coalesce", new CallSyntax("len", found), Number(0));
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
    private static SyntaxExpression Before(SyntaxList<OrderItem> keys, CallSyntax call, bool orEqual)
    {
        SyntaxExpression? result = null;
        for (int i = keys.Count - 1; i >= 0; i--)
        {
            OrderItem key = keys[i];
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

using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>GROUP BY, and aggregates over the groups.</content>
internal sealed partial class LinqTranslator
{
    private QueryDraft GroupBy(MethodCallExpression call)
    {
        QueryDraft draft = Plain(Sequence(call.Arguments[0]));
        LambdaExpression[] lambdas = [.. call.Arguments.Skip(1).Select(Lambda)];
        draft.OrderBy.Clear();
        Shape row = draft.Shape;
        Shape key = Apply(lambdas[0], row);
        LambdaExpression? result = lambdas.Skip(1).FirstOrDefault(l => l.Parameters.Count == 2);
        LambdaExpression? element = lambdas.Skip(1).FirstOrDefault(l => l.Parameters.Count == 1);
        draft.GroupBy = [.. key.Leaves().Select(leaf => leaf.Sql)];
        GroupShape group = new(
            result?.Parameters[1].Type ?? ElementOf(call.Type)!, key, element is null ? row : Apply(element, row));
        draft.Shape = result is null ? group : Apply(result, key, group);
        return draft;
    }

    /// <summary>What an aggregate runs over: a group, perhaps narrowed and mapped.</summary>
    private sealed record GroupSequence(Shape Element)
    {
        public IReadOnlyList<SyntaxExpression> Filters { get; init; } = [];

        public IReadOnlyList<OrderItem> OrderBy { get; init; } = [];

        public bool IsDistinct { get; init; }

        /// <summary>A call of an aggregate over the elements.</summary>
        public CallSyntax Call(string function, params ReadOnlySpan<SyntaxExpression> arguments) =>
            new(function, arguments) { Filter = QueryDraft.Conjunction(Filters), IsDistinct = IsDistinct };
    }

    /// <summary>The expression as a sequence over a group of GROUP BY; null where it is none.</summary>
    private GroupSequence? AsGroup(Expression expression)
    {
        switch (expression)
        {
            case ParameterExpression or MemberExpression when !IsQuery(expression):
                return ShapeOf(expression) is GroupShape group ? new GroupSequence(group.Element) : null;
            case MethodCallExpression call when IsOperator(call) && AsGroup(call.Arguments[0]) is { } source:
                return Narrowed(source, call);
            default:
                return null;
        }
    }

    private static bool IsQuery(Expression expression) => typeof(ILinqQuery).IsAssignableFrom(expression.Type);

    private GroupSequence? Narrowed(GroupSequence source, MethodCallExpression call)
    {
        switch (call.Method.Name, call.Arguments.Count)
        {
            case (nameof(Queryable.AsQueryable), 1):
                return source;
            case (nameof(Queryable.Where), 2) when !source.IsDistinct:
                LambdaExpression predicate = Lambda(call.Arguments[1]);
                Bind(predicate, source.Element);
                return source with { Filters = [.. source.Filters, Condition(predicate.Body, mayBeNull: true)] };
            case (nameof(Queryable.Select), 2) when !source.IsDistinct:
                return source with { Element = Apply(Lambda(call.Arguments[1]), source.Element) };
            case (nameof(Queryable.Distinct), 1) when source.Element is ValueShape:
                return source with { IsDistinct = true, OrderBy = [] };
            case (nameof(Queryable.Order) or nameof(Queryable.OrderDescending), 1):
                return source with { OrderBy = [OrderItemOf(source.Element, call)] };
            case (nameof(Queryable.OrderBy) or nameof(Queryable.OrderByDescending), 2):
                return source with { OrderBy = [OrderItemOf(Apply(Lambda(call.Arguments[1]), source.Element), call)] };
            case (nameof(Queryable.ThenBy) or nameof(Queryable.ThenByDescending), 2):
                return source with
                {
                    OrderBy = [.. source.OrderBy, OrderItemOf(Apply(Lambda(call.Arguments[1]), source.Element), call)],
                };
            default:
                return null;
        }
    }

    /// <summary>An aggregate of a group; null where the operator is none.</summary>
    private Shape? GroupAggregate(GroupSequence group, MethodCallExpression call)
    {
        string name = call.Method.Name;
        LambdaExpression? lambda = call.Arguments.Count == 2 && name != nameof(Queryable.Contains)
            ? Lambda(call.Arguments[1])
            : null;
        switch (name)
        {
            case nameof(Queryable.Count) or nameof(Queryable.LongCount):
                if (lambda is not null) group = Filtered(group, lambda);
                return new ValueShape(call.Type, CountOf(group), false);
            case nameof(Queryable.Any):
                if (lambda is not null) group = Filtered(group, lambda);
                return new ValueShape(call.Type, new BinarySyntax(
                    ">", (group with { IsDistinct = false }).Call("count", new StarSyntax()), new IntegerLiteral(0)),
                    false);
            case nameof(Queryable.All):
                Bind(lambda!, group.Element);
                return new ValueShape(call.Type, new CallSyntax(
                    "coalesce", group.Call("bool_and", Condition(lambda!.Body, mayBeNull: false)),
                    new BooleanLiteral(true)), false);
            case nameof(Queryable.Contains):
                SyntaxExpression same = Equal(
                    group.Element, ShapeOf(call.Arguments[1]), mayBeNull: false, call);
                return new ValueShape(call.Type, new CallSyntax(
                    "coalesce", group.Call("bool_or", same), new BooleanLiteral(false)), false);
            case nameof(Queryable.Sum) or nameof(Queryable.Average) or nameof(Queryable.Min) or nameof(Queryable.Max):
                Shape value = lambda is null ? group.Element : Apply(lambda, group.Element);
                if (value is not ValueShape scalar) return null;
                // Minimum and maximum of distinct values are those of all.
                return Aggregate(name, call.Type, scalar, group.Call, mayBeEmpty: group.Filters.Count > 0);
            case nameof(Queryable.First) or nameof(Queryable.FirstOrDefault) when call.Arguments.Count == 1:
                if (group.OrderBy.Count == 0) throw Unsupported.Of(call, "a group has no order: OrderBy comes first");
                return group.Element.Map(leaf => leaf.With(
                    group.Call("first", leaf.Sql) with { OrderBy = SyntaxList.From(group.OrderBy) }, leaf.IsNullable));
            case nameof(Enumerable.ToArray) when group.Element is ValueShape item:
                return new ValueShape(call.Type, new CallSyntax(
                    "coalesce", group.Call("array_agg", item.Sql) with { OrderBy = SyntaxList.From(group.OrderBy) },
                    new ListSyntax(default)), false);
            default:
                return null;
        }
    }

    private GroupSequence Filtered(GroupSequence group, LambdaExpression predicate)
    {
        Bind(predicate, group.Element);
        return group with { Filters = [.. group.Filters, Condition(predicate.Body, mayBeNull: true)] };
    }

    private static SyntaxExpression CountOf(GroupSequence group)
    {
        if (!group.IsDistinct) return group.Call("count", new StarSyntax());
        ValueShape value = (ValueShape)group.Element;
        CallSyntax known = group.Call("count", value.Sql);
        if (!value.IsNullable) return known;
        // To C#, null is a value like others.
        CallSyntax hasNull = (group with { IsDistinct = false })
            .Call("bool_or", new IsSyntax(value.Sql, IsTest.Null, IsNegated: false));
        return new BinarySyntax("+", known, new CaseSyntax(
            null, [new CaseBranch(hasNull, new IntegerLiteral(1))], new IntegerLiteral(0)));
    }

    private delegate CallSyntax AggregateCall(string function, params ReadOnlySpan<SyntaxExpression> arguments);

    /// <summary>Sum, Average, Min or Max with the result that C# has.</summary>
    private ValueShape Aggregate(
        string name, Type type, ValueShape value, AggregateCall call, bool mayBeEmpty)
    {
        bool isDecimal = (Nullable.GetUnderlyingType(type) ?? type) == typeof(decimal);
        switch (name)
        {
            case nameof(Queryable.Sum):
                CallSyntax sum = new("coalesce", call("sum", value.Sql), new IntegerLiteral(0));
                return new ValueShape(type, isDecimal ? sum : CastTo(type, sum), false);
            case nameof(Queryable.Average):
                SyntaxExpression operand = isDecimal ? value.Sql : CastTo(typeof(double), value.Sql);
                SyntaxExpression average = call("avg", operand);
                return new ValueShape(
                    type, isDecimal ? average : CastTo(type, average), value.IsNullable || mayBeEmpty);
            default:
                string function = name == nameof(Queryable.Min) ? "min" : "max";
                return new ValueShape(type, call(function, value.Sql), value.IsNullable || mayBeEmpty);
        }
    }
}

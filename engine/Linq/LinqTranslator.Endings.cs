using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>Operators that end a sequence in one value, at the end of a query or inside a row.</content>
internal sealed partial class LinqTranslator
{
    /// <summary>The whole query where it ends in one value; null where it is a sequence.</summary>
    private TranslatedQuery? Ending(MethodCallExpression call)
    {
        if (RowKindOf(call.Method.Name) is { } kind)
        {
            QueryDraft draft = OneRow(call);
            return Finish(draft.ToQuery(keepOrder: true), draft.Shape, kind) with
            {
                HasCondition = call.Arguments.Count == 2 && !call.Method.Name.EndsWith("By", StringComparison.Ordinal),
            };
        }
        if (AggregateOf(call, isEnd: true) is not { } value) return null;
        // A value that is a query by itself needs none around it.
        Query query = value.Sql is SubquerySyntax only
            ? only.Query
            : new SelectQuery { Items = [new SelectItem(value.Sql)] };
        return Finish(query, value, FailsWithoutRows(call) ? ResultKind.First : ResultKind.Value);
    }

    /// <summary>An operator that ends a sequence inside a row; null for any other.</summary>
    private Shape? NestedEnding(MethodCallExpression call)
    {
        if (!IsOperator(call)) return null;
        if (AsGroup(call.Arguments[0]) is { } group) return GroupAggregate(group, call);
        if (RowKindOf(call.Method.Name) is not null)
        {
            QueryDraft draft = OneRow(call);
            if (draft.Shape is ValueShape only) return InRow(draft, only);
            RecordShape values = (RecordShape)draft.Shape.Map(leaf => InRow(draft, leaf));
            SelectQuery any = draft.ToQuery([new SelectItem(new BooleanLiteral(true))], keepOrder: false);
            return values.AsOptional(Presence(new ExistsSyntax(any)));
        }
        return AggregateOf(call, isEnd: false);
    }

    private static ValueShape InRow(QueryDraft draft, ValueShape leaf) => leaf.With(
        new SubquerySyntax(draft.ToQuery([new SelectItem(leaf.Sql)], keepOrder: true)), mayBeNull: true);

    private static ResultKind? RowKindOf(string name) => name switch
    {
        nameof(Queryable.First) or nameof(Queryable.Last) or nameof(Queryable.ElementAt) or nameof(Queryable.MinBy)
            or nameof(Queryable.MaxBy) => ResultKind.First,
        nameof(Queryable.FirstOrDefault) or nameof(Queryable.LastOrDefault) or nameof(Queryable.ElementAtOrDefault) =>
            ResultKind.FirstOrDefault,
        nameof(Queryable.Single) => ResultKind.Single,
        nameof(Queryable.SingleOrDefault) => ResultKind.SingleOrDefault,
        _ => null,
    };

    private QueryDraft OneRow(MethodCallExpression call)
    {
        string name = call.Method.Name;
        QueryDraft draft = Sequence(call.Arguments[0]);
        Expression? argument = call.Arguments.Count == 2 ? call.Arguments[1] : null;
        if (call.Arguments.Count > 2) throw Unsupported.Of(call);
        if (name.StartsWith("ElementAt", StringComparison.Ordinal))
        {
            if (argument!.Type != typeof(int)) throw Unsupported.Of(call);
            return Take(Skip(draft, Value(argument).Sql), new IntegerLiteral(1));
        }
        if (name is nameof(Queryable.MinBy) or nameof(Queryable.MaxBy))
        {
            if (draft.IsLimited || draft.IsDistinct) draft = Wrap(draft);
            draft.OrderBy.Clear();
            if (Apply(Lambda(argument!), draft.Shape) is not ValueShape key) throw Unsupported.Of(call);
            // C# leaves null out of both.
            draft.OrderBy.Add(new OrderItem(
                key.Sql, name == nameof(Queryable.MinBy) ? SortDirection.Ascending : SortDirection.Descending,
                NullOrder.Last));
            argument = null;
        }
        if (argument is not null)
        {
            if (argument.Type.IsAssignableTo(typeof(LambdaExpression))) draft = Where(draft, Lambda(argument));
            else throw Unsupported.Of(call, "a default of one's own");
        }
        if (name.StartsWith("Last", StringComparison.Ordinal)) draft = Reverse(draft, call);
        // A second row tells that Single is wrong.
        int count = name.StartsWith("Single", StringComparison.Ordinal) ? 2 : 1;
        return Take(draft, new IntegerLiteral(count));
    }

    private static bool FailsWithoutRows(MethodCallExpression call) =>
        call.Method.Name is nameof(Queryable.Min) or nameof(Queryable.Max) or nameof(Queryable.Average) &&
        !IsNullable(call.Type);

    private ValueShape? AggregateOf(MethodCallExpression call, bool isEnd)
    {
        string name = call.Method.Name;
        switch (name)
        {
            case nameof(Queryable.Count) or nameof(Queryable.LongCount) when call.Arguments.Count <= 2:
                QueryDraft counted = Plain(WithoutGroups(Filtered(call)));
                return OneValue(counted, new ValueShape(
                    call.Type, new CallSyntax("count", new StarSyntax()), false), isSure: true);
            case nameof(Queryable.Any) when call.Arguments.Count <= 2:
                return new ValueShape(call.Type, Exists(WithoutGroups(Filtered(call))), false);
            case nameof(Queryable.All) when call.Arguments.Count == 2:
                QueryDraft tested = Sequence(call.Arguments[0]);
                if (tested.IsLimited || tested.IsDistinct) tested = Wrap(tested);
                LambdaExpression predicate = Lambda(call.Arguments[1]);
                Bind(predicate, tested.Shape);
                SyntaxExpression fails = new NotSyntax(Condition(predicate.Body, mayBeNull: false));
                (tested.GroupBy is null ? tested.Where : tested.Having).Add(fails);
                return new ValueShape(call.Type, new NotSyntax(Exists(WithoutGroups(tested))), false);
            case nameof(Queryable.Contains) when call.Arguments.Count == 2:
                return Contains(call.Arguments[0], call.Arguments[1], call);
            case nameof(Queryable.Sum) or nameof(Queryable.Average) or nameof(Queryable.Min) or nameof(Queryable.Max)
                when call.Arguments.Count <= 2:
                QueryDraft draft = Sequence(call.Arguments[0]);
                if (call.Arguments.Count == 2) draft = Select(draft, Lambda(call.Arguments[1]));
                draft = Plain(draft);
                draft.OrderBy.Clear();
                if (draft.Shape is not ValueShape value) throw Unsupported.Of(call);
                ValueShape result = Aggregate(
                    name, call.Type, value, static (f, a) => new CallSyntax(f, a), mayBeEmpty: true);
                // No row at all becomes an error where C# has no other answer.
                if (isEnd && FailsWithoutRows(call))
                {
                    draft.Having.Add(new BinarySyntax(
                        ">", new CallSyntax("count", new StarSyntax()), new IntegerLiteral(0)));
                }
                return OneValue(draft, result, isSure: name == nameof(Queryable.Sum));
            case nameof(Enumerable.ToArray) when !isEnd:
                QueryDraft items = Sequence(call.Arguments[0]);
                if (items.Shape is not ValueShape) return null;
                return new ValueShape(call.Type, new ListSubquerySyntax(items.ToQuery(keepOrder: true)), false);
            default:
                return null;
        }
    }

    private QueryDraft Filtered(MethodCallExpression call) => call.Arguments.Count == 2
        ? Where(Sequence(call.Arguments[0]), Lambda(call.Arguments[1]))
        : Sequence(call.Arguments[0]);

    /// <summary>Groups that are only counted are their keys.</summary>
    private static QueryDraft WithoutGroups(QueryDraft draft)
    {
        if (draft.Shape is GroupShape group) draft.Shape = group.Key;
        draft.OrderBy.Clear();
        return draft;
    }

    private static ExistsSyntax Exists(QueryDraft draft) => new(
        draft.IsDistinct
            ? draft.ToQuery(keepOrder: false)
            : draft.ToQuery([new SelectItem(new IntegerLiteral(1))], keepOrder: false));

    private static ValueShape OneValue(QueryDraft draft, ValueShape value, bool isSure)
    {
        draft.OrderBy.Clear();
        return value.With(
            new SubquerySyntax(draft.ToQuery([new SelectItem(value.Sql)], keepOrder: false)), mayBeNull: !isSure);
    }
}

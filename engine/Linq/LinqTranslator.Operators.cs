using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>The operators that make a sequence of one.</content>
internal sealed partial class LinqTranslator
{
    private QueryDraft Operator(MethodCallExpression call)
    {
        IReadOnlyList<Expression> arguments = call.Arguments;
        switch (call.Method.Name, arguments.Count)
        {
            case (nameof(Queryable.AsQueryable) or nameof(Enumerable.AsEnumerable), 1):
                return Sequence(arguments[0]);
            case (nameof(Queryable.Cast) or nameof(Queryable.OfType), 1)
                when ElementOf(arguments[0].Type) == call.Method.GetGenericArguments()[0]:
                return Sequence(arguments[0]);
            case (nameof(Queryable.Where), 2):
                return Where(Sequence(arguments[0]), Lambda(arguments[1]));
            case (nameof(Queryable.Select), 2):
                return Select(Sequence(arguments[0]), Lambda(arguments[1]));
            case (nameof(Queryable.OrderBy) or nameof(Queryable.OrderByDescending), 2):
                return OrderBy(Sequence(arguments[0]), Lambda(arguments[1]), call, isFirst: true);
            case (nameof(Queryable.ThenBy) or nameof(Queryable.ThenByDescending), 2):
                return OrderBy(Sequence(arguments[0]), Lambda(arguments[1]), call, isFirst: false);
            case (nameof(Queryable.Order) or nameof(Queryable.OrderDescending), 1):
                return OrderBy(Sequence(arguments[0]), null, call, isFirst: true);
            case (nameof(Queryable.Reverse), 1):
                return Reverse(Sequence(arguments[0]), call);
            case (nameof(Queryable.Take), 2) when arguments[1].Type == typeof(int):
                return Take(Sequence(arguments[0]), Value(arguments[1]).Sql);
            case (nameof(Queryable.Skip), 2):
                return Skip(Sequence(arguments[0]), Value(arguments[1]).Sql);
            case (nameof(Queryable.Distinct), 1):
                return Distinct(Sequence(arguments[0]));
            case (nameof(Queryable.Concat), 2):
                return SetOperation(call, SetOperator.Union, isAll: true);
            case (nameof(Queryable.Union), 2):
                return SetOperation(call, SetOperator.Union, isAll: false);
            case (nameof(Queryable.Intersect), 2):
                return SetOperation(call, SetOperator.Intersect, isAll: false);
            case (nameof(Queryable.Except), 2):
                return SetOperation(call, SetOperator.Except, isAll: false);
            case (nameof(Queryable.GroupBy), >= 2):
                return GroupBy(call);
            case (nameof(Queryable.Join), 5):
                return Join(call, JoinKind.Inner);
            case (nameof(Queryable.LeftJoin), 5):
                return Join(call, JoinKind.Left);
            case (nameof(Queryable.RightJoin), 5):
                return Join(call, JoinKind.Right);
            case (nameof(Queryable.GroupJoin), 5):
                return GroupJoin(call);
            case (nameof(Queryable.SelectMany), 2 or 3):
                return SelectMany(call);
            default:
                throw Unsupported.Of(call, $"{call.Method.Name} with these arguments has no counterpart");
        }
    }

    private QueryDraft Where(QueryDraft draft, LambdaExpression predicate)
    {
        if (draft.IsLimited || draft.IsDistinct) draft = Wrap(draft);
        Bind(predicate, draft.Shape);
        SyntaxExpression condition = Condition(predicate.Body, mayBeNull: true);
        // What is asked of groups, or of what was computed from them, is asked after grouping.
        (draft.GroupBy is null ? draft.Where : draft.Having).Add(condition);
        return draft;
    }

    private QueryDraft Select(QueryDraft draft, LambdaExpression selector)
    {
        // The rows that are distinct are those before the selection.
        if (draft.IsDistinct) draft = Wrap(draft);
        draft.Shape = Apply(selector, draft.Shape);
        return draft;
    }

    private QueryDraft OrderBy(QueryDraft draft, LambdaExpression? key, MethodCallExpression call, bool isFirst)
    {
        if (isFirst)
        {
            if (draft.IsLimited || draft.IsDistinct) draft = Wrap(draft);
            draft.OrderBy.Clear();
        }
        Shape value = key is null ? draft.Shape : Apply(key, draft.Shape);
        draft.OrderBy.Add(OrderItemOf(value, call));
        return draft;
    }

    /// <summary>C# has null before everything else, in either direction.</summary>
    private static OrderItem OrderItemOf(Shape key, MethodCallExpression call)
    {
        if (key is not ValueShape value) throw Unsupported.Of(call, "rows are ordered by single values");
        bool isDescending = call.Method.Name.EndsWith("Descending", StringComparison.Ordinal);
        NullOrder nulls = !value.IsNullable ? NullOrder.Default : isDescending ? NullOrder.Last : NullOrder.First;
        return new OrderItem(
            value.Sql, isDescending ? SortDirection.Descending : SortDirection.Ascending, nulls);
    }

    private QueryDraft Reverse(QueryDraft draft, MethodCallExpression call)
    {
        if (draft.IsLimited) draft = Wrap(draft);
        if (draft.OrderBy.Count == 0) throw Unsupported.Of(call, "rows without an order have no other end");
        for (int i = 0; i < draft.OrderBy.Count; i++)
        {
            OrderItem item = draft.OrderBy[i];
            bool wasDescending = item.Direction == SortDirection.Descending;
            draft.OrderBy[i] = item with
            {
                Direction = wasDescending ? SortDirection.Ascending : SortDirection.Descending,
                Nulls = item.Nulls == NullOrder.Default ? NullOrder.Default
                    : wasDescending ? NullOrder.First : NullOrder.Last,
            };
        }
        return draft;
    }

    private QueryDraft Take(QueryDraft draft, SyntaxExpression count)
    {
        if (draft.Count is not null) draft = Wrap(draft);
        draft.Count = NotNegative(count);
        return draft;
    }

    private QueryDraft Skip(QueryDraft draft, SyntaxExpression count)
    {
        if (draft.IsLimited) draft = Wrap(draft);
        draft.Offset = NotNegative(count);
        return draft;
    }

    /// <summary>C# takes a negative number for none.</summary>
    private static CallSyntax NotNegative(SyntaxExpression count) => new("greatest", count, new IntegerLiteral(0));

    private QueryDraft Distinct(QueryDraft draft)
    {
        if (draft.IsLimited) draft = Wrap(draft);
        draft.OrderBy.Clear();
        draft.IsDistinct = true;
        return draft;
    }

    private QueryDraft SetOperation(MethodCallExpression call, SetOperator operation, bool isAll)
    {
        QueryDraft left = Sequence(call.Arguments[0]);
        QueryDraft right = Sequence(call.Arguments[1]);
        IReadOnlyList<ValueShape> others = right.Shape.Leaves();
        if (left.Shape.Leaves().Count != others.Count) throw Unsupported.Of(call, "the two have different members");
        string alias = NewAlias();
        int column = 0;
        Shape shape = left.Shape.Map(leaf =>
        {
            ValueShape other = others[column];
            return leaf.With(Column(alias, $"c{column++}"), leaf.IsNullable || other.IsNullable);
        });
        SetOperationQuery query = new(
            operation, isAll, IsByName: false, left.ToQuery(left.IsLimited), right.ToQuery(right.IsLimited));
        return new QueryDraft(new SubqueryReference(query) { Alias = AliasOf(alias) }, shape);
    }
}

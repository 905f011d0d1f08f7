using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>Operators that bring two sequences together.</content>
internal sealed partial class LinqTranslator
{
    private const string PresenceColumn = "?present";

    private QueryDraft Join(MethodCallExpression call, JoinKind kind)
    {
        LambdaExpression[] lambdas = [.. call.Arguments.Skip(2).Select(Lambda)];
        // A right join is a left join seen from the other side.
        bool isSwapped = kind == JoinKind.Right;
        QueryDraft left = Plain(Sequence(call.Arguments[isSwapped ? 1 : 0]));
        QueryDraft right = Plain(Sequence(call.Arguments[isSwapped ? 0 : 1]));
        Shape leftKey = Apply(lambdas[isSwapped ? 1 : 0], left.Shape);
        right.Where.Add(SameKeys(leftKey, Apply(lambdas[isSwapped ? 0 : 1], right.Shape), call));
        QueryDraft joined = Attach(left, right, isOptional: kind != JoinKind.Inner, out Shape other);
        joined.Shape = isSwapped ? Apply(lambdas[2], other, left.Shape) : Apply(lambdas[2], left.Shape, other);
        return joined;
    }

    private QueryDraft GroupJoin(MethodCallExpression call)
    {
        LambdaExpression[] lambdas = [.. call.Arguments.Skip(2).Select(Lambda)];
        QueryDraft left = Plain(Sequence(call.Arguments[0]));
        Shape keys = Apply(lambdas[0], left.Shape);
        SequenceShape matches = new(lambdas[2].Parameters[1].Type, keys, wanted =>
        {
            QueryDraft right = Plain(Sequence(call.Arguments[1]));
            right.Where.Add(SameKeys(wanted, Apply(lambdas[1], right.Shape), call));
            return right;
        });
        left.Shape = Apply(lambdas[2], left.Shape, matches);
        return left;
    }

    private QueryDraft SelectMany(MethodCallExpression call)
    {
        QueryDraft left = Plain(Sequence(call.Arguments[0]));
        LambdaExpression collection = Lambda(call.Arguments[1]);
        Bind(collection, left.Shape);
        Expression body = collection.Body;
        while (body is UnaryExpression { NodeType: ExpressionType.Convert } convert) body = convert.Operand;
        bool isOptional = body is MethodCallExpression
        {
            Method.Name: nameof(Queryable.DefaultIfEmpty), Arguments.Count: 1,
        };
        if (isOptional) body = ((MethodCallExpression)body).Arguments[0];
        QueryDraft joined = Attach(left, Sequence(body), isOptional, out Shape other);
        joined.Shape = call.Arguments.Count == 3 ? Apply(Lambda(call.Arguments[2]), left.Shape, other) : other;
        return joined;
    }

    /// <summary>
    /// Joins a query, whose conditions may name rows of the left one, to it. Optional means that a left row without a
    /// match stays.
    /// </summary>
    private QueryDraft Attach(QueryDraft left, QueryDraft right, bool isOptional, out Shape other)
    {
        HashSet<string> outside = AliasesIn(left.From);
        if (!right.IsPlain || Mentions(right.From, outside)) right = Wrap(right);
        if (isOptional && right.Shape is RecordShape record) right = WithPresence(right, record);
        else if (isOptional) right.Shape = right.Shape.Map(OrDefault);
        other = right.Shape;
        bool isLateral = Mentions(right.From, outside);
        SyntaxExpression? condition = QueryDraft.Conjunction(right.Where);
        TableReference from = isLateral && right.From is SubqueryReference subquery
            ? subquery with { IsLateral = true }
            : right.From;
        JoinKind kind = isOptional ? JoinKind.Left : condition is null ? JoinKind.Cross : JoinKind.Inner;
        left.From = new JoinReference(kind, left.From, from)
        {
            On = kind == JoinKind.Cross ? null : condition ?? new BooleanLiteral(true),
        };
        return left;
    }

    /// <summary>
    /// Makes it known whether there is a row: by a column that is never NULL, else by one that is added.
    /// </summary>
    private QueryDraft WithPresence(QueryDraft draft, RecordShape record)
    {
        if (record.Leaves().FirstOrDefault(l => !l.IsNullable) is { } sure)
        {
            draft.Shape = record.AsOptional(Presence(new IsSyntax(sure.Sql, IsTest.Null, IsNegated: true)));
            return draft;
        }
        SelectItem mark = new(new BooleanLiteral(true), new Identifier(PresenceColumn));
        if (draft.From is NamedTableReference { Alias: { } alias } table)
        {
            // The table's columns keep their names, so conditions on them stay right.
            SelectQuery marked = new()
            {
                Items = [new SelectItem(new StarSyntax()), mark], From = [table with { Alias = null }],
            };
            draft.From = new SubqueryReference(marked) { Alias = alias };
            draft.Shape = record.AsOptional(Presence(Column(alias.Name.Name, PresenceColumn)));
            return draft;
        }
        QueryDraft outer = Wrap(draft);
        SubqueryReference wrapped = (SubqueryReference)outer.From;
        SelectQuery inner = (SelectQuery)wrapped.Query;
        outer.From = wrapped with { Query = inner with { Items = [.. inner.Items.AsSpan(), mark] } };
        outer.Shape = ((RecordShape)outer.Shape).AsOptional(
            Presence(Column(wrapped.Alias!.Name.Name, PresenceColumn)));
        return outer;
    }

    private static ValueShape Presence(SyntaxExpression sql) => new(typeof(bool?), sql, isNullable: true);

    /// <summary>What DefaultIfEmpty gives for a value.</summary>
    private ValueShape OrDefault(ValueShape leaf) => IsNullable(leaf.Type)
        ? leaf.With(leaf.Sql, mayBeNull: true)
        : leaf.With(
            new CallSyntax("coalesce", leaf.Sql, Parameter(Activator.CreateInstance(leaf.Type), leaf.Type)), false);

    /// <summary>Keys are the same where all their values are; a key that is NULL has no match.</summary>
    private SyntaxExpression SameKeys(Shape left, Shape right, Expression origin) =>
        left is ValueShape a && right is ValueShape b
            ? new BinarySyntax("=", a.Sql, b.Sql)
            : Equal(left, right, mayBeNull: true, origin);

    private static HashSet<string> AliasesIn(TableReference from)
    {
        HashSet<string> found = [];
        Stack<TableReference> pending = new([from]);
        while (pending.TryPop(out TableReference? next))
        {
            if (next is JoinReference join)
            {
                pending.Push(join.Left);
                pending.Push(join.Right);
            }
            else if (next.Alias is { } alias) found.Add(alias.Name.Name);
        }
        return found;
    }

    private static bool Mentions(SyntaxNode node, HashSet<string> aliases) => node.DescendantsAndSelf()
        .Any(n => n is ColumnSyntax { Name.Parts: [{ } first, _] } && aliases.Contains(first.Name));
}

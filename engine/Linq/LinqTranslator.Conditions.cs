using System.Collections;
using System.Linq.Expressions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Linq;

/// <content>
/// Conditions. C# has two truth values where SQL has three: a comparison with null is false in C#, and null equals
/// null. So an equality of what may be NULL is IS NOT DISTINCT FROM, and any other condition that may be NULL becomes
/// false, except where SQL treats NULL as false anyway.
/// </content>
internal sealed partial class LinqTranslator
{
    private static bool IsCondition(BinaryExpression binary) => binary.NodeType is ExpressionType.AndAlso
        or ExpressionType.OrElse or ExpressionType.Equal or ExpressionType.NotEqual or ExpressionType.LessThan
        or ExpressionType.LessThanOrEqual or ExpressionType.GreaterThan or ExpressionType.GreaterThanOrEqual ||
        (PlainOf(binary.Type) == typeof(bool) &&
         binary.NodeType is ExpressionType.And or ExpressionType.Or or ExpressionType.ExclusiveOr);

    /// <summary>A condition; mayBeNull says that NULL and false are the same to who asks.</summary>
    private SyntaxExpression Condition(Expression expression, bool mayBeNull)
    {
        switch (expression)
        {
            case ConstantExpression { Value: bool truth }:
                return new BooleanLiteral(truth);
            case UnaryExpression { NodeType: ExpressionType.Not } not when PlainOf(not.Type) == typeof(bool):
                return new NotSyntax(Condition(not.Operand, mayBeNull: false));
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both
                when PlainOf(both.Type) == typeof(bool):
                return Logical(LogicalOperator.And, both, mayBeNull);
            case BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either
                when PlainOf(either.Type) == typeof(bool):
                return Logical(LogicalOperator.Or, either, mayBeNull);
            case BinaryExpression { NodeType: ExpressionType.Equal } equal:
                return Equality(equal, mayBeNull);
            case BinaryExpression { NodeType: ExpressionType.NotEqual } different:
                return new NotSyntax(Equality(different, mayBeNull: false));
            case BinaryExpression { NodeType: ExpressionType.ExclusiveOr } xor when PlainOf(xor.Type) == typeof(bool):
                return new BinarySyntax(
                    "<>", Condition(xor.Left, mayBeNull: false), Condition(xor.Right, mayBeNull: false));
            case BinaryExpression binary when IsCondition(binary):
                return Comparison(binary, mayBeNull);
            case MethodCallExpression call when IsMembership(call, out Expression? sequence, out Expression? item):
                ValueShape found = Contains(sequence, item, call);
                return found.IsNullable && !mayBeNull ? OrFalse(found.Sql) : found.Sql;
            default:
                ValueShape value = Value(expression);
                return value.IsNullable && !mayBeNull ? OrFalse(value.Sql) : value.Sql;
        }
    }

    private static CallSyntax OrFalse(SyntaxExpression condition) =>
        new("coalesce", condition, new BooleanLiteral(false));

    private LogicalSyntax Logical(LogicalOperator logical, BinaryExpression binary, bool mayBeNull)
    {
        SyntaxExpression left = Condition(binary.Left, mayBeNull);
        SyntaxExpression right = Condition(binary.Right, mayBeNull);
        // A chain of one operator is one node.
        IEnumerable<SyntaxExpression> first =
            left is LogicalSyntax chain && chain.Operator == logical ? chain.Operands : [left];
        return new LogicalSyntax(logical, SyntaxList.From(first.Append(right)));
    }

    private SyntaxExpression Comparison(BinaryExpression binary, bool mayBeNull)
    {
        // a.CompareTo(b) < 0 is a < b.
        if (binary.Right is ConstantExpression { Value: 0 } && binary.Left is MethodCallExpression call &&
            ComparedBy(call) is var (first, second))
        {
            binary = (BinaryExpression)Expression.MakeBinary(
                binary.NodeType, Expression.Constant(0), Expression.Constant(0));
            return Compared(SymbolOf(binary), Value(first), Value(second), mayBeNull);
        }
        return Compared(
            SymbolOf(binary), Value(WithoutWidening(binary.Left)), Value(WithoutWidening(binary.Right)), mayBeNull);
    }

    private static SyntaxExpression Compared(string symbol, ValueShape left, ValueShape right, bool mayBeNull)
    {
        BinarySyntax comparison = new(symbol, left.Sql, right.Sql);
        return (left.IsNullable || right.IsNullable) && !mayBeNull ? OrFalse(comparison) : comparison;
    }

    private static string SymbolOf(BinaryExpression binary) => binary.NodeType switch
    {
        ExpressionType.LessThan => "<",
        ExpressionType.LessThanOrEqual => "<=",
        ExpressionType.GreaterThan => ">",
        ExpressionType.GreaterThanOrEqual => ">=",
        _ => throw Unsupported.Of(binary),
    };

    /// <summary>The two sides of a call that compares; null for other calls.</summary>
    private static (Expression Left, Expression Right)? ComparedBy(MethodCallExpression call) => call switch
    {
        { Method.Name: nameof(IComparable.CompareTo), Object: { } left, Arguments: [{ } right] } =>
            (left, right is UnaryExpression { NodeType: ExpressionType.Convert } box ? box.Operand : right),
        { Method.Name: nameof(string.Compare) or nameof(string.CompareOrdinal), Object: null,
            Arguments: [{ } left, { } right] } => (left, right),
        _ => null,
    };

    /// <summary>The operand of a conversion that no comparison needs: SQL compares integers of all widths.</summary>
    private static Expression WithoutWidening(Expression expression)
    {
        while (expression is UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert &&
            PlainOf(convert.Operand.Type) is { } from && PlainOf(convert.Type) is { } to &&
            (from == to || from.IsEnum || (IsIntegral(from) && IsIntegral(to))))
        {
            expression = convert.Operand;
        }
        return expression;
    }

    private SyntaxExpression Equality(BinaryExpression binary, bool mayBeNull)
    {
        if (IsNullConstant(binary.Right)) return IsNull(ShapeOf(binary.Left));
        if (IsNullConstant(binary.Left)) return IsNull(ShapeOf(binary.Right));
        if (binary.Right is ConstantExpression { Value: 0 } && binary.Left is MethodCallExpression call &&
            ComparedBy(call) is var (first, second))
            return Equal(ShapeOf(first), ShapeOf(second), mayBeNull, binary);
        return Equal(SideOf(binary.Left), SideOf(binary.Right), mayBeNull, binary);
    }

    /// <summary>One side of an equality; a condition that is NULL is false there too.</summary>
    private Shape SideOf(Expression expression)
    {
        Shape shape = ShapeOf(WithoutWidening(expression));
        return expression.Type == typeof(bool) && shape is ValueShape { IsNullable: true } unsure
            ? new ValueShape(typeof(bool), OrFalse(unsure.Sql), isNullable: false)
            : shape;
    }

    private static bool IsNullConstant(Expression expression) => expression switch
    {
        ConstantExpression { Value: null } => true,
        UnaryExpression { NodeType: ExpressionType.Convert } convert => IsNullConstant(convert.Operand),
        _ => false,
    };

    private static SyntaxExpression IsNull(Shape shape) => shape switch
    {
        ValueShape value => new IsSyntax(value.Sql, IsTest.Null, IsNegated: false),
        RecordShape { Presence: { } presence } => new IsSyntax(presence.Sql, IsTest.True, IsNegated: true),
        RecordShape => new BooleanLiteral(false),
        _ => throw Unsupported.Sequence(),
    };

    private static SyntaxExpression Equal(Shape left, Shape right, bool mayBeNull, Expression origin)
    {
        if (left is ValueShape a && right is ValueShape b)
        {
            return (a.IsNullable && b.IsNullable) || ((a.IsNullable || b.IsNullable) && !mayBeNull)
                ? new DistinctFromSyntax(a.Sql, b.Sql, IsNegated: true)
                : new BinarySyntax("=", a.Sql, b.Sql);
        }
        if (left is RecordShape one && right is RecordShape other && one.Parts.Count == other.Parts.Count)
        {
            SyntaxExpression[] parts =
                [.. one.Parts.Zip(other.Parts, (x, y) => Equal(x.Value, y.Value, mayBeNull, origin))];
            return QueryDraft.Conjunction(parts) ?? new BooleanLiteral(true);
        }
        throw Unsupported.Of(origin, "the two sides have different members");
    }

    /// <summary>Whether a sequence of the program or of the database has a value.</summary>
    private ValueShape Contains(Expression sequence, Expression item, Expression origin)
    {
        ValueShape value = ShapeOf(WithoutWidening(item)) as ValueShape ?? throw Unsupported.Of(origin);
        if (sequence is not ConstantExpression { Value: IEnumerable and not ILinqQuery } local)
        {
            QueryDraft draft = Sequence(sequence);
            if (draft.Shape is not ValueShape found) throw Unsupported.Of(origin);
            draft.OrderBy.Clear();
            InQuerySyntax search = new(value.Sql, draft.ToQuery(keepOrder: true), IsNegated: false);
            return new ValueShape(
                typeof(bool), value.IsNullable || found.IsNullable ? OrFalse(search) : search, false);
        }
        List<SyntaxExpression> items = [];
        bool hasNull = false;
        foreach (object? element in (IEnumerable)local.Value!)
        {
            if (element is null) hasNull = true;
            else items.Add(Parameter(element, element.GetType()));
            if (items.Count > MaximumLocalRows) throw Unsupported.Of(item, "looked for among too many values");
        }
        List<SyntaxExpression> ways = [];
        if (items.Count > 0) ways.Add(new InSyntax(value.Sql, SyntaxList.From(items), IsNegated: false));
        if (hasNull) ways.Add(new IsSyntax(value.Sql, IsTest.Null, IsNegated: false));
        SyntaxExpression any = ways.Count switch
        {
            0 => new BooleanLiteral(false),
            1 => ways[0],
            _ => new LogicalSyntax(LogicalOperator.Or, SyntaxList.From(ways)),
        };
        return new ValueShape(typeof(bool), any, isNullable: value.IsNullable && items.Count > 0);
    }
}

using System.Linq.Expressions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Linq;

/// <content>Expressions over one row.</content>
internal sealed partial class LinqTranslator
{
    /// <summary>What an expression is in SQL.</summary>
    private Shape ShapeOf(Expression expression)
    {
        switch (expression)
        {
            case ParameterExpression parameter:
                return _bound.TryGetValue(parameter, out Shape? bound) ? bound : throw Unsupported.Of(expression);
            case ConstantExpression { Value: ILinqQuery }:
                throw Unsupported.Sequence();
            case ConstantExpression constant:
                return new ValueShape(
                    constant.Type, Parameter(constant.Value, constant.Type), constant.Value is null);
            case DefaultExpression { Type.IsValueType: true } absent when absent.Type != typeof(void):
                object? empty = Activator.CreateInstance(absent.Type);
                return new ValueShape(absent.Type, Parameter(empty, absent.Type), empty is null);
            case MemberExpression member:
                return MemberOf(member);
            case NewExpression made:
                return RecordOf(made, []);
            case MemberInitExpression made:
                return RecordOf(made.NewExpression, made.Bindings);
            case MethodCallExpression { Method.Name: nameof(ValueTuple.Create) } call
                when call.Method.DeclaringType == typeof(ValueTuple) || call.Method.DeclaringType == typeof(Tuple):
                return RecordOf(
                    Expression.New(call.Type.GetConstructor(call.Type.GetGenericArguments())!, call.Arguments), []);
            case MethodCallExpression call:
                return NestedEnding(call) ?? MethodOf(call) ?? throw Unsupported.Of(call);
            case ConditionalExpression conditional:
                return ConditionalOf(conditional);
            case UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } convert:
                return Converted(ShapeOf(convert.Operand), convert);
            case UnaryExpression unary:
                return UnaryOf(unary);
            case BinaryExpression { NodeType: ExpressionType.Coalesce, Conversion: null } binary:
                ValueShape left = Value(binary.Left);
                ValueShape right = Value(binary.Right);
                return new ValueShape(
                    binary.Type, new CallSyntax("coalesce", left.Sql, right.Sql), left.IsNullable && right.IsNullable);
            case BinaryExpression { NodeType: ExpressionType.ArrayIndex } item:
                return new ValueShape(item.Type, new SubscriptSyntax(Value(item.Left).Sql, new BinarySyntax(
                    "+", Value(item.Right).Sql, new IntegerLiteral(1))), isNullable: true);
            case BinaryExpression binary when IsCondition(binary):
                return new ValueShape(binary.Type, Condition(binary, mayBeNull: false), isNullable: false);
            case BinaryExpression binary:
                return Arithmetic(binary);
            case NewArrayExpression { NodeType: ExpressionType.NewArrayInit } items:
                return new ValueShape(items.Type, new ListSyntax(
                    SyntaxList.From(items.Expressions.Select(i => Value(i).Sql))), isNullable: false);
            default:
                throw Unsupported.Of(expression);
        }
    }

    private ValueShape Value(Expression expression) =>
        ShapeOf(expression) as ValueShape ?? throw Unsupported.Of(expression, "a single value is wanted here");

    private RecordShape RecordOf(NewExpression made, IReadOnlyList<MemberBinding> bindings)
    {
        List<RecordShape.Part> parts = [];
        for (int i = 0; i < made.Arguments.Count; i++)
        {
            string name = made.Members?[i].Name ?? made.Constructor!.GetParameters()[i].Name ?? "";
            // The names of a tuple's items are those of its fields.
            if (made.Type.FullName!.StartsWith("System.ValueTuple`", StringComparison.Ordinal)) name = $"Item{i + 1}";
            parts.Add(new RecordShape.Part(name, ShapeOf(made.Arguments[i]), IsArgument: true, null));
        }
        foreach (MemberBinding binding in bindings)
        {
            if (binding is not MemberAssignment assignment)
                throw Unsupported.Of(made, $"{binding.Member.Name} is not set to one value");
            parts.Add(new RecordShape.Part(
                binding.Member.Name, ShapeOf(assignment.Expression), IsArgument: false, binding.Member));
        }
        return new RecordShape(made.Type, made.Constructor, parts);
    }

    private ValueShape ConditionalOf(ConditionalExpression conditional)
    {
        SyntaxExpression test = Condition(conditional.Test, mayBeNull: true);
        ValueShape whenTrue = Value(conditional.IfTrue);
        ValueShape whenFalse = Value(conditional.IfFalse);
        return new ValueShape(
            conditional.Type, new CaseSyntax(null, [new CaseBranch(test, whenTrue.Sql)], whenFalse.Sql),
            whenTrue.IsNullable || whenFalse.IsNullable);
    }

    private ValueShape UnaryOf(UnaryExpression unary)
    {
        if (unary.NodeType == ExpressionType.Not && PlainOf(unary.Type) == typeof(bool))
            return new ValueShape(unary.Type, Condition(unary, mayBeNull: false), isNullable: false);
        ValueShape operand = Value(unary.Operand);
        return unary.NodeType switch
        {
            ExpressionType.Negate or ExpressionType.NegateChecked =>
                new ValueShape(unary.Type, new UnarySyntax("-", operand.Sql), operand.IsNullable),
            ExpressionType.UnaryPlus => operand,
            ExpressionType.Not or ExpressionType.OnesComplement =>
                new ValueShape(unary.Type, new UnarySyntax("~", operand.Sql), operand.IsNullable),
            ExpressionType.ArrayLength =>
                new ValueShape(unary.Type, PlainOf(unary.Operand.Type) == typeof(byte[])
                    ? new CallSyntax("octet_length", operand.Sql)
                    : new CallSyntax("cardinality", operand.Sql), operand.IsNullable),
            _ => throw Unsupported.Of(unary),
        };
    }

    private ValueShape Arithmetic(BinaryExpression binary)
    {
        if (binary.NodeType == ExpressionType.Add && binary.Type == typeof(string))
            return Concatenation([binary.Left, binary.Right], binary);
        string? symbol = binary.NodeType switch
        {
            ExpressionType.Add or ExpressionType.AddChecked => "+",
            ExpressionType.Subtract or ExpressionType.SubtractChecked => "-",
            ExpressionType.Multiply or ExpressionType.MultiplyChecked => "*",
            ExpressionType.Divide => "/",
            ExpressionType.Modulo => "%",
            ExpressionType.And => "&",
            ExpressionType.Or => "|",
            ExpressionType.ExclusiveOr => "#",
            ExpressionType.LeftShift => "<<",
            ExpressionType.RightShift => ">>",
            _ => null,
        };
        if (symbol is null) throw Unsupported.Of(binary);
        ValueShape left = Value(binary.Left);
        ValueShape right = Value(binary.Right);
        return new ValueShape(
            binary.Type, new BinarySyntax(symbol, left.Sql, right.Sql), left.IsNullable || right.IsNullable);
    }

    /// <summary>Texts one after another; null is an empty one.</summary>
    private ValueShape Concatenation(IReadOnlyList<Expression> operands, Expression origin)
    {
        List<SyntaxExpression> parts = [];
        foreach (Expression operand in operands)
        {
            ValueShape part = Value(operand);
            Type type = PlainOf(part.Type);
            bool hasOneText = type == typeof(string) || type == typeof(char) || type == typeof(Guid) ||
                IsIntegral(type);
            if (!hasOneText || type.IsEnum)
                throw Unsupported.Of(origin, $"the text of {type.Name} differs between C# and SQL");
            parts.Add(CastTo(typeof(string), part.Sql));
        }
        return new ValueShape(typeof(string), new CallSyntax("concat", parts.ToArray()), isNullable: false);
    }

    // ---- Types -----------------------------------------------------------------------------------------------------

    private static Type PlainOf(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static bool IsIntegral(Type type) => type == typeof(int) || type == typeof(long) ||
        type == typeof(short) || type == typeof(byte) || type == typeof(sbyte) || type == typeof(uint) ||
        type == typeof(ulong) || type == typeof(ushort) || type == typeof(Int128);

    private static bool IsFraction(Type type) =>
        type == typeof(double) || type == typeof(float) || type == typeof(decimal);

    private static SyntaxExpression CastTo(Type type, SyntaxExpression value) =>
        new CastSyntax(value, TypeNameOf(SqlTypeOf(type)!));

    private static Shape Converted(Shape shape, UnaryExpression convert)
    {
        if (shape is not ValueShape value) return shape;
        Type from = PlainOf(value.Type);
        Type to = PlainOf(convert.Type);
        if (from == to) return value.As(convert.Type);
        if (to.IsAssignableFrom(from)) return value;
        if (from.IsEnum && (IsIntegral(to) || to.IsEnum)) return value.As(convert.Type);
        if (to.IsEnum && IsIntegral(from)) return value.As(convert.Type);
        SyntaxExpression? sql = (from, to) switch
        {
            _ when from == typeof(char) && IsIntegral(to) => new CallSyntax("ascii", value.Sql),
            _ when IsIntegral(from) && to == typeof(char) => new CallSyntax("chr", value.Sql),
            // C# cuts the fraction off, a cast of SQL rounds.
            _ when IsFraction(from) && IsIntegral(to) => CastTo(to, new CallSyntax("trunc", value.Sql)),
            _ when IsIntegral(from) && to == typeof(decimal) =>
                new CastSyntax(value.Sql, TypeNameOf(LogicalType.Decimal(from == typeof(Int128) ? 38 : 19, 0))),
            _ when (IsIntegral(from) || IsFraction(from)) && (IsIntegral(to) || IsFraction(to)) =>
                CastTo(to, value.Sql),
            _ => null,
        };
        return sql is null
            ? throw Unsupported.Of(convert, $"{from.Name} does not become {to.Name}")
            : new ValueShape(convert.Type, sql, value.IsNullable);
    }
}

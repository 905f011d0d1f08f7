using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>Changes of type that the binder puts in: explicit casts, and those that a place demands.</summary>
internal static class Coercion
{
    /// <summary>
    /// The expression in another type, by an implicit cast; literals and parameters become that type.
    /// </summary>
    /// <exception cref="QueryException">42804: nothing turns the one type into the other.</exception>
    public static Expression To(this BindingContext context, Expression expression, LogicalType type)
    {
        if (context.IsUnknown(expression))
        {
            switch (expression)
            {
                case Parameter parameter:
                    return context.DecideParameter(parameter, type);
                case Constant { Value.IsNull: true }:
                    return new Constant(Value.Null(type)) { Position = expression.Position };
            }
        }
        if (expression.Type.Equals(type)) return expression;
        if (context.Rewrite(expression, type, context.To) is { } written) return written;
        bool areNested = type.IsNested && expression.Type.IsNested;
        if (!areNested && CastFunctions.Find(expression.Type, type, false) is null)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"Argument must be of type {type}, not of type {expression.Type}",
                expression.Position);
        }
        return ConstantEvaluator.Fold(new Cast(expression, type) { Position = expression.Position }, context.Session);
    }

    /// <summary>CAST, TRY_CAST, ::</summary>
    /// <exception cref="QueryException">42846: there is no such cast.</exception>
    public static Expression Explicit(
        this BindingContext context, Expression expression, LogicalType type, bool isTry, int position)
    {
        if (context.IsUnknown(expression) && expression is Parameter or Constant { Value.IsNull: true })
        {
            return context.To(expression, type);
        }
        // A literal that was cast to VARCHAR is decided: a copy carries no mark.
        if (expression.Type.Equals(type)) return context.IsUnknown(expression) ? expression with { } : expression;
        if (CastFunctions.Find(expression.Type, type, isTry) is null)
        {
            throw new QueryException(SqlStates.CannotCoerce, $"Cannot cast type {expression.Type} to {type}", position);
        }
        return ConstantEvaluator.Fold(
            new Cast(expression, type, isTry) { Position = expression.Position }, context.Session);
    }

    /// <summary>A value on its way into a column: what INSERT and UPDATE cast by themselves.</summary>
    /// <exception cref="QueryException">42804: it needs an explicit cast.</exception>
    public static Expression Assign(this BindingContext context, Expression expression, LogicalType type, string column)
    {
        if (context.IsUnknown(expression)) return context.To(expression, type);
        if (expression.Type.Equals(type)) return expression;
        if (context.Rewrite(expression, type, (part, t) => context.Assign(part, t, column)) is { } written)
            return written;
        if (!CastFunctions.IsAssignable(expression.Type, type))
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch,
                $"Column \"{column}\" is of type {type} but expression is of type {expression.Type}",
                expression.Position,
                "Write a cast around the expression.");
        }
        return ConstantEvaluator.Fold(new Cast(expression, type) { Position = expression.Position }, context.Session);
    }

    /// <summary>A value on its way into a column of a table, within the column's limit.</summary>
    public static Expression AssignTo(this BindingContext context, Expression expression, PlanTableColumn column)
    {
        Expression value = context.Assign(expression, column.Type, column.Name);
        if (column.MaxLength == 0) return value;
        return context.Limited(value, new TextLimit(column.MaxLength, column.IsBlankPadded), isCast: false);
    }

    /// <summary>A text, or a string of bits, within a limit: what a cast cuts off, an assignment refuses.</summary>
    public static Expression Limited(this BindingContext context, Expression text, TextLimit limit, bool isCast)
    {
        bool isBits = text.Type.Kind == TypeKind.Bit;
        string name = (isCast, limit.IsBlankPadded) switch
        {
            (true, false) when isBits => "cut_varbit",
            (true, true) when isBits => "cut_bit",
            (false, false) when isBits => "fit_varbit",
            (false, true) when isBits => "fit_bit",
            (true, false) => "left",
            (true, true) => "cut_char",
            (false, false) => "fit_varchar",
            (false, true) => "fit_char",
        };
        if (text is Constant { Value.IsNull: true }) return text;
        ScalarFunction function = FunctionRegistry.BuiltIn.Scalars(name)[0].Bind([text.Type, LogicalType.BigInt]);
        Call call = new(function, [text, new Constant(Value.BigInt(limit.Length))]) { Position = text.Position };
        return ConstantEvaluator.Fold(call, context.Session);
    }

    /// <summary>A condition: BOOLEAN, or a literal that becomes one.</summary>
    /// <exception cref="QueryException">42804: it is of another type.</exception>
    public static Expression Condition(this BindingContext context, Expression expression, string clause)
    {
        if (expression.Type.Kind == TypeKind.Boolean || context.IsUnknown(expression))
        {
            return context.To(expression, LogicalType.Boolean);
        }
        throw new QueryException(
            SqlStates.DatatypeMismatch, $"Argument of {clause} must be type BOOLEAN, not type {expression.Type}",
            expression.Position);
    }

    /// <summary>The type that all expressions meet in.</summary>
    /// <exception cref="QueryException">42804: they do not meet.</exception>
    public static LogicalType CommonType(
        this BindingContext context, IReadOnlyList<Expression> expressions, string place)
    {
        ArgumentType[] types = [.. expressions.Select(e =>
            context.PartsOf(e) is null ? context.TypeOf(e) : new ArgumentType(context.LooseTypeOf(e)))];
        if (TypeCoercion.CommonType(types) is { } common) return WrittenValues.Decided(common);
        LogicalType first = types.First(t => !t.IsUnknown).Type;
        int other = Array.FindIndex(types, t => !t.IsUnknown && TypeCoercion.CommonType(first, t.Type) is null);
        throw new QueryException(
            SqlStates.DatatypeMismatch, $"{place} types {first} and {types[Math.Max(other, 0)].Type} cannot be matched",
            expressions[Math.Max(other, 0)].Position);
    }

    /// <summary>
    /// The constant in the type of what it is compared with, where it is exactly representable there, so that a column
    /// keeps its narrow form: <c>quantity &lt; 24</c> compares DECIMAL(15,2) with 24.00. Null where it is not.
    /// </summary>
    public static Constant? FitConstant(Constant constant, LogicalType type)
    {
        Value value = constant.Value;
        LogicalType from = value.Type;
        if (value.IsNull || from.IsFloat || !from.IsNumeric || !type.IsNumeric || type.IsFloat) return null;
        Int128 number = value.AsInteger;
        for (int scale = from.Scale; scale > type.Scale; scale--)
        {
            if (number % 10 != 0) return null;
            number /= 10;
        }
        for (int scale = from.Scale; scale < type.Scale; scale++)
        {
            if (Int128.Abs(number) > Int128.MaxValue / 10) return null;
            number *= 10;
        }
        (Int128 min, Int128 max) = RangeOf(type);
        return number >= min && number <= max
            ? new Constant(Value.Integer(type, number)) { Position = constant.Position }
            : null;
    }

    private static (Int128 Min, Int128 Max) RangeOf(LogicalType type) => type.Kind switch
    {
        TypeKind.TinyInt => (sbyte.MinValue, sbyte.MaxValue),
        TypeKind.SmallInt => (short.MinValue, short.MaxValue),
        TypeKind.Integer => (int.MinValue, int.MaxValue),
        TypeKind.BigInt => (long.MinValue, long.MaxValue),
        TypeKind.UTinyInt => (0, byte.MaxValue),
        TypeKind.USmallInt => (0, ushort.MaxValue),
        TypeKind.UInteger => (0, uint.MaxValue),
        TypeKind.UBigInt => (0, ulong.MaxValue),
        TypeKind.Decimal => (1 - Power(type.Precision), Power(type.Precision) - 1),
        _ => (Int128.MinValue, Int128.MaxValue),
    };

    private static Int128 Power(int exponent)
    {
        Int128 power = 1;
        for (int i = 0; i < exponent; i++) power *= 10;
        return power;
    }
}

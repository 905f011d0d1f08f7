using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Nested;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Lists and structs that are written out with undecided literals in them. As a literal alone does, those take the type
/// that their place wants: in <c>[{'x': 1}, {'x': NULL}]</c> the NULL is an integer.
/// </summary>
internal static class WrittenValues
{
    /// <summary>The type with NULL for what is undecided.</summary>
    public static LogicalType LooseTypeOf(this BindingContext context, Expression expression)
    {
        if (context.IsUnknown(expression)) return LogicalType.Null;
        if (context.PartsOf(expression) is not { } parts) return expression.Type;
        if (expression.Type.Kind == TypeKind.Struct)
        {
            return LogicalType.Struct([.. expression.Type.Fields.Select(
                (field, i) => new Field(field.Name, context.LooseTypeOf(parts[i]), field.IsNullable))]);
        }
        LogicalType element = LogicalType.Null;
        foreach (Expression part in parts)
        {
            if (TypeCoercion.CommonType(element, context.LooseTypeOf(part)) is not { } common) return expression.Type;
            element = common;
        }
        return LogicalType.List(element);
    }

    /// <summary>The type with VARCHAR for what nobody decided.</summary>
    public static LogicalType Decided(LogicalType type) => type.Kind switch
    {
        TypeKind.Null => LogicalType.Varchar,
        TypeKind.List => LogicalType.List(Decided(type.Element!)),
        TypeKind.Array => LogicalType.Array(Decided(type.Element!), type.Length),
        TypeKind.Struct => LogicalType.Struct(
            [.. type.Fields.Select(f => new Field(f.Name, Decided(f.Type), f.IsNullable))]),
        TypeKind.Map => LogicalType.Map(Decided(type.Element!.Fields[0].Type), Decided(type.Element.Fields[1].Type)),
        _ => type,
    };

    /// <summary>
    /// The value written anew with parts of the types that another type wants; null where it is none of these values,
    /// or of another shape.
    /// </summary>
    /// <param name="context">What the statement shares.</param>
    /// <param name="expression">The value.</param>
    /// <param name="type">The wanted type.</param>
    /// <param name="convert">Turns a part into a type.</param>
    public static Expression? Rewrite(
        this BindingContext context, Expression expression, LogicalType type,
        Func<Expression, LogicalType, Expression> convert)
    {
        if (context.PartsOf(expression) is not { } parts) return null;
        LogicalType written = expression.Type;
        if (written.Kind == TypeKind.Struct)
        {
            if (type.Kind != TypeKind.Struct || type.Fields.Length != parts.Count || !HasNames(expression, type))
                return null;
            Expression[] fields = [.. parts.Select((part, i) => convert(part, type.Fields[i].Type))];
            StructPack pack = StructPack.For([.. type.Fields.Select(f => f.Name)], [.. fields.Select(f => f.Type)]);
            return new Call(pack, fields.ToPlanList()) { Position = expression.Position };
        }
        if (written.Kind != TypeKind.List || type.Kind != TypeKind.List) return null;
        Expression[] items = [.. parts.Select(part => convert(part, type.Element!))];
        ScalarFunction list = FunctionRegistry.BuiltIn.BindScalar(
            "list_value", [.. items.Select(i => new ArgumentType(i.Type))]);
        return Call.Create(list, items.ToPlanList()) with { Position = expression.Position };
    }

    // ROW has no names of its own; others are matched by name, which a cast does.
    private static bool HasNames(Expression expression, LogicalType type)
    {
        if (expression is Call { Function.Info.Name: "row" }) return true;
        for (int i = 0; i < type.Fields.Length; i++)
        {
            if (!type.Fields[i].Name.Equals(expression.Type.Fields[i].Name, StringComparison.OrdinalIgnoreCase))
                return false;
        }
        return true;
    }
}

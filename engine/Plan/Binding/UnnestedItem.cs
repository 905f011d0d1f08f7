using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// unnest(x) as an item of a select list: rows of a list, columns of a struct, and with <c>recursive := true</c> or
/// <c>max_depth := n</c> of what is inside too.
/// </summary>
internal sealed class UnnestedItem(BindingContext context, ExpressionBinder binder, UnnestCollector lists)
{
    private const int Deepest = 64;

    /// <summary>The columns that the item stands for.</summary>
    public IEnumerable<OutputItem> Bind(Syntax.SelectItem item, Syntax.CallSyntax call)
    {
        int depth = 1;
        foreach (Syntax.ArgumentSyntax option in call.Arguments.Skip(1)) depth = Math.Max(depth, DepthOf(option));
        List<(string? Name, Expression Expression)> columns = [];
        Expression source = binder.BindUnnestSource(call.Arguments[0].Value);
        Expand(null, source, depth, columns, call.Arguments[0].Position);
        return columns.Select(column => new OutputItem(
            column.Name ?? item.Alias?.Spelling ?? "unnest", column.Expression, item.Expression,
            columns.Count == 1 ? item.Alias : null));
    }

    private int DepthOf(Syntax.ArgumentSyntax option)
    {
        string name = option.Name?.Name.ToLowerInvariant() ?? "";
        Value? value = name is "recursive" or "max_depth"
            ? ConstantEvaluator.TryEvaluate(binder.Bind(option.Value), context.Session)
            : throw new QueryException(
                SqlStates.UndefinedFunction, "unnest takes one list in a select list", option.Position,
                "Options are recursive and max_depth.");
        if (name == "recursive" && value is { IsNull: false, Type.Kind: TypeKind.Boolean })
            return value.AsBoolean ? Deepest : 1;
        if (name == "max_depth" && value is { IsNull: false, Type.IsInteger: true } && value.AsInteger > 0)
            return (int)Int128.Min(value.AsInteger, Deepest);
        throw new QueryException(SqlStates.InvalidParameterValue, $"Wrong value for {name} of unnest", option.Position);
    }

    private void Expand(
        string? name, Expression value, int depth, List<(string? Name, Expression Expression)> columns, int position)
    {
        if (value.Type.Kind == TypeKind.Array) value = context.To(value, LogicalType.List(value.Type.Element!));
        if (value.Type.Kind == TypeKind.Null && columns.Count == 0)
            value = context.To(value, LogicalType.List(LogicalType.Integer));
        bool isList = value.Type.Kind is TypeKind.List or TypeKind.Map;
        if (depth == 0 || !(isList || value.Type.Kind == TypeKind.Struct))
        {
            if (name is null && value is not ColumnUse { Column.Name: "unnest" })
            {
                throw new QueryException(
                    SqlStates.UndefinedFunction, $"unnest takes lists and structs, not type {value.Type}", position);
            }
            columns.Add((name, value));
            return;
        }
        if (isList)
        {
            Expand(name, lists.Add(value, context.Columns), depth - 1, columns, position);
            return;
        }
        // Lists inside of structs stay, as in DuckDB.
        foreach (Field field in value.Type.Fields)
        {
            int inside = field.Type.Kind == TypeKind.Struct ? depth - 1 : 0;
            Expand(field.Name, binder.FieldOf(value, field.Name), inside, columns, position);
        }
    }
}

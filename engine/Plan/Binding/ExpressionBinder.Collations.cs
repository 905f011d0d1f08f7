using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Collations that are not the order of bytes: NOCASE and NOACCENT, which a comparison or an order sees texts through
/// that have them, by <c>COLLATE</c> or by their column. What a query shows stays as it was.
/// </summary>
internal sealed partial class ExpressionBinder
{
    /// <summary>The collation of a name: its parts in small letters, empty for the order of bytes.</summary>
    /// <exception cref="QueryException">42704: there is none.</exception>
    public static string CollationOf(Syntax.QualifiedName name)
    {
        List<string> parts = [];
        foreach (Syntax.Identifier part in name.Parts)
        {
            string own = part.Name.ToLowerInvariant();
            if (own is "c" or "posix" or "default" or "ucs_basic" or "binary" or "pg_catalog" or "pg_c_utf8") continue;
            if (own is not ("nocase" or "noaccent"))
            {
                throw new QueryException(
                    SqlStates.UndefinedObject, $"Collation does not exist: \"{part.Name}\"", name.Position,
                    "Text orders by its UTF-8 bytes, as with COLLATE \"C\"; NOCASE, NOACCENT and NOCASE.NOACCENT are " +
                    "there too.");
            }
            parts.Add(own);
        }
        return string.Join('.', parts);
    }

    private Expression BindCollate(Syntax.CollateSyntax syntax)
    {
        Expression operand = Bind(syntax.Operand);
        if (operand.Type.Kind != TypeKind.Varchar)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"Collations are for text, not for type {operand.Type}", syntax.Position);
        }
        return context.MarkCollated(operand, CollationOf(syntax.Collation));
    }

    /// <summary>Both as the collation that one of them has sees them.</summary>
    private (Expression Left, Expression Right) Collated(Expression left, Expression right, int position)
    {
        string collation = context.CollationOf(left) is { Length: > 0 } own ? own : context.CollationOf(right);
        return collation.Length == 0 || left.Type.Kind != TypeKind.Varchar || right.Type.Kind != TypeKind.Varchar
            ? (left, right)
            : (KeyOf(left, collation, context, position), KeyOf(right, collation, context, position));
    }

    /// <summary>
    /// All as the first collation among them sees them; null where none has one, or not all are texts.
    /// </summary>
    private Expression[]? Collated(IReadOnlyList<Expression> values, int position)
    {
        string collation = CollationAmong(values);
        return collation.Length == 0 || values.Any(v => v.Type.Kind != TypeKind.Varchar)
            ? null
            : [.. values.Select(v => KeyOf(v, collation, context, position))];
    }

    // Functions that look for one text in another see both through the collation of either.
    private Expression[] CollatedArguments(string function, Expression[] arguments, int position) =>
        function is "contains" or "starts_with" or "ends_with" or "prefix" or "suffix" or "strpos"
            ? Collated(arguments, position) ?? arguments
            : arguments;

    /// <summary>The text that a function makes has the collation of those that it is made of.</summary>
    private Expression WithCollationOf(IReadOnlyList<Expression> arguments, Expression result) =>
        result.Type.Kind == TypeKind.Varchar && CollationAmong(arguments) is { Length: > 0 } collation
            ? context.MarkCollated(result, collation)
            : result;

    private string CollationAmong(IEnumerable<Expression> values) =>
        values.Select(context.CollationOf).FirstOrDefault(c => c.Length > 0) ?? "";

    // What stands for a text in comparisons.
    private static Expression KeyOf(Expression text, string collation, BindingContext context, int position)
    {
        foreach (string part in collation.Split('.'))
        {
            // Tables of earlier versions may have other names, which meant nothing.
            if (part is not ("nocase" or "noaccent")) continue;
            string name = part == "nocase" ? "lower" : "strip_accents";
            ScalarFunction function = FunctionRegistry.BuiltIn.Scalars(name)[0].Bind([LogicalType.Varchar]);
            text = ConstantEvaluator.Fold(
                new Call(function, [context.To(text, LogicalType.Varchar)]) { Position = position }, context.Session);
        }
        return text;
    }
}

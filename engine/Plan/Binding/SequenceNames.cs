using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using Syntax = ColFrag.Engine.Sql;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// Sequences in defaults. A default keeps the number of its sequence, <c>nextval('#0123456789abcdef')</c>, so that it
/// goes on working when the sequence is renamed, and so that one can see that the sequence is in use.
/// </summary>
internal static class SequenceNames
{
    private const string Function = "nextval";

    /// <summary>A default's value for a sequence, as SQL.</summary>
    public static string DefaultOf(long sequence) => $"{Function}('#{CatalogKeys.Hex(sequence)}')";

    /// <summary>True when the default uses the sequence.</summary>
    public static bool Uses(string? defaultSql, long sequence) =>
        defaultSql?.Contains($"'#{CatalogKeys.Hex(sequence)}'", StringComparison.Ordinal) == true;

    /// <summary>A default as people write it.</summary>
    /// <param name="defaultSql">The default as it is kept; null for none.</param>
    /// <param name="nameOf">The name of the sequence with a number; null when there is none.</param>
    public static string? Show(string? defaultSql, Func<long, string?> nameOf)
    {
        if (defaultSql is null) return null;
        int start = defaultSql.IndexOf("'#", StringComparison.Ordinal);
        if (start < 0 || start + 19 > defaultSql.Length || defaultSql[start + 18] != '\'') return defaultSql;
        bool isNumber = long.TryParse(
            defaultSql.AsSpan(start + 2, 16), System.Globalization.NumberStyles.AllowHexSpecifier,
            System.Globalization.CultureInfo.InvariantCulture, out long sequence);
        if (!isNumber || nameOf(sequence) is not { } name) return defaultSql;
        string shown = $"'{name.Replace("'", "''", StringComparison.Ordinal)}'::regclass";
        return string.Concat(
            defaultSql.AsSpan(0, start), shown, Show(defaultSql[(start + 19)..], nameOf));
    }

    /// <summary>A default with the numbers of the sequences that it names.</summary>
    /// <exception cref="QueryException">42P01: there is no such sequence.</exception>
    public static Syntax.SyntaxExpression Resolve(Syntax.SyntaxExpression value, BindingContext context)
    {
        foreach (Syntax.CallSyntax call in value.DescendantsAndSelf().OfType<Syntax.CallSyntax>().ToList())
        {
            if (call.Function.Last.Name != Function || call.Arguments is not [{ Value: var argument }]) continue;
            string? written = argument switch
            {
                Syntax.StringLiteral text => text.Value,
                Syntax.CastSyntax { Operand: Syntax.StringLiteral text } => text.Value,
                Syntax.TypedLiteral text => text.Text,
                _ => null,
            };
            if (written is null || written.StartsWith('#')) continue;
            long sequence = context.Catalog.FindSequence(written) ?? throw new QueryException(
                SqlStates.UndefinedTable, $"Relation does not exist: \"{written}\"", argument.Position);
            Syntax.CallSyntax numbered = new(Function, new Syntax.StringLiteral($"#{CatalogKeys.Hex(sequence)}"));
            value = SyntaxReplacement.Replace(value, call, numbered);
        }
        return value;
    }
}

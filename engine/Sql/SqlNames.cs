namespace ColFrag.Engine.Sql;

/// <summary>Writes names and strings so that the lexer reads them back as they are.</summary>
internal static class SqlNames
{
    /// <summary>The name in double quotes.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The string in single quotes.</summary>
    public static string QuoteString(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>The name as a table or column: in quotes only where it needs them.</summary>
    public static string Write(string name) => IsPlain(name) && IsSafe(Keywords.Find(name)) ? name : Quote(name);

    /// <summary>The name as written, where it still means the same without quotes.</summary>
    public static string Write(Identifier name) =>
        !name.IsQuoted && CanSpell(name) && IsSafe(Keywords.Find(name.Spelling)) ? name.Spelling : Write(name.Name);

    /// <summary>The name as a function.</summary>
    public static string WriteFunction(Identifier name)
    {
        string spelling = !name.IsQuoted && CanSpell(name) ? name.Spelling : name.Name;
        Keyword keyword = Keywords.Find(spelling);
        bool isFunction = keyword is Keyword.Coalesce or Keyword.Nullif or Keyword.Greatest or Keyword.Least
            or Keyword.Grouping
            || (Keywords.IsTypeOrFunctionName(keyword)
                && keyword is not (Keyword.TryCast or Keyword.Columns or Keyword.Rollup or Keyword.Cube
                    or Keyword.Operator));
        return isFunction && (IsPlain(spelling) || CanSpell(name)) ? spelling : Quote(name.Name);
    }

    /// <summary>The name as a type; <c>"char"</c> and <c>char</c> are two types, so quotes stay.</summary>
    public static string WriteType(Identifier name) =>
        !name.IsQuoted && CanSpell(name) && !Keywords.IsReserved(Keywords.Find(name.Spelling))
            ? name.Spelling
            : Quote(name.Name);

    private static bool CanSpell(Identifier name) =>
        IsPlain(TokenText.Fold(name.Spelling)) && TokenText.Fold(name.Spelling) == name.Name;

    /// <summary>True for a word of lower-case ASCII letters, digits and underscores.</summary>
    public static bool IsPlain(string name)
    {
        if (name.Length == 0 || !(char.IsAsciiLetterLower(name[0]) || name[0] == '_')) return false;
        foreach (char unit in name)
        {
            if (!char.IsAsciiLetterLower(unit) && !char.IsAsciiDigit(unit) && unit != '_') return false;
        }
        return true;
    }

    /// <summary>Words that are not reserved but begin something where a name may stand, get quotes too.</summary>
    private static bool IsSafe(Keyword keyword) => keyword == Keyword.NotAKeyword
        || (Keywords.IsColumnName(keyword) && Keywords.IsTypeOrFunctionName(keyword)
            && keyword is not (Keyword.Partition or Keyword.Range or Keyword.Rows or Keyword.Groups or Keyword.Set
                or Keyword.Pivot or Keyword.Unpivot or Keyword.Qualify or Keyword.Lambda or Keyword.Columns
                or Keyword.Map or Keyword.Asof or Keyword.Semi or Keyword.Anti or Keyword.Positional
                or Keyword.Describe or Keyword.Summarize or Keyword.Show or Keyword.If or Keyword.Operator
                or Keyword.Recursive or Keyword.Transaction or Keyword.Generated or Keyword.TryCast or Keyword.By
                    or Keyword.Overriding or Keyword.Materialized));
}

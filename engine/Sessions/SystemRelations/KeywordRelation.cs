using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>The words of the language, with the columns of PostgreSQL's pg_get_keywords().</summary>
internal static class KeywordRelation
{
    /// <summary>PostgreSQL's function that gives these rows.</summary>
    public const string FunctionName = "pg_get_keywords";

    /// <summary>The columns.</summary>
    public static Schema Columns { get; } = new(
        new Field("word", LogicalType.Varchar), new Field("catcode", LogicalType.Varchar),
        new Field("barelabel", LogicalType.Boolean), new Field("catdesc", LogicalType.Varchar),
        new Field("baredesc", LogicalType.Varchar));

    /// <summary>A row for each word.</summary>
    public static IEnumerable<Value[]> Rows()
    {
        foreach (string word in Keywords.All.Order(StringComparer.Ordinal))
        {
            Keyword keyword = Keywords.Find(word);
            bool isLabel = Keywords.IsBareLabel(keyword);
            (string code, string description) = (
                Keywords.IsColumnName(keyword), Keywords.IsTypeOrFunctionName(keyword)) switch
            {
                (true, true) => ("U", "unreserved"),
                (true, false) => ("C", "unreserved (cannot be function or type name)"),
                (false, true) => ("T", "reserved (can be function or type name)"),
                _ => ("R", "reserved"),
            };
            yield return
            [
                Value.Text(word), Value.Text(code), Value.Boolean(isLabel), Value.Text(description),
                Value.Text(isLabel ? "can be bare label" : "requires AS"),
            ];
        }
    }
}

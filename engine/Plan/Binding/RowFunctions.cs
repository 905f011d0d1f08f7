using System.Collections.Frozen;

namespace ColFrag.Engine.Plan.Binding;

/// <summary>
/// PostgreSQL's functions that return rows, beside the function whose list has them: in FROM and in select lists the
/// list is unnested.
/// </summary>
internal static class RowFunctions
{
    private static readonly FrozenDictionary<string, string> s_lists = new Dictionary<string, string>
    {
        ["generate_series"] = "generate_series", ["generate_subscripts"] = "generate_subscripts",
        ["_pg_expandarray"] = "_pg_expandarray",
        ["json_each"] = "json_each", ["jsonb_each"] = "json_each",
        ["json_each_text"] = "json_each_text", ["jsonb_each_text"] = "json_each_text",
        ["json_tree"] = "json_tree", ["jsonb_tree"] = "json_tree",
        ["json_array_elements"] = "json_array_elements", ["jsonb_array_elements"] = "json_array_elements",
        ["json_array_elements_text"] = "json_array_elements_text",
        ["jsonb_array_elements_text"] = "json_array_elements_text",
        ["json_object_keys"] = "json_keys", ["jsonb_object_keys"] = "json_keys",
        ["jsonb_path_query"] = "json_path_query_list", ["json_path_query"] = "json_path_query_list",
        ["jsonb_path_query_tz"] = "json_path_query_list",
        ["json_populate_recordset"] = "json_populate_recordset",
        ["jsonb_populate_recordset"] = "json_populate_recordset",
        ["regexp_split_to_table"] = "regexp_split_to_array", ["string_to_table"] = "string_to_array",
    }.ToFrozenDictionary();

    /// <summary>All names.</summary>
    public static IEnumerable<string> Names => s_lists.Keys;

    /// <summary>The function that gives the rows as a list; null where the name is none of these.</summary>
    public static string? ListOf(string name) => s_lists.GetValueOrDefault(name);

    /// <summary>The name of the only column where rows have one: PostgreSQL's are called value.</summary>
    public static string ColumnOf(string name) =>
        name.Contains("array_elements", StringComparison.Ordinal) ? "value" : name;
}

namespace ColFrag.Engine.Sql;

/// <summary>Writes names and strings so that the lexer reads them back as they are.</summary>
internal static class SqlNames
{
    /// <summary>The name in double quotes.</summary>
    public static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary>The string in single quotes.</summary>
    public static string QuoteString(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";
}

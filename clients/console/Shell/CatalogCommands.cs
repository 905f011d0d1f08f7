namespace ColFrag.Console.Shell;

/// <summary>Commands that look at the catalog; each is a statement that any client could send.</summary>
static class CatalogCommands
{
    public static IReadOnlyList<ShellCommand> All { get; } =
    [
        new(".tables", "\\dt", "[PATTERN]", "Tables and views; PATTERN with % and _", (shell, arguments) =>
            shell.RunStatementAsync(arguments is [string pattern]
                ? $"""
                  SELECT table_schema, table_name, table_type FROM information_schema.tables
                  WHERE table_name LIKE {Literal(pattern)} ORDER BY table_schema, table_name
                  """
                : "SHOW TABLES")),
        new(".schema", "\\d", "[TABLE]", "The columns of a table, or all tables", (shell, arguments) =>
            shell.RunStatementAsync(arguments is [string table] ? $"DESCRIBE {table}" : "SHOW TABLES")),
        new(".databases", "\\l", "", "The databases here", (shell, _) => shell.RunStatementAsync("SHOW DATABASES")),
        new(".functions", "\\df", "", "The functions", (shell, _) => shell.RunStatementAsync("SHOW FUNCTIONS")),
        new(".storage", "", "TABLE", "Encodings, bytes and zones of each column", (shell, arguments) =>
            OfTable(shell, arguments, "EXPLAIN STORAGE")),
        new(".fragments", "", "TABLE", "How the rows spread over ranges and workers", (shell, arguments) =>
            OfTable(shell, arguments, "EXPLAIN DISTRIBUTION")),
        new(".settings", "", "", "All settings and where each comes from", (shell, _) =>
            shell.RunStatementAsync("SHOW ALL")),
    ];

    private static Task<bool> OfTable(SqlShell shell, string[] arguments, string statement) =>
        arguments is [string table]
            ? shell.RunStatementAsync($"{statement} {table}")
            : Task.FromResult(shell.Complain("Needs the name of a table"));

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

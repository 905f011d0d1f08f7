using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions.Loading;

/// <summary>EXPORT and IMPORT DATABASE.</summary>
public sealed class DatabaseFilesTests
{
    private static readonly string[] s_made =
    [
        "CREATE SCHEMA shop",
        "CREATE TYPE mood AS ENUM ('sad', 'glad')",
        "CREATE MACRO double_of(x) AS x * 2",
        """
        CREATE TABLE shop."Sales 1" (id BIGINT PRIMARY KEY, "group" VARCHAR DEFAULT 'none',
            price DECIMAL(10,2) NOT NULL, tax DECIMAL(10,2) GENERATED ALWAYS AS (price * 0.2) STORED, m mood,
            tags VARCHAR[], CHECK (price >= 0))
        WITH (ranges = 3, order_by = ("group" DESC), column_groups = ((id, "group"), (tags)), bloom = (id))
        """,
        "CREATE TABLE plain (a INTEGER, b TIMESTAMP)",
        "CREATE VIEW a_view AS SELECT id, double_of(price) AS p FROM shop.\"Sales 1\"",
        "INSERT INTO shop.\"Sales 1\" VALUES (1, 'x', 10.50, 'glad', ['a', 'b']), (2, DEFAULT, 3, NULL, NULL)",
        "INSERT INTO plain VALUES (1, '2024-01-02 03:04:05'), (NULL, NULL)",
    ];

    private const string Sales =
        "SELECT id, \"group\", price, tax, m, tags, id IN (SELECT id FROM a_view WHERE p > 10) " +
        "FROM shop.\"Sales 1\" ORDER BY id";

    [Theory]
    [InlineData("")]
    [InlineData("(FORMAT arrow, compression zstd)")]
    [InlineData("(FORMAT json)")]
    public async Task A_database_is_the_same_after_export_and_import(string options)
    {
        await using LoadFolder folder = new(), other = new();
        foreach (string sql in s_made) await folder.RunAsync(sql);
        await folder.RunAsync("CREATE VIEW \"0 first\" AS SELECT count(*) AS n FROM a_view");
        string path = folder.PathOf("out");
        await folder.RunAsync($"EXPORT DATABASE '{path}' {options}");
        string moved = folder.PathOf("moved");
        Directory.Move(path, moved);
        await other.RunAsync($"IMPORT DATABASE '{moved}'");
        Assert.Equal(
            ["1|x|10.50|2.10|glad|['a', 'b']|true", "2|none|3.00|0.60|NULL|NULL|false"],
            (await folder.RowsAsync(Sales)).Select(r => r.Replace("[a, b]", "['a', 'b']", StringComparison.Ordinal)));
        foreach (string query in (string[])[Sales, "SELECT * FROM plain ORDER BY a", "FROM \"0 first\""])
        {
            Assert.Equal(await folder.RowsAsync(query), await other.RowsAsync(query));
        }
        await other.FailsWithAsync(SqlStates.UniqueViolation, "INSERT INTO shop.\"Sales 1\" (id, price) VALUES (1, 1)");
        await other.FailsWithAsync(SqlStates.CheckViolation, "INSERT INTO shop.\"Sales 1\" (id, price) VALUES (3, -1)");
        // What an import made is exported as it was.
        await other.RunAsync($"EXPORT DATABASE '{path}' {options}");
        foreach (string file in (string[])["schema.sql", "load.sql"])
        {
            Assert.Equal(File.ReadAllText(Path.Combine(moved, file)), File.ReadAllText(Path.Combine(path, file)));
        }
    }

    [Fact]
    public async Task An_import_that_fails_leaves_nothing()
    {
        await using LoadFolder folder = new(), other = new();
        foreach (string sql in s_made) await folder.RunAsync(sql);
        string path = folder.PathOf("out");
        await folder.RunAsync($"EXPORT DATABASE '{path}'");
        Assert.Contains("The folder has files", (await folder.FailsAsync($"EXPORT DATABASE '{path}'")).Message,
            StringComparison.Ordinal);
        File.Delete(Path.Combine(path, "shop.Sales%201.parquet"));
        await Assert.ThrowsAsync<StorageException>(() => other.RunAsync($"IMPORT DATABASE '{path}'"));
        Assert.Empty(await other.RowsAsync(
            "SELECT table_name FROM information_schema.tables WHERE table_schema IN ('public', 'shop')"));
        await Assert.ThrowsAsync<StorageException>(() => other.RunAsync($"IMPORT DATABASE '{other.PathOf("none")}'"));
    }
}

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

    [Theory]
    [InlineData("")]
    [InlineData("(FORMAT arrow)")]
    [InlineData("(FORMAT csv)")]
    [InlineData("(FORMAT json)")]
    public async Task Values_of_every_type_are_the_same_after_export_and_import(string options)
    {
        await using LoadFolder folder = new(), other = new();
        await folder.RunAsync("CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy')");
        await folder.RunAsync(
            """
            CREATE TABLE all_types (id INTEGER, b BOOLEAN, t TINYINT, s SMALLINT, l BIGINT, h HUGEINT, ut UTINYINT,
                us USMALLINT, ui UINTEGER, ul UBIGINT, d4 DECIMAL(4,1), d38 DECIMAL(38,10), r REAL, d DOUBLE, dt DATE,
                tm TIME, ts TIMESTAMP, tss TIMESTAMP_S, tsm TIMESTAMP_MS, tsn TIMESTAMP_NS, tz TIMESTAMPTZ, iv INTERVAL,
                v VARCHAR, bl BLOB, u UUID, j JSON, e mood, li INTEGER[], st STRUCT(a INTEGER, b VARCHAR),
                m MAP(VARCHAR, INTEGER), ar INTEGER[3])
            """);
        await folder.RunAsync(
            """
            INSERT INTO all_types VALUES
            (1, true, 1, 2, 4, 170141183460469231731687303715884105727, 255, 65535, 4294967295, 18446744073709551615,
                123.4, 1234567890123456789012345678.0123456789, 1.5, 0.1, DATE '2024-02-29', TIME '12:34:56.789',
                '2024-02-29 12:34:56.789012', '2024-02-29 12:34:56', '2024-02-29 12:34:56.789',
                '2024-02-29 12:34:56.789012345', '2024-02-29 12:34:56+02', INTERVAL '1 year 2 days 3 hours',
                'häß "x", y', '\xAA\xBB'::BLOB, '6f1c3a5e-8b1f-4f63-9d3a-1f2e3d4c5b6a', '{"a": [1, 2]}', 'ok',
                [1, 2, NULL], {'a': 1, 'b': 'x'}, MAP {'k': 7}, [1, 2, 3]),
            (2, false, -128, -32768, -9223372036854775808, -170141183460469231731687303715884105728, 0, 0, 0, 0,
                -999.9, -0.0000000001, 'NaN', '-Infinity', DATE '0001-01-01', TIME '00:00:00',
                '1969-12-31 23:59:59.999999', '1969-12-31 23:59:59', '1969-12-31 23:59:59.999',
                '1969-12-31 23:59:59.999999999', '1969-12-31 23:59:59Z', INTERVAL '-1 month',
                '', 'a\x00\xFF\x5Cz'::BLOB, '00000000-0000-0000-0000-000000000000', '[]', 'sad',
                [], {'a': NULL, 'b': ''}, MAP {}, [NULL, 0, -1])
            """);
        await folder.RunAsync("INSERT INTO all_types (id) VALUES (3)");
        string path = folder.PathOf("out");
        await folder.RunAsync($"EXPORT DATABASE '{path}' {options}");
        await other.RunAsync($"IMPORT DATABASE '{path}'");
        const string query = "SELECT * FROM all_types ORDER BY id";
        Assert.Equal(
            (await folder.RowsAsync(query)).SelectMany(r => r.Split('|')),
            (await other.RowsAsync(query)).SelectMany(r => r.Split('|')));
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

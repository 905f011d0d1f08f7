namespace ColFrag.Engine.Tests.Execution;

/// <summary>Queries that want lengths of texts read lengths, and answer as those that read the texts.</summary>
public sealed class TextLengthsTests
{
    private static readonly string[] s_texts = ["few", "long", "paths", "words", "same", "maybe", "late", "späte"];

    [Fact]
    public async Task Lengths_are_the_same_with_the_rule_and_without()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        await FillAsync(connection);
        foreach (string text in s_texts)
        {
            foreach (string condition in (string[])
                ["", $"WHERE {text} <> ''", $"WHERE {text} LIKE '%1%'", "WHERE i % 3 = 0", "WHERE few = 'b'",
                    $"WHERE {text} IS NOT NULL", $"WHERE i < 5000 AND {text} || few <> 'ab'",
                    $"WHERE length({text}) > 3"])
            {
                foreach (string columns in (string[])
                    [$"i, length({text})", $"octet_length({text}), length({text}), i", $"length({text}) + 1",
                        $"length({text}), {text}", $"few, strlen({text}), length(upper({text}))"])
                {
                    await AssertSameAsync(connection, $"SELECT {columns} FROM t {condition}");
                }
                await AssertSameAsync(
                    connection,
                    $"SELECT i % 10, avg(length({text})), sum(octet_length({text})), count(*) FROM t {condition} " +
                    "GROUP BY i % 10");
            }
            await AssertSameAsync(
                connection, $"SELECT length({text}) AS l, i FROM t ORDER BY l DESC NULLS LAST, i LIMIT 20");
            await AssertSameAsync(
                connection, $"SELECT count(*) FROM t a JOIN (SELECT length({text}) AS l FROM t) b ON a.i = b.l");
        }
    }

    [Theory]
    [InlineData("SELECT avg(length(long)) FROM t WHERE long <> ''", true)]
    [InlineData("SELECT i, octet_length(long) FROM t", true)]
    [InlineData("SELECT length(long), long FROM t", false)]
    [InlineData("SELECT length(lower(long)) FROM t", false)]
    public async Task Lengths_are_read_where_nobody_wants_the_text(string sql, bool reads)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t AS SELECT i, 'text ' || i AS long FROM range(100) r(i)");
        string scan = (await RowsAsync(connection, "EXPLAIN " + sql)).Single(
            line => line.Contains("Scan t [", StringComparison.Ordinal));
        Assert.Equal(reads, scan.Contains("length(long)", StringComparison.Ordinal));
    }

    /// <summary>Segments of several encodings, rows deleted, a column added later, rows not yet in segments.</summary>
    private static async Task FillAsync(Connection connection)
    {
        const string Columns =
            "i, CASE WHEN i % 4 = 0 THEN '' ELSE chr(97 + CAST(i % 3 AS INTEGER)) END AS few, " +
            "'http://example.org/' || repeat('xy', CAST(i % 37 AS INTEGER)) || md5(CAST(i AS VARCHAR)) AS long, " +
            "'/srv/source/module' || (100000 + i / 20) || '/file' || (1000000 + i) AS paths, " +
            "CASE WHEN i % 5 = 0 THEN '' ELSE 'größe ' || (i * 7919 % 10007) || ' Müller ' || (i % 77) END AS words, " +
            "'immer dasselbe, überall' AS same, CASE WHEN i % 7 > 2 THEN 'maybe ' || (i * 31 % 1009) END AS maybe";
        await connection.RunAsync($"CREATE TABLE t AS SELECT {Columns} FROM range(9000) r(i)");
        await connection.RunAsync("DELETE FROM t WHERE i % 11 = 5");
        await connection.RunAsync("ALTER TABLE t ADD COLUMN late VARCHAR DEFAULT 'spät'");
        await connection.RunAsync("ALTER TABLE t ADD COLUMN späte VARCHAR");
        await connection.RunAsync(
            $"INSERT INTO t SELECT {Columns}, 'late ' || i, CASE WHEN i % 2 = 0 THEN 'ü' || i END " +
            "FROM range(9000, 14000) r(i)");
        await connection.RunAsync(
            $"INSERT INTO t SELECT {Columns}, 'l', 'später' FROM range(14000, 14030) r(i)");
    }

    private static async Task AssertSameAsync(Connection connection, string sql)
    {
        string[] actual = await RowsAsync(connection, sql);
        await connection.RunAsync("SET disabled_rules = 'text_lengths'");
        string[] expected = await RowsAsync(connection, sql);
        await connection.RunAsync("RESET disabled_rules");
        Assert.True(
            expected.Order(StringComparer.Ordinal).SequenceEqual(actual.Order(StringComparer.Ordinal)),
            $"{sql}: {actual.Length} rows for {expected.Length}");
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];
}

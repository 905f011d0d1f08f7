using System.Globalization;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Which hash ranges queries read, and that those they leave out have no rows of theirs.</summary>
public sealed class FragmentTests
{
    [Theory]
    [InlineData("hash(a)", "BIGINT", "hash(a) % 1000")]
    [InlineData("hash(a)", "VARCHAR", "'key ' || hash(a) % 300")]
    [InlineData("hash(a)", "DECIMAL(12, 3)", "(hash(a) % 1000) / 8")]
    [InlineData("hash(a)", "DOUBLE", "(hash(a) % 1000) / 4.0")]
    [InlineData("hash(a)", "DATE", "DATE '2020-01-01' + (hash(a) % 900)::INTEGER")]
    [InlineData("hash(a)", "TIMESTAMP", "TIMESTAMP '2020-01-01' + to_hours((hash(a) % 900)::INTEGER)")]
    [InlineData("range(a)", "BIGINT", "hash(a) % 1000 * 9007199254740993")]
    [InlineData("range(a)", "VARCHAR", "chr((97 + hash(a) % 26)::INTEGER) || hash(a) % 300")]
    [InlineData("range(a)", "DOUBLE", "(hash(a) % 1000) * 1e300")]
    public async Task A_condition_on_the_key_finds_the_same_rows_as_one_that_prunes_nothing(
        string distribution, string type, string value)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(
            $"CREATE TABLE t (a {type}, n BIGINT) WITH (distributed_by = {distribution}, ranges = 7)");
        await connection.RunAsync($"INSERT INTO t SELECT {value}, a FROM range(20000) r(a)");
        await connection.RunAsync($"INSERT INTO t SELECT {value}, a FROM range(20000, 20050) r(a)");
        await connection.RunAsync("INSERT INTO t VALUES (NULL, -1)");
        await connection.RunAsync("DELETE FROM t WHERE n % 17 = 3");
        await connection.RunAsync("UPDATE t SET n = n + 1 WHERE n % 5 = 1");
        string[] keys = await connection.RowsAsync("SELECT DISTINCT a FROM t WHERE a IS NOT NULL ORDER BY a LIMIT 25");
        foreach (string key in keys)
        {
            string literal = $"CAST('{key}' AS {type})";
            foreach (string condition in (string[])[$"a = {literal}", $"a IN ({literal}, CAST('{keys[0]}' AS {type}))",
                $"a <= {literal}", $"a > {literal}"])
            {
                Assert.Equal(
                    await connection.RowsAsync($"SELECT count(*), sum(n) FROM t WHERE ({condition}) IS TRUE"),
                    await connection.RowsAsync($"SELECT count(*), sum(n) FROM t WHERE {condition}"));
            }
        }
        Assert.Equal(["0"], await connection.RowsAsync("SELECT count(*) FROM t WHERE a = NULL"));
        Assert.Equal(["1"], await connection.RowsAsync("SELECT count(*) FROM t WHERE a IS NULL"));
    }

    [Fact]
    public async Task Equality_on_the_whole_key_reads_one_range_and_on_a_part_of_it_all()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE t (a INTEGER, b VARCHAR, c INTEGER) WITH (distributed_by = hash(a, b), ranges = 8, " +
            "column_groups = ((a, b), (c)))");
        await connection.RunAsync("INSERT INTO t SELECT i, 'b' || i % 3, i FROM range(10000) r(i)");
        string[] whole = await connection.RowsAsync(
            "EXPLAIN FRAGMENTS SELECT c FROM t WHERE a = 5 AND b = 'b2'");
        Assert.Equal(16, whole.Length);
        string[] told = await connection.RowsAsync("EXPLAIN FRAGMENTS INSERT INTO t VALUES (5, 'b2', 1)");
        string[] row = told[0].Split('|');
        Assert.Equal(["5, b2", "here", "here"], [row[0], row[4], row[5]]);
        string reason = $"|true|equality on the whole key (a, b): {row[1]}";
        Assert.Equal(2, whole.Count(l => l.EndsWith(reason, StringComparison.Ordinal)));
        string[] part = await connection.RowsAsync("EXPLAIN FRAGMENTS SELECT a FROM t WHERE a = 5");
        Assert.Equal(8, part.Count(
            l => l.EndsWith("|true|no equality on b, which the key (a, b) needs", StringComparison.Ordinal)));
        Assert.Equal(8, part.Count(l => l.EndsWith("|false|none of its columns is used", StringComparison.Ordinal)));
        Assert.Contains(
            " in 1 of 8 ranges",
            string.Join('\n', await connection.RowsAsync("EXPLAIN SELECT c FROM t WHERE b = 'b2' AND a = 5")),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_an_insert_are_told_their_ranges_and_go_there()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a BIGINT, b INTEGER) WITH (distributed_by = hash(a), ranges = 4)");
        string[] told = await connection.RowsAsync("EXPLAIN FRAGMENTS INSERT INTO t SELECT i, 1 FROM range(100) r(i)");
        Assert.Equal(100, told.Length);
        Assert.Equal(["0"], await connection.RowsAsync("SELECT count(*) FROM t"));
        await connection.RunAsync("INSERT INTO t SELECT i, 1 FROM range(100) r(i)");
        Assert.Equal(
            told.GroupBy(l => int.Parse(l.Split('|')[2], CultureInfo.InvariantCulture)).OrderBy(g => g.Key)
                .Select(g => $"{g.Key}|{g.Count()}"),
            await connection.RowsAsync("SELECT range_number, row_count FROM colfrag_fragments ORDER BY 1"));
    }
}

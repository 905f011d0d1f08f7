namespace ColFrag.Engine.Tests.Sessions;

/// <summary>When REFRESH MATERIALIZED VIEW reads only what came since the last one.</summary>
public sealed class IncrementalRefreshTests
{
    [Theory]
    [InlineData("SELECT k, count(*) AS n, sum(v) AS s, max(v) AS top FROM t GROUP BY k")]
    [InlineData("SELECT count(*) AS n FROM t WHERE v > 3")]
    [InlineData("SELECT k % 3 AS r, min(v) AS low FROM public.t AS x GROUP BY ALL")]
    [InlineData("SELECT sum(v) FILTER (WHERE k > 1) AS s, k FROM t GROUP BY 2")]
    public Task Rows_that_were_added_are_enough(string query) => AssertAsync(query, isIncremental: true);

    [Theory]
    [InlineData("SELECT k, avg(v) AS mean FROM t GROUP BY k")]
    [InlineData("SELECT count(DISTINCT k) AS n FROM t")]
    [InlineData("SELECT count(*) AS n FROM t GROUP BY k")]
    [InlineData("SELECT k, sum(v / 2.0::double) AS s FROM t GROUP BY k")]
    [InlineData("SELECT k, count(*) AS n FROM t GROUP BY k HAVING count(*) > 1")]
    [InlineData("SELECT a.k, count(*) AS n FROM t a JOIN t b USING (k) GROUP BY a.k")]
    [InlineData("SELECT k, count(*) AS n FROM t WHERE v < (SELECT avg(v) FROM t) GROUP BY k")]
    [InlineData("SELECT count(*) AS n FROM t WHERE now() > TIMESTAMPTZ '2000-01-01'")]
    public Task Other_queries_run_whole(string query) => AssertAsync(query, isIncremental: false);

    [Fact]
    public async Task Rows_of_the_same_transaction_count_too()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t AS SELECT i % 7 AS k, i AS v FROM range(1000) r(i)");
        await connection.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n, sum(v) AS s FROM t");
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("INSERT INTO t VALUES (1, 5000)");
        await connection.RunAsync("REFRESH MATERIALIZED VIEW m");
        await connection.RunAsync("COMMIT");
        Assert.Equal(["1001|504500"], await connection.RowsAsync("SELECT * FROM m"));
        await connection.RunAsync("INSERT INTO t VALUES (1, 10)");
        await connection.RunAsync("REFRESH MATERIALIZED VIEW m");
        Assert.Equal(["1002|504510"], await connection.RowsAsync("SELECT * FROM m"));
    }

    [Fact]
    public async Task A_renamed_column_changes_nothing_in_that()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t AS SELECT i % 7 AS k, i AS v FROM range(1000) r(i)");
        await connection.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT k, sum(v) AS s FROM t WHERE v > 3 GROUP BY k");
        await connection.RunAsync("ALTER TABLE t RENAME COLUMN v TO value");
        await connection.RunAsync("ALTER TABLE t RENAME COLUMN k TO key");
        await connection.RunAsync("INSERT INTO t SELECT i % 9, i FROM range(500) r(i)");
        await using (QueryResult refreshed = await connection.ExecuteAsync("REFRESH MATERIALIZED VIEW m"))
            Assert.NotEmpty(refreshed.Notices);
        Assert.Equal(
            await connection.RowsAsync("SELECT key, sum(value) FROM t WHERE value > 3 GROUP BY key ORDER BY key"),
            await connection.RowsAsync("SELECT * FROM m ORDER BY k"));
    }

    private static async Task AssertAsync(string query, bool isIncremental)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t AS SELECT i % 7 AS k, i AS v FROM range(1000) r(i)");
        await connection.RunAsync($"CREATE MATERIALIZED VIEW m AS {query}");
        await connection.RunAsync("INSERT INTO t SELECT i % 9, i FROM range(500) r(i)");
        await using (QueryResult refreshed = await connection.ExecuteAsync("REFRESH MATERIALIZED VIEW m"))
            Assert.Equal(isIncremental, refreshed.Notices.Count > 0);
        string[] expected = await connection.RowsAsync(query);
        string[] actual = await connection.RowsAsync("SELECT * FROM m");
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
    }
}

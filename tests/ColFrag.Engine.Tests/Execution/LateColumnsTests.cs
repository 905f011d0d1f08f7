namespace ColFrag.Engine.Tests.Execution;

/// <summary>Columns that decide nothing are read for the best rows alone, and are those of the same rows.</summary>
public sealed class LateColumnsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Rows_are_the_same_with_the_rule_and_without(int threads)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = threads });
        using Connection connection = database.Connect();
        await FillAsync(connection);
        foreach (string condition in (string[])["", "WHERE s LIKE '%7%'", "WHERE g = 5 AND x > 3", "WHERE i > 1000000"])
        {
            foreach (string order in (string[])
                ["mixed", "mixed DESC", "g, mixed DESC", "maybe NULLS FIRST, mixed", "s, mixed", "mixed + 1", "i DESC"])
            {
                foreach (string limit in (string[])["LIMIT 3", "LIMIT 2 OFFSET 1", "LIMIT 0"])
                {
                    await AssertSameAsync(connection, $"SELECT * FROM t {condition} ORDER BY {order} {limit}");
                    await AssertSameAsync(
                        connection,
                        $"SELECT l, s, length(more), x FROM t {condition} ORDER BY {order} {limit}");
                    await AssertSameAsync(
                        connection,
                        $"SELECT a.*, b.g FROM (SELECT * FROM t {condition} ORDER BY {order} {limit}) a " +
                        "JOIN t b ON a.i = b.i ORDER BY a.mixed, a.i");
                }
            }
        }
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("UPDATE t SET more = 'changed' WHERE mixed < 5");
        await connection.RunAsync("DELETE FROM t WHERE mixed = 2");
        await AssertSameAsync(connection, "SELECT * FROM t ORDER BY mixed LIMIT 3");
        await connection.RunAsync("ROLLBACK");
    }

    [Theory]
    [InlineData("SELECT * FROM t ORDER BY mixed LIMIT 3", true)]
    [InlineData("SELECT s, more FROM t WHERE g = 1 ORDER BY mixed LIMIT 3", true)]
    [InlineData("SELECT mixed, g FROM t WHERE g = 1 ORDER BY mixed LIMIT 3", false)]
    [InlineData("SELECT * FROM t ORDER BY mixed LIMIT 1000", false)]
    public async Task Columns_are_fetched_late_where_rows_are_few_and_wide(string sql, bool isLate)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await FillAsync(connection);
        string plan = string.Join('\n', await RowsAsync(connection, "EXPLAIN " + sql));
        Assert.Equal(isLate, plan.Contains("Fetch t [", StringComparison.Ordinal));
    }

    /// <summary>Rows in segments, deleted rows, a column added later, rows not yet in segments.</summary>
    private static async Task FillAsync(Connection connection)
    {
        const string Columns =
            "i, i * 7919 % 80021 AS mixed, i % 300 AS g, nullif(i % 1000, 7) AS maybe, i / 7.0::DOUBLE AS x, " +
            "'text ' || (i * 7919 % 40009) AS s, [i, i + 1] AS l, CAST(i % 7 AS VARCHAR) AS few";
        await connection.RunAsync($"CREATE TABLE t AS SELECT {Columns} FROM range(60000) r(i)");
        await connection.RunAsync("DELETE FROM t WHERE mixed % 3 = 1");
        await connection.RunAsync("ALTER TABLE t ADD COLUMN more VARCHAR DEFAULT 'added'");
        await connection.RunAsync($"INSERT INTO t SELECT {Columns}, 'more ' || i FROM range(60000, 80000) r(i)");
        await connection.RunAsync($"INSERT INTO t SELECT {Columns}, 'last ' || i FROM range(80000, 80021) r(i)");
    }

    private static async Task AssertSameAsync(Connection connection, string sql)
    {
        string[] actual = await RowsAsync(connection, sql);
        await connection.RunAsync("SET disabled_rules = 'late_columns'");
        string[] expected = await RowsAsync(connection, sql);
        await connection.RunAsync("RESET disabled_rules");
        Assert.True(expected.SequenceEqual(actual), $"{sql}: {string.Join('\n', actual)}");
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];
}

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>colfrag_changes: what versions added and took away.</summary>
public sealed class ChangeStreamTests
{
    private const string Changes =
        "SELECT change_type, a, b FROM colfrag_changes('t', 0) ORDER BY change_version, change_type, a";

    [Fact]
    public async Task Every_insert_delete_and_update_is_told_and_nothing_else()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER, b VARCHAR)");
        await connection.RunAsync("INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, 'three')");
        await connection.RunAsync("DELETE FROM t WHERE a = 2");
        await connection.RunAsync("CHECKPOINT");
        await connection.RunAsync("UPDATE t SET b = 'THREE' WHERE a = 3");
        await connection.RunAsync("CHECKPOINT");
        await connection.RunAsync("TRUNCATE t");
        Assert.Equal(
            [
                "insert|1|one", "insert|2|two", "insert|3|three", "delete|2|two", "delete|3|three", "insert|3|THREE",
                "delete|1|one", "delete|3|THREE",
            ],
            await connection.RowsAsync(Changes));
    }

    [Fact]
    public async Task Following_from_the_last_version_seen_misses_nothing_and_repeats_nothing()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a BIGINT, b VARCHAR)");
        Random random = new(7);
        Dictionary<long, int> copy = [];
        long seen = 0;
        for (int round = 0; round < 60; round++)
        {
            int step = random.Next(6);
            string sql = step switch
            {
                0 => $"INSERT INTO t SELECT i, 'x' FROM range({random.Next(5000)}, {random.Next(5000, 9000)}) r(i)",
                1 or 2 => $"INSERT INTO t VALUES ({random.Next(100)}, 'y')",
                3 => $"DELETE FROM t WHERE a % {random.Next(2, 9)} = 0",
                4 => $"UPDATE t SET a = a + 1 WHERE a % {random.Next(2, 9)} = 0",
                _ => "CHECKPOINT",
            };
            await connection.RunAsync(sql);
            if (random.Next(3) > 0) continue;
            string[] rows = await connection.RowsAsync(
                $"SELECT a, change_type, change_version FROM colfrag_changes('public.t', {seen})");
            foreach (string[] row in rows.Select(r => r.Split('|')))
            {
                long id = long.Parse(row[0], System.Globalization.CultureInfo.InvariantCulture);
                copy[id] = copy.GetValueOrDefault(id) + (row[1] == "insert" ? 1 : -1);
                seen = Math.Max(seen, long.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture));
            }
            Assert.Equal(
                await connection.RowsAsync("SELECT a, count(*) FROM t GROUP BY a ORDER BY a"),
                copy.Where(c => c.Value != 0).OrderBy(c => c.Key).Select(c => $"{c.Key}|{c.Value}"));
        }
    }

    [Fact]
    public async Task Columns_that_came_later_are_shown_and_own_changes_are_not()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (change_type INTEGER)");
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        await connection.RunAsync("ALTER TABLE t ADD COLUMN late VARCHAR DEFAULT 'none'");
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("INSERT INTO t VALUES (2, 'two')");
        Assert.Equal(
            ["insert|1|none"],
            await connection.RowsAsync("SELECT change_type_, change_type, late FROM colfrag_changes('t', 0)"));
        await connection.RunAsync("COMMIT");
        Assert.Equal(
            ["public|t|0|2|1"],
            await connection.RowsAsync(
                "SELECT table_schema, table_name, oldest_version, row_count, hash_ranges FROM colfrag_tables"));
        Assert.Equal(["2"], await connection.RowsAsync("SELECT count(*) FROM colfrag_changes('t', 0)"));
    }

    [Fact]
    public async Task Wrong_calls_are_refused()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER)");
        Assert.Equal("42P01", await connection.FailAsync("SELECT * FROM colfrag_changes('none', 0)"));
        Assert.Equal("42883", await connection.FailAsync("SELECT * FROM colfrag_changes('t')"));
        Assert.Equal("42883", await connection.FailAsync("SELECT * FROM colfrag_changes('t', 'x')"));
        Assert.Equal("22023", await connection.FailAsync("SELECT * FROM colfrag_changes('t', 99)"));
    }
}

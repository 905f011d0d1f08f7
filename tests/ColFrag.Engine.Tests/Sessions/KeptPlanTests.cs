using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>A prepared statement is bound once while nothing changes, and anew after anything has.</summary>
public sealed class KeptPlanTests : IDisposable
{
    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
    private readonly Connection _connection;

    public KeptPlanTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Rows_of_others_and_of_the_own_transaction_are_seen()
    {
        await RunAsync("CREATE TABLE t (id integer PRIMARY KEY, n integer)");
        await RunAsync("INSERT INTO t VALUES (1, 10)");
        await using IPreparedStatement sum = await _connection.PrepareAsync("SELECT sum(n) FROM t WHERE id >= $1");
        await using IPreparedStatement one = await _connection.PrepareAsync("SELECT n FROM t WHERE id = $1");
        Assert.Equal(["10"], await ReadAsync(sum, 0));
        Assert.Equal(["10"], await ReadAsync(one, 1));
        using Connection other = _database.Connect();
        await RunAsync(other, "UPDATE t SET n = 11");
        Assert.Equal(["11"], await ReadAsync(sum, 0));
        Assert.Equal(["11"], await ReadAsync(one, 1));
        await RunAsync("BEGIN");
        await RunAsync("INSERT INTO t VALUES (2, 5)");
        Assert.Equal(["16"], await ReadAsync(sum, 0));
        Assert.Equal(["5"], await ReadAsync(one, 2));
        await RunAsync(other, "DELETE FROM t WHERE id = 1");
        Assert.Equal(["11"], await ReadAsync(one, 1));
        await RunAsync("ROLLBACK");
        Assert.Empty(await ReadAsync(one, 1));
        Assert.Empty(await ReadAsync(one, 2));
    }

    [Fact]
    public async Task Definitions_settings_and_functions_that_change_bind_it_anew()
    {
        await RunAsync("CREATE SCHEMA a");
        await RunAsync("CREATE SCHEMA b");
        await RunAsync("CREATE TABLE a.t (x integer)");
        await RunAsync("INSERT INTO a.t VALUES (1)");
        await RunAsync("CREATE TABLE b.t (x integer)");
        await RunAsync("INSERT INTO b.t VALUES (2)");
        await RunAsync("CREATE VIEW a.v AS SELECT x FROM a.t");
        await RunAsync("SET search_path = a");
        await using IPreparedStatement table = await _connection.PrepareAsync("SELECT x FROM t");
        await using IPreparedStatement view = await _connection.PrepareAsync("SELECT x FROM a.v");
        Assert.Equal(["1"], await ReadAsync(table));
        Assert.Equal(["1"], await ReadAsync(view));
        await RunAsync("SET search_path = b");
        Assert.Equal(["2"], await ReadAsync(table));
        await RunAsync("CREATE OR REPLACE VIEW a.v AS SELECT x + 100 AS x FROM a.t");
        Assert.Equal(["101"], await ReadAsync(view));
        await RunAsync("DROP TABLE b.t");
        await Assert.ThrowsAsync<ColFrag.Engine.Errors.QueryException>(() => ReadAsync(table));
        await RunAsync("CREATE TABLE b.t (y varchar, x integer)");
        await RunAsync("INSERT INTO b.t VALUES ('new', 3)");
        Assert.Equal(["3"], await ReadAsync(table));
        _database.CreateFunction("twice", (int value) => value * 2);
        await using IPreparedStatement twice = await _connection.PrepareAsync("SELECT twice(x) FROM t");
        Assert.Equal(["6"], await ReadAsync(twice));
        await RunAsync("INSERT INTO b.t VALUES ('', NULL)");
        Assert.Equal(["6", "NULL"], await ReadAsync(twice));
    }

    [Fact]
    public async Task What_depends_on_the_moment_or_on_the_catalog_is_not_kept()
    {
        await RunAsync("CREATE SEQUENCE s");
        await using IPreparedStatement next = await _connection.PrepareAsync("SELECT nextval('s')");
        await using IPreparedStatement tables =
            await _connection.PrepareAsync("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
        await using IPreparedStatement random = await _connection.PrepareAsync("SELECT random()");
        Assert.Equal(["1"], await ReadAsync(next));
        Assert.Equal(["2"], await ReadAsync(next));
        Assert.Equal(["0"], await ReadAsync(tables));
        await RunAsync("CREATE TABLE t (x integer)");
        Assert.Equal(["1"], await ReadAsync(tables));
        Assert.NotEqual(await ReadAsync(random), await ReadAsync(random));
    }

    [Fact]
    public async Task A_text_that_is_run_again_sees_what_has_changed()
    {
        await RunAsync("CREATE TABLE t (id integer PRIMARY KEY, n integer)");
        await RunAsync("INSERT INTO t SELECT i, i % 10 FROM range(5000) r(i)");
        string sum = "SELECT sum(n) FROM t WHERE id >= 10", all = "SELECT * FROM t WHERE id = 4999";
        for (int run = 0; run < 3; run++) Assert.Equal(["22455"], await _connection.RowsAsync(sum));
        for (int run = 0; run < 3; run++) Assert.Equal(["4999|9"], await _connection.RowsAsync(all));
        using Connection other = _database.Connect();
        await RunAsync(other, "UPDATE t SET n = n + 1 WHERE id = 4999");
        Assert.Equal(["22456"], await _connection.RowsAsync(sum));
        Assert.Equal(["4999|10"], await _connection.RowsAsync(all));
        await RunAsync("BEGIN");
        await RunAsync("DELETE FROM t WHERE id = 4999");
        Assert.Equal(["22446"], await _connection.RowsAsync(sum));
        await RunAsync("ROLLBACK");
        Assert.Equal(["22456"], await _connection.RowsAsync(sum));
        await RunAsync("ALTER TABLE t ADD COLUMN x integer");
        Assert.Equal(["4999|10|NULL"], await _connection.RowsAsync(all));
        await RunAsync("DROP TABLE t");
        await Assert.ThrowsAsync<ColFrag.Engine.Errors.QueryException>(() => _connection.RowsAsync(sum));
        await RunAsync("CREATE TABLE t AS SELECT 20 AS id, 'x' AS n");
        Assert.Equal(["x"], await _connection.RowsAsync("SELECT n FROM t WHERE id >= 10"));
    }

    [Fact]
    public async Task A_text_that_is_run_again_sees_the_settings_the_moment_and_its_parameters()
    {
        await RunAsync("CREATE TABLE t AS SELECT i, TIMESTAMPTZ '2024-01-01 12:00:00+00' AS at FROM range(100) r(i)");
        string at = "SELECT max(at)::varchar FROM t";
        for (int run = 0; run < 2; run++) Assert.StartsWith("2024-01-01 12", (await _connection.RowsAsync(at))[0]);
        await RunAsync("SET timezone = 'Asia/Tokyo'");
        Assert.StartsWith("2024-01-01 21", (await _connection.RowsAsync(at))[0]);
        string now = "SELECT count(*) FROM t WHERE now() <> TIMESTAMPTZ '2020-01-01' AND random() < 2";
        Assert.Equal(["100"], await _connection.RowsAsync(now));
        string clock = "SELECT max(now() - at)::varchar FROM t";
        Assert.NotEqual(await _connection.RowsAsync(clock), await _connection.RowsAsync(clock));
        string limited = "SELECT i FROM t WHERE i > $1 ORDER BY i LIMIT 1";
        for (int i = 3; i < 9; i++)
        {
            IReadOnlyList<Value[]> rows = await _connection.QueryAsync(limited, [Value.BigInt(i)]);
            Assert.Equal(i + 1, rows.Single()[0].AsInteger);
        }
        await RunAsync("SET max_statement_length = 1024");
        string longText = at + new string(' ', 2000);
        await Assert.ThrowsAsync<ColFrag.Engine.Errors.QueryException>(() => _connection.RowsAsync(longText));
        await RunAsync("RESET max_statement_length");
        for (int run = 0; run < 2; run++) Assert.Single(await _connection.RowsAsync(longText));
        await RunAsync("SET max_statement_length = 1024");
        await Assert.ThrowsAsync<ColFrag.Engine.Errors.QueryException>(() => _connection.RowsAsync(longText));
    }

    [Fact]
    public async Task Only_the_last_texts_are_kept()
    {
        await RunAsync("CREATE TABLE t AS SELECT i FROM range(100) r(i)");
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 200; i++)
                Assert.Equal([$"{i}"], await _connection.RowsAsync($"SELECT min(i) + {i} FROM t"));
        }
    }

    private Task RunAsync(string sql) => RunAsync(_connection, sql);

    private static async Task RunAsync(Connection connection, string sql)
    {
        await using QueryResult result = await connection.ExecuteAsync(sql);
    }

    private static async Task<string[]> ReadAsync(IPreparedStatement statement, params int[] parameters)
    {
        List<string> rows = [];
        await using QueryResult result =
            await statement.ExecuteAsync([.. parameters.Select(p => Value.Integer(LogicalType.Integer, p))]);
        while (await result.ReadAsync() is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
                rows.Add(batch.IsNull(0, row) ? "NULL" : batch.GetValue(0, row).ToString());
        }
        return [.. rows];
    }
}

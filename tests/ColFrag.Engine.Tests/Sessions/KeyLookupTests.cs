using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Rows that are found by their primary key are those that a scan finds.</summary>
public sealed class KeyLookupTests : IDisposable
{
    private const int RowCount = 70_000;

    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
    private readonly Connection _connection;

    public KeyLookupTests() => _connection = _database.Connect();

    [Theory]
    [InlineData("INTEGER", "x * 7 - 1000")]
    [InlineData("BIGINT", "x * 1000003 - 5")]
    [InlineData("SMALLINT", "x % 30000 - 15000")]
    [InlineData("UINTEGER", "x * 11")]
    public async Task Every_key_has_its_row_and_others_have_none(string type, string keyOfRow)
    {
        int rows = type == "SMALLINT" ? 20_000 : RowCount;
        await _connection.RunAsync($"CREATE TABLE t (id {type} PRIMARY KEY, name VARCHAR, price DECIMAL(10, 2))");
        await _connection.RunAsync(
            $"INSERT INTO t SELECT {keyOfRow}, CASE WHEN x % 3 = 0 THEN NULL ELSE 'name ' || x END, x * 0.25 "
            + $"FROM generate_series(1, {rows}) AS s(x)");
        await _connection.RunAsync("CHECKPOINT");
        await CompareAsync(type, rows * 7L);
        await _connection.RunAsync("DELETE FROM t WHERE price > 100 AND price < 3000");
        await _connection.RunAsync("UPDATE t SET name = 'changed' WHERE price < 50");
        await CompareAsync(type, rows * 7L);
        await _connection.RunAsync("CHECKPOINT");
        await CompareAsync(type, rows * 7L);
    }

    [Fact]
    public async Task A_transaction_finds_its_own_rows()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR)");
        await _connection.RunAsync("INSERT INTO t SELECT x, 'old' FROM generate_series(1, 3000) AS s(x)");
        await _connection.RunAsync("CHECKPOINT");
        await _connection.RunAsync("BEGIN");
        await _connection.RunAsync("INSERT INTO t VALUES (5000, 'new')");
        await _connection.RunAsync("DELETE FROM t WHERE id = 7");
        Assert.Equal("new", await NameOfAsync(_connection, 5000));
        Assert.Null(await NameOfAsync(_connection, 7));
        using (Connection other = _database.Connect())
        {
            Assert.Null(await NameOfAsync(other, 5000));
            Assert.Equal("old", await NameOfAsync(other, 7));
        }
        await _connection.RunAsync("ROLLBACK");
        Assert.Null(await NameOfAsync(_connection, 5000));
        Assert.Equal("old", await NameOfAsync(_connection, 7));
    }

    [Fact]
    public async Task A_column_that_came_later_has_its_default()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR)");
        await _connection.RunAsync("INSERT INTO t SELECT x, 'n' FROM generate_series(1, 3000) AS s(x)");
        await _connection.RunAsync("CHECKPOINT");
        await _connection.RunAsync("ALTER TABLE t ADD COLUMN later INTEGER DEFAULT 42");
        Assert.Equal("42", (await _connection.QueryAsync("SELECT later FROM t WHERE id = 17"))[0][0].ToString());
    }

    [Fact]
    public async Task NULL_is_no_key()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER PRIMARY KEY, name VARCHAR)");
        await _connection.RunAsync("INSERT INTO t VALUES (0, 'zero')");
        Assert.Empty(await _connection.QueryAsync("SELECT * FROM t WHERE id = $1", [Value.Null(LogicalType.Integer)]));
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    private static async Task<string?> NameOfAsync(Connection connection, int id)
    {
        IReadOnlyList<Value[]> rows = await connection.QueryAsync(
            "SELECT name FROM t WHERE id = $1", [Value.Integer(LogicalType.Integer, id)]);
        return rows.Count == 0 ? null : Assert.Single(rows)[0].AsText;
    }

    // The scan reads all rows at once; nothing of it looks for a key.
    private async Task CompareAsync(string type, long range)
    {
        Dictionary<string, string> expected = (await _connection.QueryAsync("SELECT id, name, price FROM t"))
            .ToDictionary(r => r[0].ToString(), r => $"{r[0]}|{r[1]}|{r[2]}");
        await using IPreparedStatement lookup = await _connection.PrepareAsync(
            $"SELECT id, name, price FROM t WHERE id = $1::{type}", [LogicalType.Varchar]);
        Random random = new(7);
        List<string> keys = [.. expected.Keys.Where(_ => random.Next(expected.Count) < 300)];
        if (type != "SMALLINT") keys.AddRange(Enumerable.Range(0, 100).Select(_ => $"{random.NextInt64(range)}"));
        foreach (string key in keys)
        {
            List<string> found = [];
            await using QueryResult result = await lookup.ExecuteAsync([Value.Text(key)]);
            while (await result.ReadAsync() is { } batch)
            {
                for (int r = 0; r < batch.RowCount; r++)
                    found.Add($"{batch.GetValue(0, r)}|{batch.GetValue(1, r)}|{batch.GetValue(2, r)}");
            }
            Assert.Equal(expected.TryGetValue(key, out string? row) ? [row] : [], found);
        }
    }
}

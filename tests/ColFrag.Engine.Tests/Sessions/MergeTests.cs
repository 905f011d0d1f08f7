namespace ColFrag.Engine.Tests.Sessions;

/// <summary>INSERT … ON CONFLICT and MERGE.</summary>
public sealed class MergeTests : IDisposable
{
    private readonly Database _database = Database.Open(":memory:");
    private readonly Connection _connection;

    public MergeTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public async Task Do_nothing_leaves_out_rows_whose_key_exists_or_came_before()
    {
        await StockAsync();
        Assert.Equal(2, await _connection.RunAsync(
            "INSERT INTO stock VALUES ('pear', 9, 'x'), ('plum', 1, 'x'), ('fig', 2, 'x'), ('plum', 3, 'x') ON CONFLICT DO NOTHING"));
        Assert.Equal(
            ["apple|5|old", "fig|2|x", "pear|7|old", "plum|1|x"],
            await _connection.RowsAsync("SELECT * FROM stock ORDER BY item"));
    }

    [Fact]
    public async Task Do_update_changes_the_row_that_is_there()
    {
        await StockAsync();
        Assert.Equal(2, await _connection.RunAsync(
            "INSERT INTO stock VALUES ('pear', 9, 'x'), ('plum', 1, 'x') " +
            "ON CONFLICT (item) DO UPDATE SET amount = stock.amount + excluded.amount"));
        Assert.Equal(
            ["apple|5|old", "pear|16|old", "plum|1|x"],
            await _connection.RowsAsync("SELECT * FROM stock ORDER BY item"));
    }

    [Fact]
    public async Task Do_update_with_a_condition_leaves_the_others_as_they_are()
    {
        await StockAsync();
        Assert.Equal(["pear|9"], await _connection.RowsAsync(
            "INSERT INTO stock VALUES ('pear', 9, 'x'), ('apple', 1, 'x') " +
            "ON CONFLICT (item) DO UPDATE SET amount = excluded.amount WHERE excluded.amount > stock.amount " +
            "RETURNING item, amount"));
        Assert.Equal(["apple|5|old", "pear|9|old"], await _connection.RowsAsync("SELECT * FROM stock ORDER BY item"));
    }

    [Fact]
    public async Task Insert_or_replace_takes_the_new_row()
    {
        await StockAsync();
        await _connection.RunAsync("INSERT OR REPLACE INTO stock VALUES ('pear', 1, 'new')");
        await _connection.RunAsync("INSERT OR IGNORE INTO stock VALUES ('pear', 2, 'newer')");
        Assert.Equal(["apple|5|old", "pear|1|new"], await _connection.RowsAsync("SELECT * FROM stock ORDER BY item"));
    }

    [Fact]
    public async Task A_row_is_not_changed_twice_by_one_statement()
    {
        await StockAsync();
        Assert.Equal("21000", await _connection.FailAsync(
            "INSERT INTO stock VALUES ('pear', 1, 'a'), ('pear', 2, 'b') ON CONFLICT (item) DO UPDATE SET amount = 0"));
        Assert.Equal("21000", await _connection.FailAsync(
            "INSERT INTO stock VALUES ('kiwi', 1, 'a'), ('kiwi', 2, 'b') ON CONFLICT (item) DO UPDATE SET amount = 0"));
        Assert.Equal("42P10",
            await _connection.FailAsync("INSERT INTO stock VALUES ('a', 1, 'b') ON CONFLICT (amount) DO NOTHING"));
        Assert.Equal(["2"], await _connection.RowsAsync("SELECT count(*) FROM stock"));
    }

    [Fact]
    public async Task Upserts_of_many_sessions_count_every_one()
    {
        await _connection.RunAsync("CREATE TABLE hits (page INTEGER PRIMARY KEY, n INTEGER)");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            using Connection connection = _database.Connect();
            for (int i = 0; i < 12; i++)
            {
                await connection.RunAsync(
                    $"INSERT INTO hits VALUES ({i % 3}, 1) ON CONFLICT (page) DO UPDATE SET n = hits.n + 1");
            }
        })));
        Assert.Equal(["0|16", "1|16", "2|16"], await _connection.RowsAsync("SELECT * FROM hits ORDER BY page"));
    }

    [Fact]
    public async Task Merge_adds_changes_and_removes_by_the_first_clause_that_fits()
    {
        await StockAsync();
        await _connection.RunAsync("CREATE TABLE delivery (name VARCHAR, n INTEGER)");
        await _connection.RunAsync("INSERT INTO delivery VALUES ('pear', -7), ('apple', 10), ('lime', 4), ('rock', 0)");
        Assert.Equal(3, await _connection.RunAsync(
            """
            MERGE INTO stock AS s USING delivery AS d ON s.item = d.name
            WHEN MATCHED AND s.amount + d.n = 0 THEN DELETE
            WHEN MATCHED THEN UPDATE SET amount = s.amount + d.n, note = 'filled'
            WHEN NOT MATCHED AND d.n = 0 THEN DO NOTHING
            WHEN NOT MATCHED THEN INSERT (item, amount) VALUES (upper(d.name), d.n)
            """));
        Assert.Equal(
            ["LIME|4|NULL", "apple|15|filled"], await _connection.RowsAsync("SELECT * FROM stock ORDER BY item"));
    }

    [Fact]
    public async Task Merge_changes_rows_that_the_source_does_not_have()
    {
        await StockAsync();
        Assert.Equal(["apple|5|gone", "fig|1|new", "pear|3|old"], await _connection.RowsAsync(
            """
            MERGE INTO stock USING (VALUES ('pear', 3), ('fig', 1)) AS d (item, n) ON stock.item = d.item
            WHEN MATCHED THEN UPDATE SET amount = n
            WHEN NOT MATCHED BY SOURCE THEN UPDATE SET note = 'gone'
            WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (d.item, n, 'new')
            RETURNING *
            """).ContinueWith(t => t.Result.Order(StringComparer.Ordinal).ToArray(), TaskScheduler.Default));
        Assert.Equal(
            ["apple|5|gone", "fig|1|new", "pear|3|old"],
            await _connection.RowsAsync("SELECT * FROM stock ORDER BY item"));
    }

    [Fact]
    public async Task Merge_refuses_a_row_that_two_source_rows_meet()
    {
        await StockAsync();
        Assert.Equal("21000", await _connection.FailAsync(
            "MERGE INTO stock s USING (VALUES ('pear'), ('pear')) d (item) ON s.item = d.item WHEN MATCHED THEN DELETE"));
        Assert.Equal(["2"], await _connection.RowsAsync("SELECT count(*) FROM stock"));
    }

    [Fact]
    public async Task An_update_from_a_join_changes_a_row_once_however_many_partners_it_has()
    {
        await _connection.RunAsync("CREATE TABLE t (id INTEGER, v INTEGER)");
        await _connection.RunAsync("INSERT INTO t SELECT i, 0 FROM range(10) r(i)");
        await _connection.RunAsync("CREATE TABLE many AS SELECT i % 10 AS id, i FROM range(300000) r(i)");
        Assert.Equal(10, await _connection.RunAsync("UPDATE t SET v = 1 FROM many WHERE many.id = t.id"));
        Assert.Equal(["10|10"], await _connection.RowsAsync("SELECT count(*), sum(v) FROM t"));
    }

    private async Task StockAsync()
    {
        await _connection.RunAsync("CREATE TABLE stock (item VARCHAR PRIMARY KEY, amount INTEGER, note VARCHAR)");
        await _connection.RunAsync("INSERT INTO stock VALUES ('apple', 5, 'old'), ('pear', 7, 'old')");
    }
}

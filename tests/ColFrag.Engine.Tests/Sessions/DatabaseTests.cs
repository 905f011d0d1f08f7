using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Statements from text to rows, through the public door.</summary>
public sealed class DatabaseTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Rows_that_were_inserted_are_found_again()
    {
        using Database database = Database.Open(_folder);
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (id BIGINT NOT NULL, name VARCHAR, price DECIMAL(10, 2))");
        Assert.Equal(3, await connection.RunAsync(
            "INSERT INTO t VALUES (1, 'one', 1.5), (2, 'two', 2.25), (3, NULL, NULL)"));
        Assert.Equal(
            ["1|one|1.50", "2|two|2.25", "3|NULL|NULL"], await Lines(connection, "SELECT * FROM t ORDER BY id"));
    }

    [Fact]
    public async Task Committed_rows_survive_closing_and_opening()
    {
        using (Database database = Database.Open(_folder))
        {
            using Connection connection = database.Connect();
            await connection.RunAsync("CREATE TABLE t (a INTEGER)");
            await connection.RunAsync("INSERT INTO t SELECT * FROM range(100000)");
        }
        using (Database database = Database.Open(_folder))
        {
            using Connection connection = database.Connect();
            Assert.Equal(["100000|4999950000"], await Lines(connection, "SELECT count(*), sum(a) FROM t"));
        }
    }

    [Fact]
    public async Task Groups_filters_and_orders_work_together()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE s (city VARCHAR, amount INTEGER)");
        await connection.RunAsync(
            "INSERT INTO s VALUES ('Rome', 3), ('Oslo', 1), ('Rome', 4), ('Bern', 10), ('Oslo', NULL)");
        Assert.Equal(
            ["Bern|1|10", "Rome|2|7"],
            await Lines(connection,
                "SELECT city, count(amount), sum(amount) FROM s GROUP BY city HAVING sum(amount) > 1 ORDER BY 3 DESC"));
        Assert.Equal(["Oslo"], await Lines(connection, "SELECT DISTINCT city FROM s WHERE amount < 3"));
        Assert.Equal(["4"], await Lines(
            connection, "SELECT amount FROM s WHERE city LIKE 'R%' ORDER BY amount DESC LIMIT 1"));
    }

    [Fact]
    public async Task Updates_and_deletes_change_what_is_seen()
    {
        using Database database = Database.Open(_folder);
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER, b VARCHAR)");
        await connection.RunAsync("INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z')");
        Assert.Equal(1, await connection.RunAsync("UPDATE t SET b = 'changed' WHERE a = 2"));
        Assert.Equal(1, await connection.RunAsync("DELETE FROM t WHERE a = 1"));
        Assert.Equal(["2|changed", "3|z"], await Lines(connection, "SELECT * FROM t ORDER BY a"));
    }

    [Fact]
    public async Task A_rolled_back_block_leaves_nothing()
    {
        using Database database = Database.Open(_folder);
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER)");
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("INSERT INTO t VALUES (1)");
        Assert.Equal(["1"], await Lines(connection, "SELECT count(*) FROM t"));
        using (Connection other = database.Connect()) Assert.Equal(["0"], await Lines(other, "SELECT count(*) FROM t"));
        await connection.RunAsync("ROLLBACK");
        Assert.Equal(["0"], await Lines(connection, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task A_failed_statement_fails_the_block_until_rollback()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("BEGIN");
        await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync("SELECT * FROM missing"));
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync("SELECT 1"));
        Assert.Equal(SqlStates.InFailedTransaction, error.SqlState);
        await connection.RunAsync("ROLLBACK");
        Assert.Equal(["1"], await Lines(connection, "SELECT 1"));
    }

    [Theory]
    [InlineData("SELECT nam FROM t", SqlStates.UndefinedColumn, 7, "name")]
    [InlineData("SELECT * FROM tt", SqlStates.UndefinedTable, 14, "t")]
    [InlineData("SELECT cuont(*) FROM t", SqlStates.UndefinedFunction, 7, "count")]
    public async Task Errors_point_at_their_place_and_suggest_a_name(
        string sql, string state, int position, string suggestion)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (name VARCHAR)");
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync(sql));
        Assert.Equal(state, error.SqlState);
        Assert.Equal(position, error.Position);
        Assert.Contains(suggestion, error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_null_in_a_required_column_is_refused_and_nothing_is_kept()
    {
        using Database database = Database.Open(_folder);
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER NOT NULL, b INTEGER CHECK (b > 0))");
        QueryException missing = await Assert.ThrowsAsync<QueryException>(
            () => connection.RunAsync("INSERT INTO t VALUES (1, 1), (NULL, 2)"));
        Assert.Equal(SqlStates.NotNullViolation, missing.SqlState);
        QueryException wrong =
            await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync("INSERT INTO t VALUES (1, 1), (2, -2)"));
        Assert.Equal(SqlStates.CheckViolation, wrong.SqlState);
        Assert.Equal(["0"], await Lines(connection, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Files_are_copied_and_read_in_place()
    {
        string file = Path.Combine(_folder, "cities.csv");
        await File.WriteAllTextAsync(file, "name,people\nRome,2800000\n\"Oslo, Norway\",700000\n");
        using Database database = Database.Open(Path.Combine(_folder, "data"));
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE cities (name VARCHAR, people BIGINT)");
        Assert.Equal(2, await connection.RunAsync($"COPY cities FROM '{file}'"));
        Assert.Equal(["Oslo, Norway|700000", "Rome|2800000"],
            await Lines(connection, "SELECT * FROM cities ORDER BY name"));
        Assert.Equal(["3500000"], await Lines(connection, $"SELECT sum(people) FROM read_csv('{file}')"));
    }

    [Fact]
    public async Task A_malformed_row_stops_a_copy_and_leaves_nothing()
    {
        string file = Path.Combine(_folder, "bad.csv");
        await File.WriteAllTextAsync(file, "a,b\n1,2\n3,x\n");
        using Database database = Database.Open(Path.Combine(_folder, "data"));
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER, b INTEGER)");
        QueryException error =
            await Assert.ThrowsAsync<QueryException>(() => connection.RunAsync($"COPY t FROM '{file}'"));
        Assert.Contains("bad.csv", error.Message, StringComparison.Ordinal);
        Assert.Contains("3", error.Message, StringComparison.Ordinal);
        Assert.Equal(["0"], await Lines(connection, "SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Parameters_take_the_types_of_their_places()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER, b DATE)");
        await connection.RunAsync("INSERT INTO t VALUES ($1, $2)", [Value.Text("7"), Value.Text("2024-02-29")]);
        await using IPreparedStatement prepared = await connection.PrepareAsync("SELECT a FROM t WHERE b = $1");
        Assert.Equal(LogicalType.Date, prepared.ParameterTypes[0]);
        await using QueryResult result = await prepared.ExecuteAsync([Value.Text("2024-02-29")]);
        ResultBatch batch = (await result.ReadAsync())!;
        Assert.Equal(7, batch.GetInteger(0, 0));
    }

    private static async Task<string[]> Lines(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];
}

using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Keys hold where workers have the rows.</summary>
public sealed class KeyTests
{
    private const string Create = "CREATE TABLE stock (id INTEGER PRIMARY KEY, amount INTEGER) WITH (ranges = 4)";

    [Fact]
    public async Task A_key_that_a_worker_has_is_refused()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("stock", Enumerable.Range(0, 5_000).Select(i => $"{i},1"));
        cluster.AssertCopies("stock", 2);
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync("INSERT INTO stock VALUES (5000, 1), (4711, 2)"));
        Assert.Equal(SqlStates.UniqueViolation, error.SqlState);
        await cluster.KillAsync(cluster.Workers[0]);
        await Assert.ThrowsAsync<QueryException>(() => cluster.RunAsync("INSERT INTO stock VALUES (42, 2)"));
        await cluster.RunAsync("INSERT INTO stock VALUES (5000, 1)", "DELETE FROM stock WHERE id = 42");
        await cluster.RunAsync("INSERT INTO stock VALUES (42, 3)");
        Value[] row =
            Assert.Single(await cluster.QueryAsync("SELECT count(*), count(DISTINCT id), sum(amount) FROM stock"));
        Assert.Equal("5001 5001 5003", string.Join(' ', row.Select(v => v.ToString())));
    }

    [Fact]
    public async Task A_unique_column_that_rows_are_not_distributed_by_is_compared_with_all_workers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT UNIQUE, nick TEXT) " +
            "WITH (distributed_by = hash(id), ranges = 4)");
        await cluster.CopyAsync("users", Enumerable.Range(0, 2_000).Select(i => $"{i},user{i}@x,nick{i % 500}"));
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync("INSERT INTO users VALUES (5000, 'user17@x', 'new')"));
        Assert.Equal(SqlStates.UniqueViolation, error.SqlState);
        Assert.Contains("user17@x", error.Hint, StringComparison.Ordinal);
        error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync("UPDATE users SET mail = 'user3@x' WHERE id = 1999"));
        Assert.Equal(SqlStates.UniqueViolation, error.SqlState);
        error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync("ALTER TABLE users ADD UNIQUE (nick)"));
        Assert.Equal(SqlStates.UniqueViolation, error.SqlState);
        await cluster.RunAsync(
            "INSERT INTO users VALUES (5000, 'user5000@x', 'new'), (5001, NULL, 'a'), (5002, NULL, 'b')");
        Value[] row = Assert.Single(await cluster.QueryAsync("SELECT count(*), count(DISTINCT mail) FROM users"));
        Assert.Equal("2003 2001", string.Join(' ', row.Select(v => v.ToString())));
    }

    [Fact]
    public async Task Rows_are_added_or_changed_by_their_key()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("stock", Enumerable.Range(0, 1_000).Select(i => $"{i},1"));
        await cluster.RunAsync(
            "INSERT INTO stock SELECT i, 10 FROM range(900, 1100) r(i) " +
            "ON CONFLICT (id) DO UPDATE SET amount = stock.amount + excluded.amount");
        Value[] row = Assert.Single(await cluster.QueryAsync("SELECT count(*), sum(amount) FROM stock"));
        Assert.Equal("1100 3000", string.Join(' ', row.Select(v => v.ToString())));
    }

    [Fact]
    public async Task Sessions_that_count_at_once_lose_nothing()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(Create, "INSERT INTO stock VALUES (1, 0)");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await using Connection connection = cluster.Connect();
            for (int i = 0; i < 5; i++) await connection.RunAsync("UPDATE stock SET amount = amount + 1 WHERE id = 1");
        })));
        Value[] row = Assert.Single(await cluster.QueryAsync("SELECT count(*), sum(amount) FROM stock"));
        Assert.Equal("1 15", string.Join(' ', row.Select(v => v.ToString())));
    }
}

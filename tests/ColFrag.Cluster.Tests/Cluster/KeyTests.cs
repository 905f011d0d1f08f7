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

using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Acknowledgement and progress of single statements where workers have the rows.</summary>
public sealed class StatementOptionsTests
{
    private const string Create =
        "CREATE TABLE stock (id INTEGER PRIMARY KEY, amount INTEGER) WITH (ranges = 3, replicas = 3)";

    private sealed record Item(int Id, int Amount);

    [Fact]
    public async Task A_write_waits_for_the_copies_that_its_call_asks_for()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await using Connection connection = cluster.Connect();
        await connection.PutAsync("stock", new Item(1, 10), WriteAcknowledgement.All);
        cluster.AssertCopies("stock", 3);
        await cluster.KillAsync(cluster.Workers[0]);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => connection.PutAsync("stock", new Item(2, 20), WriteAcknowledgement.All));
        Assert.Contains("need 3 workers and 2 can be reached", error.Message, StringComparison.Ordinal);
        await connection.PutAsync("stock", new Item(2, 20), WriteAcknowledgement.Quorum);
        await connection.PutAsync("stock", new Item(3, 30));
        await cluster.KillAsync(cluster.Workers[1]);
        foreach (WriteAcknowledgement level in
            (WriteAcknowledgement[])[WriteAcknowledgement.Quorum, WriteAcknowledgement.Safe])
        {
            error = await Assert.ThrowsAsync<ClusterException>(
                () => connection.PutAsync("stock", new Item(4, 40), level));
            Assert.Contains("need 2 workers and 1 can be reached", error.Message, StringComparison.Ordinal);
        }
        await connection.PutAsync("stock", new Item(4, 40), WriteAcknowledgement.One);
        Assert.Equal(new Item(4, 40), await connection.GetAsync<Item>("stock", 4, ReadConsistency.Strong));
        Assert.Contains(cluster.SegmentsOf("stock"), s => s.Workers.Count() == 1);
        await cluster.StartAsync(cluster.Workers[0]);
        await cluster.StartAsync(cluster.Workers[1]);
        await cluster.HealAsync();
        cluster.AssertCopies("stock", 3);
    }

    [Fact]
    public async Task A_deleted_row_waits_for_its_holders_as_its_call_asks_for()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create, "INSERT INTO stock SELECT i, 1 FROM range(100) r(i)");
        await using Connection connection = cluster.Connect();
        Assert.True(await connection.DeleteAsync("stock", 1, WriteAcknowledgement.All));
        await cluster.KillAsync(cluster.Workers[2]);
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => connection.DeleteAsync("stock", 2, WriteAcknowledgement.All));
        Assert.Contains("3 are needed and 2 can be reached", error.Message, StringComparison.Ordinal);
        Assert.True(await connection.DeleteAsync("stock", 2, WriteAcknowledgement.Quorum));
        await cluster.KillAsync(cluster.Workers[1]);
        await Assert.ThrowsAsync<ClusterException>(
            () => connection.DeleteAsync("stock", 3, WriteAcknowledgement.Quorum));
        Assert.True(await connection.DeleteAsync("stock", 3));
        Assert.Equal("97", (await connection.QueryAsync("SELECT count(*) FROM stock"))[0][0].ToString());
    }

    [Fact]
    public async Task The_journal_alone_is_refused_where_workers_have_the_rows()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync("CREATE TABLE stock (id INTEGER PRIMARY KEY, amount INTEGER)");
        await using Connection connection = cluster.Connect();
        await connection.PutAsync("stock", new Item(1, 10));
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => connection.PutAsync("stock", new Item(2, 20), WriteAcknowledgement.Journal));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
        error = await Assert.ThrowsAsync<QueryException>(
            () => connection.DeleteAsync("stock", 1, WriteAcknowledgement.Journal));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
    }

    [Fact]
    public async Task A_query_tells_how_much_workers_have_read()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync("CREATE TABLE stock (id INTEGER, amount INTEGER) WITH (ranges = 6)");
        await cluster.CopyAsync("stock", Enumerable.Range(0, 60_000).Select(i => $"{i},{i % 7}"));
        await using Connection connection = cluster.Connect();
        foreach ((string sql, int rows) in ((string, int)[])[
            ("SELECT sum(amount % 5) FROM stock", 60_000),
            ("SELECT a.amount, count(*) FROM stock a JOIN stock b ON a.id = b.id + 1 GROUP BY 1", 120_000)])
        {
            List<StatementProgress> reports = [];
            await using QueryResult result = await connection.ExecuteAsync(
                sql, null, new StatementOptions { Progress = new Told(reports) });
            while (await result.ReadAsync() is not null)
            {
            }
            Assert.True(reports.Count > 1, $"{reports.Count} reports");
            Assert.Equal(rows, reports[^1].RowsTotal);
            Assert.Equal(rows, reports[^1].RowsRead);
            Assert.Equal(reports[^1].PiecesTotal, reports[^1].PiecesRead);
        }
    }

    private sealed class Told(List<StatementProgress> reports) : IProgress<StatementProgress>
    {
        public void Report(StatementProgress value)
        {
            lock (reports) reports.Add(value);
        }
    }
}

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>A worker that is late is not waited for: others that have the same rows are asked too.</summary>
public sealed class LateWorkerTests
{
    private const string Create =
        "CREATE TABLE t (id BIGINT, name VARCHAR) WITH (distributed_by = hash(id), ranges = 6)";

    [Theory]
    [InlineData("SELECT count(*), sum(id), min(name) FROM t")]
    [InlineData("SELECT id % 10 AS k, count(*) FROM t GROUP BY k ORDER BY k")]
    [InlineData("SELECT id, name FROM t WHERE id % 100 = 3 ORDER BY id")]
    public async Task A_query_ends_while_a_worker_that_it_asks_is_paused(string query)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create, "INSERT INTO t SELECT i, 'name ' || i FROM range(30000) r(i)");
        string[] expected = await RowsAsync(cluster, query);
        foreach (TestWorker worker in cluster.Workers)
        {
            worker.Pause();
            Assert.Equal(expected, await RowsAsync(cluster, query));
            // Nobody has given it up: it was late, and others were first.
            Assert.True(cluster.Coordinator.Workers.IsLive(worker.Id));
            worker.Continue();
            Assert.Equal(expected, await RowsAsync(cluster, query));
        }
    }

    private static async Task<string[]> RowsAsync(TestCluster cluster, string query) =>
        [.. (await cluster.QueryAsync(query)).Select(r => string.Join('|', r.Select(v => v.ToString())))];
}

using ColFrag.Cluster.Tests.Planning.Support;

namespace ColFrag.Cluster.Tests.Stages;

/// <summary>
/// Queries over workers give what one process gives: with messages, frames and credit between real stage runners, and
/// with connections that break under every one of them.
/// </summary>
public sealed class ClusterQueryTests
{
    [Theory]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(2, true)]
    public async Task Queries_over_hard_rows_give_the_rows_of_one_process(int workers, bool movesRows)
    {
        await using StageCluster cluster = await StageCluster.StartAsync(new()
        {
            Workers = workers, MovesRows = movesRows,
        });
        await cluster.LoadAsync(SitesScripts.Read("data.sql"));
        await cluster.Local.RunAsync("INSERT INTO l VALUES (7, 'g1', 7, 7, NULL), (NULL, NULL, NULL, -1, NULL)");
        await cluster.Local.RunAsync("INSERT INTO r VALUES (7, 'g1', 7, 7), (NULL, NULL, NULL, NULL)");
        await cluster.Local.RunAsync("DELETE FROM r WHERE y = 3");
        await AssertAllSameAsync(cluster, SitesScripts.Statements("queries.sql"));
        Assert.Empty(cluster.Failures);
        Assert.All(cluster.Workers, w => Assert.True(w.Server.ConnectionCount > 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Queries_of_TPC_H_give_the_rows_of_one_process(bool movesRows)
    {
        await using StageCluster cluster = await StageCluster.StartAsync(new() { MovesRows = movesRows });
        await cluster.LoadAsync(SitesScripts.Read("tpch-data.sql"));
        await AssertAllSameAsync(cluster, SitesScripts.Statements("tpch"));
        Assert.Empty(cluster.Failures);
    }

    [Theory]
    [InlineData("data.sql", "queries.sql")]
    [InlineData("tpch-data.sql", "tpch")]
    public async Task A_connection_that_breaks_while_rows_flow_changes_no_answer(string data, string queries)
    {
        await using StageCluster cluster = await StageCluster.StartAsync(new() { MovesRows = true });
        await cluster.LoadAsync(SitesScripts.Read(data));
        int victim = 0, broken = 0;
        await AssertAllSameAsync(cluster, SitesScripts.Statements(queries), () =>
        {
            int limit = 1;
            cluster.OnRows(cluster.Workers[victim++ % cluster.Workers.Count], connection =>
            {
                // Of all its connections, the first that sends rows.
                if (Interlocked.Decrement(ref limit) < 0) return;
                Interlocked.Increment(ref broken);
                connection.Abort();
            });
        });
        Assert.True(broken > 20, $"{broken} connections were broken");
    }

    private static async Task AssertAllSameAsync(
        StageCluster cluster, IEnumerable<string> queries, Action? beforeEach = null)
    {
        List<string> wrong = [];
        foreach (string query in queries)
        {
            List<object?[]> expected = await ResultRows.ReadAsync(cluster.Local, query);
            beforeEach?.Invoke();
            try
            {
                ResultRows.AssertSame(expected, await ResultRows.ReadAsync(cluster.Spread, query), isOrdered: false);
            }
            catch (Exception error)
            {
                wrong.Add($"{query}\n  {error}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        await cluster.WaitUntilIdleAsync();
        Assert.Equal(0, cluster.Memory.UsedBytes);
        // Dictionaries are left to the collector.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.All(cluster.Workers, w => Assert.Equal(
            w.CachedBytes + w.Runner.Dictionaries.UsedBytes, w.Memory.UsedBytes));
    }
}

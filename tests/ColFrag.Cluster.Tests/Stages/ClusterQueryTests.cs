
namespace ColFrag.Cluster.Tests.Stages;

/// <summary>Queries over workers give what one process gives, whatever happens to the workers.</summary>
public sealed class ClusterQueryTests
{
    private static readonly string[] s_queries =
    [
        "SELECT count(*), sum(x), min(g), max(d) FROM l",
        "SELECT g, count(*), sum(x), avg(k) FROM l GROUP BY g",
        "SELECT k, g, count(*) FROM l GROUP BY k, g",
        "SELECT * FROM l WHERE x % 1000 = 3",
        "SELECT l.g, count(*), sum(r.y) FROM l JOIN r ON l.k = r.k GROUP BY l.g",
        "SELECT count(*) FROM l LEFT JOIN r ON l.k = r.k AND l.g = r.g",
        "SELECT count(DISTINCT k), count(DISTINCT g) FROM l",
        "SELECT k, x FROM l ORDER BY x DESC LIMIT 20",
        "SELECT count(*), sum(k) FROM nothing",
        "SELECT g FROM nothing GROUP BY g",
        "SELECT g, x, rank() OVER (PARTITION BY g ORDER BY x DESC) FROM l WHERE x < 900",
        "SELECT g FROM l UNION ALL SELECT g FROM r",
        "SELECT g FROM l EXCEPT SELECT g FROM r WHERE y < 3",
        "SELECT count(*) FROM l WHERE k IN (SELECT k FROM r WHERE y = 7)",
        "SELECT count(*) FROM (SELECT * FROM l LIMIT 100)",
        "SELECT 1 AS one",
    ];

    [Fact]
    public async Task Queries_over_workers_give_the_rows_of_one_process()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        foreach (string query in s_queries) await AssertSameAsync(cluster, query);
        Assert.Empty(cluster.Failures);
        await cluster.WaitUntilIdleAsync();
        Assert.Equal(0, cluster.Memory.UsedBytes);
        Assert.All(cluster.Workers, w => Assert.True(w.Server.ConnectionCount > 0));
    }

    private static async Task AssertSameAsync(StageCluster cluster, string query)
    {
        string[] expected = await StageCluster.RowsAsync(cluster.Local, query);
        string[] actual = await StageCluster.RowsAsync(cluster.Spread, query);
        Assert.True(expected.SequenceEqual(actual), query);
    }
}

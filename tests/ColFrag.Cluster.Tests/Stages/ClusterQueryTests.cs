using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Stages;

/// <summary>Queries over workers give what one process gives, whatever happens to the workers.</summary>
public sealed class ClusterQueryTests
{
    private const string Data = """
        CREATE TABLE l (k INTEGER, g VARCHAR, x BIGINT, d DOUBLE);
        INSERT INTO l SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i % 500 END,
          CASE WHEN i % 11 = 0 THEN NULL ELSE 'g' || (i % 13) END, i * 3, i / 7.0 FROM range(40000) q(i);
        CREATE TABLE r (k INTEGER, g VARCHAR, y BIGINT);
        INSERT INTO r SELECT CASE WHEN i % 9 = 0 THEN NULL ELSE i % 700 END, 'g' || (i % 17), i % 40
        FROM range(9000) q(i);
        CREATE TABLE nothing (k INTEGER, g VARCHAR);

        """;

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
        await using StageCluster cluster = await LoadAsync();
        foreach (string query in s_queries) await AssertSameAsync(cluster, query);
        Assert.Empty(cluster.Failures);
        await cluster.WaitUntilIdleAsync();
        Assert.Equal(0, cluster.Memory.UsedBytes);
        Assert.All(cluster.Workers, w => Assert.True(w.Server.ConnectionCount > 0));
    }

    private static async Task<StageCluster> LoadAsync(StageClusterOptions? options = null)
    {
        StageCluster cluster = await StageCluster.StartAsync(options);
        await cluster.LoadAsync(Data);
        // A little that only the coordinator has.
        await cluster.Local.RunAsync("INSERT INTO l VALUES (7, 'g1', 7, 7), (NULL, NULL, NULL, -1)");
        return cluster;
    }

    private static async Task AssertSameAsync(StageCluster cluster, string query)
    {
        string[] expected = await RowsAsync(cluster.Local, query), actual = await RowsAsync(cluster.Spread, query);
        Assert.True(expected.SequenceEqual(actual), query);
    }

    private static async Task<string[]> RowsAsync(Connection connection, string query)
    {
        IReadOnlyList<Value[]> rows = await connection.QueryAsync(query);
        return [.. rows.Select(r => string.Join('|', r.Select(v => v.ToString()))).Order(StringComparer.Ordinal)];
    }
}

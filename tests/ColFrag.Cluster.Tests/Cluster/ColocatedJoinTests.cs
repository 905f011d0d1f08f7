using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>
/// Tables that are distributed by what they are joined by, with the same ranges, are joined where they lie; groups of
/// the distribution key are finished there.
/// </summary>
public sealed class ColocatedJoinTests
{
    private static readonly string[] s_data =
    [
        "CREATE TABLE o (id BIGINT, day INTEGER, who VARCHAR) WITH (distributed_by = hash(id), ranges = 6)",
        "CREATE TABLE l (order_id BIGINT, line INTEGER, price DECIMAL(12, 2)) " +
            "WITH (distributed_by = hash(order_id), ranges = 6)",
        "CREATE TABLE r (order_id BIGINT, why VARCHAR) WITH (distributed_by = hash(order_id), ranges = 9)",
        "INSERT INTO o SELECT i, i % 31, 'who ' || i % 7 FROM range(20000) t(i)",
        "INSERT INTO l SELECT i // 3, i % 3, i / 100.0 FROM range(50000) t(i)",
        "INSERT INTO l VALUES (NULL, 1, 5), (NULL, 2, 6)",
        "INSERT INTO r SELECT i * 5, 'why ' || i FROM range(9000) t(i)",
        "DELETE FROM l WHERE line = 2 AND order_id % 5 = 1", "UPDATE o SET day = 99 WHERE id % 1000 = 7",
    ];

    private const string Sums =
        "SELECT o.day, count(*), sum(l.price) FROM o JOIN l ON o.id = l.order_id GROUP BY o.day ORDER BY 1";

    [Theory]
    [InlineData(Sums, false)]
    [InlineData("SELECT count(*), sum(line) FROM o LEFT JOIN l ON o.id = l.order_id AND l.line = 1", false)]
    [InlineData("SELECT count(*), sum(id) FROM o FULL JOIN l ON o.id = l.order_id", false)]
    [InlineData("SELECT count(*) FROM o WHERE id IN (SELECT order_id FROM l WHERE line = 2)", false)]
    [InlineData("SELECT count(*) FROM o WHERE NOT EXISTS (SELECT 1 FROM l WHERE l.order_id = o.id)", false)]
    [InlineData("SELECT count(*), max(s) FROM (SELECT order_id, sum(price) AS s FROM l GROUP BY order_id)", false)]
    [InlineData("SELECT count(*), max(n) FROM (SELECT row_number() OVER (PARTITION BY order_id ORDER BY line) n " +
        "FROM l)", false)]
    [InlineData("SELECT count(*), sum(s) FROM o JOIN (SELECT order_id, sum(price) AS s FROM l GROUP BY order_id) g " +
        "ON g.order_id = o.id", false)]
    // Other columns, other ranges.
    [InlineData("SELECT count(*) FROM o JOIN l ON o.day = l.order_id", true)]
    [InlineData("SELECT count(*), max(why) FROM l JOIN r ON l.order_id = r.order_id", true)]
    public async Task Rows_change_places_only_where_keys_or_ranges_differ(string query, bool moves)
    {
        using Database database = Database.Open(":memory:");
        using Connection local = database.Connect();
        foreach (string statement in s_data) await local.RunAsync(statement);
        await using TestCluster cluster = await StartAsync();
        List<object?[]> expected = await ResultRows.ReadAsync(local, query);
        string plan = string.Join('\n', (await cluster.QueryAsync("EXPLAIN " + query)).Select(r => r[0].AsText));
        bool isMoved = plan.Contains("hash by", StringComparison.Ordinal) ||
            plan.Contains("broadcast", StringComparison.Ordinal);
        Assert.Equal(moves, isMoved);
        Assert.Equal(!moves, plan.Contains("where whole ranges are", StringComparison.Ordinal));
        ResultRows.AssertSame(expected, ResultRows.Of(await cluster.QueryAsync(query)), isOrdered: false);
        // Whoever takes over what a lost worker read of one table reads the same range of the other one.
        await cluster.KillAsync(cluster.Workers[1]);
        ResultRows.AssertSame(expected, ResultRows.Of(await cluster.QueryAsync(query)), isOrdered: false);
    }

    [Fact]
    public async Task A_worker_that_lacks_a_range_of_one_table_is_lent_it_with_what_is_deleted_in_it()
    {
        using Database database = Database.Open(":memory:");
        using Connection local = database.Connect();
        foreach (string statement in s_data) await local.RunAsync(statement);
        // Two workers have all ranges of one table, any two of three those of the other.
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(s_data[0]);
        await cluster.AddWorkerAsync();
        await cluster.RunAsync(s_data[1..]);
        List<object?[]> expected = await ResultRows.ReadAsync(local, Sums);
        ResultRows.AssertSame(expected, ResultRows.Of(await cluster.QueryAsync(Sums)), isOrdered: true);
        Assert.All(cluster.Workers, w => Assert.Empty(w.LentFolders));
        await cluster.KillAsync(cluster.Workers[0]);
        ResultRows.AssertSame(expected, ResultRows.Of(await cluster.QueryAsync(Sums)), isOrdered: true);
        Assert.Contains(cluster.Workers, w => w.LentFolders.Any());
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync("EXPLAIN FRAGMENTS " + Sums);
        Assert.Contains(rows, r => r[9].AsText.StartsWith("lent to", StringComparison.Ordinal));
    }

    [Fact]
    public async Task EXPLAIN_FRAGMENTS_shows_equal_ranges_at_one_worker()
    {
        await using TestCluster cluster = await StartAsync();
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync("EXPLAIN FRAGMENTS " + Sums);
        Value[][] orders = [.. rows.Where(r => r[0].AsText == "o")], lines = [.. rows.Where(r => r[0].AsText == "l")];
        Assert.Equal(6, orders.Length);
        Assert.Equal(orders.Select(r => r[7].AsText), lines.Select(r => r[7].AsText));
        Assert.Equal(3, orders.Select(r => r[7].AsText).Distinct().Count());
        Assert.All(
            orders, r => Assert.StartsWith("where the same range of l is", r[9].AsText, StringComparison.Ordinal));
        // Both lie there: nothing is lent.
        Assert.All(lines, r => Assert.Contains(r[7].AsText, r[6].AsText, StringComparison.Ordinal));
    }

    private static async Task<TestCluster> StartAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(s_data);
        return cluster;
    }
}

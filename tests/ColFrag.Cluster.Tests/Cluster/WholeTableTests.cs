using ColFrag.Engine;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>
/// What reads or moves all rows of tables whose rows lie on workers: change streams, backups, other ranges.
/// </summary>
public sealed class WholeTableTests : IDisposable
{
    private const string Create =
        "CREATE TABLE t (id BIGINT, name VARCHAR) WITH (distributed_by = hash(id), ranges = 2)";

    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-whole").FullName;

    private string Target => Path.Combine(_folder, "copy");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Changes_are_told_of_rows_that_lie_on_workers_and_nothing_stays_here()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(
            Create, "INSERT INTO t SELECT i, 'row ' || i FROM range(3000) r(i)", "DELETE FROM t WHERE id % 3 = 0",
            "INSERT INTO t VALUES (9000, 'last')");
        Assert.Equal(
            ["insert|3001", "delete|1000"],
            (await cluster.QueryAsync(
                "SELECT change_type, count(*) FROM colfrag_changes('t', 0) GROUP BY 1 ORDER BY 2 DESC"))
            .Select(r => string.Join('|', r.Select(v => v.ToString()))));
        await cluster.RunAsync(
            "CREATE TABLE u AS SELECT * FROM colfrag_changes('t', 1) WHERE change_type = 'delete'");
        Assert.Equal(
            "1000|1498500",
            string.Join(
                '|', (await cluster.QueryAsync("SELECT count(*), sum(id) FROM u"))[0].Select(v => v.ToString())));
        AssertNoColumnFilesHere(cluster);
        await cluster.KillAsync(cluster.Workers[0]);
        Assert.Equal(
            4001, (await cluster.QueryAsync("SELECT count(*) FROM colfrag_changes('t', 0)"))[0][0].AsInteger);
    }

    [Fact]
    public async Task A_backup_of_a_cluster_opens_embedded_with_the_versions_that_were_kept()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(
            Create, "CREATE TABLE k (id INTEGER PRIMARY KEY, name VARCHAR)",
            "INSERT INTO t SELECT i, 'row ' || i FROM range(25000) r(i)", "DELETE FROM t WHERE id % 10 = 7",
            "INSERT INTO k SELECT i, 'k' FROM range(50) r(i)", "CREATE VIEW v AS SELECT count(*) AS n FROM t");
        await cluster.HealAsync();
        await cluster.CompactAsync("k");
        await cluster.KillAsync(cluster.Workers[1]);
        await cluster.HealAsync();
        Int128 loaded = (await cluster.QueryAsync(
            "SELECT max(change_version) FROM colfrag_changes('t', 0) WHERE change_type = 'insert'"))[0][0].AsInteger;
        await cluster.RunAsync($"BACKUP TO '{Target}'");
        AssertNoColumnFilesHere(cluster);
        Assert.Empty(new FolderVerification(new LocalFileSystem(Target), MemoryBroker.Unlimited).Run().Damages);

        using Database copy = await Database.OpenAsync(Target);
        using Connection connection = copy.Connect();
        Assert.Equal(22_500, (await connection.QueryAsync("SELECT n FROM v"))[0][0].AsInteger);
        Assert.Equal(
            25_000, (await connection.QueryAsync($"SELECT count(*) FROM t AS OF VERSION {loaded}"))[0][0].AsInteger);
        QueryException twice = await Assert.ThrowsAsync<QueryException>(
            () => connection.RunAsync("INSERT INTO k VALUES (7, 'again')"));
        Assert.Equal(SqlStates.UniqueViolation, twice.SqlState);
        await connection.RunAsync("INSERT INTO t VALUES (1, 'new')");
        await connection.RunAsync("CHECKPOINT");
        Assert.Equal(22_501, (await connection.QueryAsync("SELECT n FROM v"))[0][0].AsInteger);
    }

    [Theory]
    [InlineData("hash(id)")]
    [InlineData("range(id)")]
    public async Task Other_ranges_move_rows_to_the_homes_of_theirs(string cut)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(
            $"CREATE TABLE t (id BIGINT, name VARCHAR) WITH (distributed_by = {cut}, ranges = 2)",
            "INSERT INTO t SELECT i * 7, 'row ' || i FROM range(40000) r(i)", "DELETE FROM t WHERE id % 5 = 0");
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        HashSet<long> before = [.. cluster.SegmentsOf("t").Select(s => s.Key.Id)];
        await cluster.RunAsync("ALTER TABLE t SET (ranges = 6)");
        Assert.Equal(before, [.. cluster.SegmentsOf("t").Select(s => s.Key.Id)]);
        await AssertRowsAsync(cluster);
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        Assert.DoesNotContain(cluster.SegmentsOf("t"), s => before.Contains(s.Key.Id));
        SegmentRecord[] segments = cluster.SegmentsOf("t");
        TableState state = cluster.Coordinator.Store.Tables.Follower.Newest.GetTable(segments[0].FolderTable);
        Assert.Equal(6, state.Ranges.Length);
        Assert.All(state.Ranges, r => Assert.NotEmpty(r.Homes));
        Assert.All(segments, s =>
        {
            RangeRecord range = state.RangeOf(s);
            Assert.True(range.Range.Contains(s.Range.Last));
            Assert.Equal(range.Homes[0].Workers.Order(), s.Workers.Order());
        });
        cluster.AssertCopies("t", 2);
        await AssertRowsAsync(cluster);
        AssertNoColumnFilesHere(cluster);
    }

    private static async Task AssertRowsAsync(TestCluster cluster)
    {
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync("SELECT count(*), sum(id) FROM t");
        Assert.Equal((32_000, 4_480_000_000), (rows[0][0].AsInteger, rows[0][1].AsInteger));
        Assert.Single(await cluster.QueryAsync("SELECT * FROM t WHERE id = 7007"));
        Assert.Empty(await cluster.QueryAsync("SELECT * FROM t WHERE id = 70"));
    }

    private static void AssertNoColumnFilesHere(TestCluster cluster) =>
        Assert.DoesNotContain(cluster.SegmentsOf("t"), s => TestCluster.Holds(cluster.Files, s));
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Rows that were loaded onto workers are read from there, whatever happened to some of the workers.</summary>
public sealed class QueryTests
{
    private const string Create =
        "CREATE TABLE sales (city VARCHAR, amount INTEGER) WITH (distributed_by = hash(city), ranges = 3)";

    private static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count).Select(i => $"city{i % 97},{i}");

    private static string VectorOf(SegmentRecord segment) =>
        StorePaths.DeleteVector(segment.FolderTable, segment.Key.Id, segment.DeleteVector!.Id);

    private static async Task<string> SumAsync(TestCluster cluster)
    {
        Value[] row = Assert.Single(await cluster.QueryAsync("SELECT count(*), sum(amount) FROM sales"));
        return $"{row[0]} {row[1]}";
    }

    [Fact]
    public async Task A_worker_that_is_killed_changes_no_answer_nor_does_its_repair()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(30_000));
        Assert.Equal("30000 449985000", await SumAsync(cluster));
        await cluster.KillAsync(cluster.Workers[2]);
        Assert.Equal("30000 449985000", await SumAsync(cluster));
        await cluster.HealAsync();
        Assert.Equal("30000 449985000", await SumAsync(cluster));
        // Now another one may go too.
        await cluster.KillAsync(cluster.Workers[0]);
        Assert.Equal("30000 449985000", await SumAsync(cluster));
    }

    [Fact]
    public async Task Fragments_of_a_query_and_of_an_insert_are_told_with_their_workers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(30_000));
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync(
            "EXPLAIN FRAGMENTS SELECT sum(amount) FROM sales WHERE city = 'city5'");
        Assert.Equal(3, rows.Count);
        Value[] read = Assert.Single(rows, r => r[8].Equals(Value.Boolean(true)));
        Assert.Matches("^worker [1-3], worker [1-3]$", read[6].AsText);
        Assert.Contains(read[7].AsText, read[6].AsText.Split(", "));
        Value[] sent = Assert.Single(
            await cluster.QueryAsync("EXPLAIN FRAGMENTS INSERT INTO sales VALUES ('city5', 1)"));
        Assert.Equal((read[1], read[2]), (sent[2], sent[3]));
        Assert.EndsWith($"(city): {sent[1].AsText}", read[9].AsText, StringComparison.Ordinal);
        Assert.Equal(read[6].AsText, sent[4].AsText);
        Assert.Contains(sent[5].AsText, sent[4].AsText.Split(", "));
        Value[] sum = Assert.Single(
            await cluster.QueryAsync("SELECT count(*) FROM sales WHERE city = 'city5'"));
        Assert.Equal("310", sum[0].ToString());
    }

    [Theory]
    [InlineData("SELECT a FROM t WHERE a > 2 LIMIT 1", 1)]
    [InlineData("SELECT a FROM t WHERE a > 2 LIMIT 2", 2)]
    [InlineData("SELECT a FROM t WHERE a > 2 LIMIT 3", 2)]
    [InlineData("SELECT a FROM t WHERE a > 9 LIMIT 1", 0)]
    public async Task A_limit_that_is_reached_waits_for_no_other_piece(string sql, int rows)
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync("CREATE TABLE t (a INTEGER)");
        // Two segments, of which one has no row that passes: a lane that took its piece finds nothing in it.
        await cluster.RunAsync("INSERT INTO t VALUES (1), (2)");
        await cluster.RunAsync("INSERT INTO t VALUES (3), (4)");
        for (int i = 0; i < 10; i++) Assert.Equal(rows, (await cluster.QueryAsync(sql)).Count);
    }

    [Fact]
    public async Task Deleted_rows_stay_deleted_on_every_copy()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(3_000));
        await cluster.KillAsync(cluster.Workers[1]);
        await cluster.RunAsync("DELETE FROM sales WHERE amount >= 1000");
        Assert.Equal("1000 499500", await SumAsync(cluster));
        // The worker that was away gets the delete vectors when it comes back, and is then the only one to ask.
        await cluster.StartAsync(cluster.Workers[1]);
        Assert.Equal("1000 499500", await SumAsync(cluster));
        foreach (int other in (int[])[0, 2])
        {
            await cluster.KillAsync(cluster.Workers[other]);
            Assert.Equal("1000 499500", await SumAsync(cluster));
            await cluster.StartAsync(cluster.Workers[other]);
        }
    }

    [Fact]
    public async Task Statements_right_after_a_start_of_the_coordinator_wait_for_the_workers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(3_000));
        await cluster.KillCoordinatorAsync();
        await cluster.StartCoordinatorAsync();
        Assert.Equal("3000 4498500", await SumAsync(cluster));
        await cluster.KillCoordinatorAsync();
        await cluster.StartCoordinatorAsync();
        await cluster.RunAsync("DELETE FROM sales WHERE amount >= 1000");
        Assert.Equal("1000 499500", await SumAsync(cluster));
    }

    [Fact]
    public async Task A_query_waits_for_a_worker_that_was_there_a_moment_ago()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(3_000));
        foreach (TestWorker worker in cluster.Workers) await cluster.KillAsync(worker);
        Task<string> asked = SumAsync(cluster);
        await cluster.StartAsync(cluster.Workers[1]);
        Assert.Equal("3000 4498500", await asked);
    }

    [Fact]
    public async Task A_worker_that_could_not_take_a_delete_vector_gets_it_later()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(3_000));
        TestWorker worker = cluster.Workers[1];
        worker.Files.Fault = call => call.Action == FileAction.Create ? FileFault.Failure : FileFault.None;
        await cluster.RunAsync("DELETE FROM sales WHERE amount % 10 = 0");
        worker.Files.Fault = null;
        SegmentRecord[] segments = cluster.SegmentsOf("sales");
        Assert.All(segments, s => Assert.False(worker.Files.FileExists(VectorOf(s))));
        await cluster.HealAsync();
        Assert.All(segments, s => Assert.True(worker.Files.FileExists(VectorOf(s))));
    }

    [Fact]
    public async Task An_update_is_seen_on_every_copy_and_on_copies_made_later()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(3_000));
        await cluster.RunAsync("UPDATE sales SET amount = amount + 1 WHERE amount < 500");
        Assert.Equal("3000 4499000", await SumAsync(cluster));
        await cluster.KillAsync(cluster.Workers[0]);
        await cluster.HealAsync();
        await cluster.KillAsync(cluster.Workers[1]);
        Assert.Equal("3000 4499000", await SumAsync(cluster));
    }

    [Fact]
    public async Task A_folder_that_grows_is_read_while_its_rows_move()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(0);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(30_000));
        await cluster.RunAsync("INSERT INTO sales VALUES ('Oslo', 1)", "DELETE FROM sales WHERE amount < 10");
        string before = await SumAsync(cluster);
        for (int i = 0; i < 3; i++) await cluster.AddWorkerAsync();
        Assert.Equal(before, await SumAsync(cluster));
        await cluster.HealAsync();
        Assert.Equal(before, await SumAsync(cluster));
        await cluster.RunAsync("INSERT INTO sales VALUES ('Bonn', 0)");
        await cluster.KillAsync(cluster.Workers[0]);
        Assert.Equal(
            before.Split(' ')[1],
            (await cluster.QueryAsync("SELECT sum(amount) FROM sales"))[0][0].ToString());
    }

    [Fact]
    public async Task A_transaction_sees_its_own_rows_on_workers_before_it_commits()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create, "INSERT INTO sales VALUES ('Oslo', 1)");
        using Engine.Connection connection = cluster.Connect();
        await connection.RunAsync("BEGIN");
        await connection.RunAsync("INSERT INTO sales VALUES ('Bonn', 2)");
        await connection.RunAsync("DELETE FROM sales WHERE city = 'Oslo'");
        Assert.Equal("2", (await connection.QueryAsync("SELECT sum(amount) FROM sales"))[0][0].ToString());
        Assert.Equal("1 1", await SumAsync(cluster));
        await connection.RunAsync("COMMIT");
        Assert.Equal("1 2", await SumAsync(cluster));
    }
}

using System.Globalization;
using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Engine;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Column groups of one hash range lie on different workers, and are read together.</summary>
public sealed class VerticalPlacementTests
{
    private const string Create =
        "CREATE TABLE sales (city VARCHAR, day INTEGER, amount BIGINT, note VARCHAR) WITH " +
        "(distributed_by = hash(city), ranges = 3, column_groups = ((city, day), (amount), (note)), " +
        "placement = spread)";

    private static IEnumerable<string> Lines(int count) =>
        Enumerable.Range(0, count).Select(i => $"city{i % 97},{i % 31},{i},note {i % 1009}");

    private static async Task<TestCluster> StartAsync(int workers = 4, int rows = 3_000, TimeSpan? retention = null)
    {
        TestCluster cluster = await TestCluster.StartAsync(workers, retention: retention);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(rows));
        return cluster;
    }

    private static async Task<string> OneAsync(TestCluster cluster, string query) =>
        string.Join('|', (await cluster.QueryAsync(query)).Select(r => string.Join(',', r.Select(v => v.ToString()))));

    [Fact]
    public async Task Column_groups_of_a_range_lie_on_workers_of_their_own()
    {
        await using TestCluster cluster = await StartAsync();
        cluster.AssertGroupCopies("sales", 2);
        SegmentRecord[] segments = cluster.SegmentsOf("sales");
        Assert.All(segments, s => Assert.Empty(s.Groups[0].Workers.Intersect(s.Groups[1].Workers)));
        // Nobody has all columns of any range, and everybody has something.
        Assert.All(segments, s => Assert.DoesNotContain(cluster.Workers, w => TestCluster.Holds(w.Files, s)));
        Assert.Equal(4, segments.SelectMany(s => s.Workers).Distinct().Count());
    }

    [Fact]
    public async Task Anchored_groups_lie_together_away_from_the_keys()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(4);
        await cluster.RunAsync(Create.Replace("spread", "anchored", StringComparison.Ordinal));
        await cluster.CopyAsync("sales", Lines(1_000));
        cluster.AssertGroupCopies("sales", 2);
        Assert.All(cluster.SegmentsOf("sales"), s =>
        {
            Assert.Equal(s.Groups[1].Workers, s.Groups[2].Workers);
            Assert.Empty(s.Groups[0].Workers.Intersect(s.Groups[1].Workers));
        });
    }

    [Fact]
    public async Task Groups_that_are_placed_together_lie_together()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(4);
        await cluster.RunAsync(Create.Replace(", placement = spread", "", StringComparison.Ordinal));
        await cluster.CopyAsync("sales", Lines(1_000));
        Assert.All(cluster.SegmentsOf("sales"), s =>
            Assert.All(s.Groups, g => Assert.Equal(s.Groups[0].Workers, g.Workers)));
    }

    [Theory]
    [InlineData("SELECT count(*) FROM sales")]
    [InlineData("SELECT sum(amount), min(note), max(city) FROM sales")]
    [InlineData("SELECT day, sum(amount), count(DISTINCT note) FROM sales GROUP BY day ORDER BY day")]
    [InlineData("SELECT city, day, amount, note FROM sales WHERE amount % 100 = 7 ORDER BY amount")]
    [InlineData("SELECT note FROM sales WHERE city = 'city5' AND amount < 500 ORDER BY note")]
    [InlineData("SELECT a.city, b.note FROM sales a JOIN sales b ON a.amount = b.amount + 1 ORDER BY 2, 1")]
    [InlineData("SELECT amount FROM sales WHERE day = 1 UNION ALL SELECT length(note) FROM sales ORDER BY 1")]
    public async Task Queries_over_parted_columns_answer_as_one_process_does(string query)
    {
        await using TestCluster cluster = await StartAsync();
        using Database database = Database.Open(":memory:");
        using Connection local = database.Connect();
        await local.RunAsync(Create);
        local.CopyInput = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Lines(3_000)) + "\n"));
        await local.RunAsync("COPY sales FROM STDIN (FORMAT csv)");
        List<object?[]> expected = await ResultRows.ReadAsync(local, query);
        ResultRows.AssertSame(expected, ResultRows.Of(await cluster.QueryAsync(query)), isOrdered: true);
    }

    [Fact]
    public async Task Changes_of_parted_columns_are_seen_and_kept_by_compaction()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create.Replace("ranges = 3", "ranges = 1", StringComparison.Ordinal));
        await cluster.CopyAsync("sales", Lines(2_000));
        await cluster.RunAsync(
            "DELETE FROM sales WHERE amount < 500", "UPDATE sales SET note = 'new' WHERE amount >= 1900");
        const string Query = "SELECT count(*), sum(amount), count(*) FILTER (WHERE note = 'new') FROM sales";
        string before = await OneAsync(cluster, Query);
        Assert.Equal("1500,1874250,100", before);
        await cluster.CompactAsync("sales");
        Assert.Equal(before, await OneAsync(cluster, Query));
        cluster.AssertGroupCopies("sales", 2);
    }

    [Fact]
    public async Task A_query_has_lent_to_its_worker_what_it_lacks_and_nothing_else()
    {
        await using TestCluster cluster = await StartAsync();
        // Each group alone is read where it lies.
        foreach (string column in (string[])["city", "amount", "note"])
            await cluster.QueryAsync($"SELECT max({column}) FROM sales");
        Assert.All(cluster.Workers, w => Assert.Empty(w.LentFolders));
        string plan = await OneAsync(cluster, "EXPLAIN ANALYZE SELECT max(amount), max(day) FROM sales");
        Assert.Contains("bytes of column groups fetched from others", plan, StringComparison.Ordinal);
        string[] lent = [.. cluster.Workers.SelectMany(w => w.LentFolders.SelectMany(f => w.Files.List(f)))
            .Select(e => e.Name)];
        Assert.NotEmpty(lent);
        Assert.DoesNotContain("manifest-2", lent);
        // What was lent stays for the next one.
        plan = await OneAsync(cluster, "EXPLAIN ANALYZE SELECT max(amount), max(day) FROM sales");
        Assert.DoesNotContain("fetched from others", plan, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_lent_goes_where_there_is_no_room_for_it()
    {
        await using TestCluster cluster = await StartAsync();
        foreach (TestWorker worker in cluster.Workers)
        {
            await cluster.KillAsync(worker);
            worker.LentBytes = 0;
            await cluster.StartAsync(worker);
        }
        for (int i = 0; i < 3; i++)
            Assert.Equal("2999,30", await OneAsync(cluster, "SELECT max(amount), max(day) FROM sales"));
        Assert.All(cluster.Workers, w => Assert.Empty(w.LentFolders));
    }

    [Fact]
    public async Task What_was_lent_is_gone_when_its_worker_starts_again()
    {
        await using TestCluster cluster = await StartAsync();
        await cluster.QueryAsync("SELECT max(amount), max(day), max(note) FROM sales");
        TestWorker borrower = cluster.Workers.First(w => w.LentFolders.Any());
        await cluster.KillAsync(borrower);
        await cluster.StartAsync(borrower);
        Assert.Empty(borrower.LentFolders);
        cluster.AssertGroupCopies("sales", 2);
    }

    [Fact]
    public async Task Queries_go_on_while_a_worker_of_each_group_is_away_and_its_groups_are_made_elsewhere()
    {
        await using TestCluster cluster = await StartAsync();
        const string Query = "SELECT count(*), sum(amount), min(note), max(city) FROM sales";
        string before = await OneAsync(cluster, Query);
        TestWorker gone = cluster.Workers[0];
        await cluster.KillAsync(gone);
        Assert.Equal(before, await OneAsync(cluster, Query));
        await cluster.HealAsync();
        foreach (SegmentRecord segment in cluster.SegmentsOf("sales"))
        {
            Assert.All(segment.Groups, g => Assert.Equal(2, cluster.HoldersOf(segment, g).Count(w => w != gone)));
        }
        Assert.Equal(before, await OneAsync(cluster, Query));
    }

    [Fact]
    public async Task Groups_are_at_home_again_when_their_worker_is_back()
    {
        await using TestCluster cluster = await StartAsync(retention: TimeSpan.Zero);
        string[] before = Places(cluster);
        await cluster.KillAsync(cluster.Workers[0]);
        await cluster.HealAsync();
        Assert.NotEqual(before, Places(cluster));
        await cluster.StartAsync(cluster.Workers[0]);
        await cluster.HealAsync();
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        await cluster.HealAsync();
        cluster.AssertGroupCopies("sales", 2);
        Assert.Equal(before, Places(cluster));
    }

    [Fact]
    public async Task A_worker_whose_disk_was_exchanged_gets_its_column_groups_again_and_no_others()
    {
        await using TestCluster cluster = await StartAsync();
        TestWorker worker = cluster.Workers[1];
        await cluster.KillAsync(worker);
        worker.Files.DeleteFolder(StorePaths.Tables);
        await cluster.StartAsync(worker);
        await cluster.HealAsync();
        cluster.AssertGroupCopies("sales", 2);
    }

    [Fact]
    public async Task A_lender_whose_copy_is_damaged_is_found_out_and_healed()
    {
        await using TestCluster cluster = await StartAsync();
        const string Query = "SELECT sum(amount), max(day), min(city) FROM sales";
        string before = await OneAsync(cluster, Query);
        int found = 0;
        for (int copy = 0; copy < 2; copy++)
        {
            // Nothing is in a cache.
            foreach (TestWorker worker in cluster.Workers)
            {
                await cluster.KillAsync(worker);
                await cluster.StartAsync(worker);
            }
            foreach (SegmentRecord segment in cluster.SegmentsOf("sales"))
                Flip(cluster.HoldersOf(segment, segment.Groups[1]).ElementAt(copy), segment);
            Assert.Equal(before, await OneAsync(cluster, Query));
            await cluster.HealAsync();
            foreach (SegmentRecord segment in cluster.SegmentsOf("sales"))
            {
                TestWorker[] whole = [.. cluster.HoldersOf(segment, segment.Groups[1])];
                found += whole.Length - 1;
                foreach (TestWorker worker in cluster.Workers.Except(whole))
                {
                    // Nobody has read this one.
                    if (segment.Groups[1].Workers.Contains(worker.Id)) Flip(worker, segment);
                }
            }
            cluster.AssertGroupCopies("sales", 2);
        }
        // Each segment is read from one of the two, or from both where a connection was lost at a restart.
        Assert.InRange(found, 3, 6);

        static void Flip(TestWorker worker, SegmentRecord segment) => worker.Files.Flip(
            $"{StorePaths.Segment(segment.FolderTable, segment.Key.Id)}/{SegmentFormat.PackName(1)}", 40, 1);
    }

    [Fact]
    public async Task A_worker_comes_back_though_the_format_number_of_a_manifest_is_damaged()
    {
        await using TestCluster cluster = await StartAsync();
        SegmentRecord segment = cluster.SegmentsOf("sales")[0];
        TestWorker worker = cluster.HoldersOf(segment, segment.Groups[1]).First();
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        worker.Files.Flip($"{folder}/{SegmentFormat.ManifestName(segment.Groups[1].Group)}", 5, 0x40);
        await cluster.KillAsync(worker);
        // Beside the manifest nothing is wrong: it is asked to delete what is of no group that is named there.
        await cluster.StartAsync(worker);
        await cluster.HealAsync();
        cluster.AssertGroupCopies("sales", 2);
    }

    [Fact]
    public async Task A_damaged_lent_file_is_dropped_and_read_from_elsewhere()
    {
        await using TestCluster cluster = await StartAsync();
        const string Query = "SELECT sum(amount), min(note), max(day) FROM sales";
        string before = await OneAsync(cluster, Query);
        foreach (TestWorker worker in cluster.Workers)
        {
            foreach (string folder in worker.LentFolders)
            {
                foreach (FileEntry entry in worker.Files.List(folder))
                    worker.Files.Flip($"{folder}/{entry.Name}", entry.Length / 2, 1);
            }
        }
        using (Connection connection = cluster.Connect())
        {
            // Nothing of it is in any cache after this.
            await connection.RunAsync("INSERT INTO sales VALUES ('city1', 1, 0, 'note 0')");
        }
        Assert.Equal(before, await OneAsync(cluster, Query));
    }

    [Fact]
    public async Task EXPLAIN_FRAGMENTS_tells_of_each_column_group_where_it_is_and_who_reads_it()
    {
        await using TestCluster cluster = await StartAsync();
        IReadOnlyList<Value[]> rows = await cluster.QueryAsync(
            "EXPLAIN FRAGMENTS SELECT sum(amount), max(day) FROM sales");
        Value[][] read = [.. rows.Where(r => r[8].AsBoolean && r[1].ToString() == "1")];
        Assert.Equal(["0", "1"], read.Select(r => r[3].ToString()));
        Assert.Equal(read[0][7].ToString(), read[1][7].ToString());
        Assert.NotEqual(read[0][6].ToString(), read[1][6].ToString());
        // One of the two lies where it is read, the other is sent there.
        Assert.Single(read, r => r[9].ToString().StartsWith("lent to", StringComparison.Ordinal));
        Assert.Contains(rows, r => r[3].ToString() == "2" && r[9].ToString() == "none of its columns is used");
    }

    [Fact]
    public async Task What_an_embedded_folder_has_is_parted_when_workers_join()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(0);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(2_000));
        for (int i = 0; i < 4; i++) await cluster.AddWorkerAsync();
        await cluster.HealAsync();
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.False(s.IsLocal));
        cluster.AssertGroupCopies("sales", 2);
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.Empty(s.Groups[0].Workers.Intersect(s.Groups[1].Workers)));
        Assert.Equal("2000,1999", await OneAsync(cluster, "SELECT count(*), max(amount) FROM sales"));
    }

    [Fact]
    public async Task A_part_that_a_worker_has_no_room_for_goes_to_another()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(4);
        await cluster.RunAsync(Create);
        TestWorker full = cluster.Workers[2];
        full.Files.Fault = call => call.Action == FileAction.Create ? FileFault.DiskFull : FileFault.None;
        try
        {
            await cluster.RunAsync("INSERT INTO sales SELECT 'city' || i, i, i, 'n' || i FROM range(50) AS r(i)");
        }
        catch (ColFragException error)
        {
            // Where it was to encode, the statement is run again elsewhere by whoever sent it.
            Assert.True(error.IsTransient || error is StorageException, error.Message);
            await cluster.RunAsync("INSERT INTO sales SELECT 'city' || i, i, i, 'n' || i FROM range(50) AS r(i)");
        }
        full.Files.Fault = null;
        cluster.AssertGroupCopies("sales", 2);
        Assert.DoesNotContain(full.Id, cluster.SegmentsOf("sales").SelectMany(s => s.Workers));
        Assert.Equal("50", await OneAsync(cluster, "SELECT count(note) FROM sales"));
    }

    [Fact]
    public async Task An_unknown_placement_is_refused_and_a_known_one_shown()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync("CREATE TABLE t (a INTEGER) WITH (placement = nowhere)"));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
        error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.RunAsync("CREATE TABLE t (a INTEGER)", "ALTER TABLE t SET (placement = nowhere)"));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
    }

    [Fact]
    public async Task Another_placement_moves_column_groups_while_queries_and_loads_go_on()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(4, retention: TimeSpan.Zero);
        await cluster.RunAsync(Create.Replace(", placement = spread", "", StringComparison.Ordinal));
        await cluster.CopyAsync("sales", Lines(3_000));
        const string Query = "SELECT count(*), sum(amount), min(note), max(city) FROM sales";
        string before = await OneAsync(cluster, Query);
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.Equal(s.Groups[0].Workers, s.Groups[1].Workers));

        await cluster.RunAsync("ALTER TABLE sales SET (placement = spread)");
        Assert.Equal(before, await OneAsync(cluster, Query));
        await MoveAsync(cluster);
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.Empty(s.Groups[0].Workers.Intersect(s.Groups[1].Workers)));
        cluster.AssertGroupCopies("sales", 2);
        Assert.Equal(before, await OneAsync(cluster, Query));
        await cluster.CopyAsync("sales", ["city1,1,1,more"]);
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.Empty(s.Groups[0].Workers.Intersect(s.Groups[1].Workers)));

        await cluster.RunAsync("ALTER TABLE sales RESET (placement)");
        await MoveAsync(cluster);
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.All(
            s.Groups, g => Assert.Equal(s.Groups[0].Workers.Order(), g.Workers.Order())));
        cluster.AssertGroupCopies("sales", 2);
        Assert.Equal("3001", await OneAsync(cluster, "SELECT count(note) FROM sales"));
    }

    [Fact]
    public async Task Rows_that_were_written_elsewhere_go_home_when_home_is_back()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(4, retention: TimeSpan.Zero);
        await cluster.RunAsync(Create);
        await cluster.KillAsync(cluster.Workers[1]);
        await cluster.CopyAsync("sales", Lines(1_000));
        Assert.DoesNotContain(cluster.Workers[1].Id, cluster.SegmentsOf("sales").SelectMany(s => s.Workers));
        await cluster.StartAsync(cluster.Workers[1]);
        await MoveAsync(cluster);
        Assert.Contains(cluster.Workers[1].Id, cluster.SegmentsOf("sales").SelectMany(s => s.Workers));
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.Empty(s.Groups[0].Workers.Intersect(s.Groups[1].Workers)));
        cluster.AssertGroupCopies("sales", 2);
    }

    /// <summary>Moves what is not at home, and ends the copies that are then too many.</summary>
    private static async Task MoveAsync(TestCluster cluster)
    {
        await cluster.HealAsync();
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        await cluster.HealAsync();
    }

    private static string[] Places(TestCluster cluster) =>
    [
        .. cluster.SegmentsOf("sales").Select(s => string.Join(
            ' ', s.Groups.Select(g => string.Join(',', g.Workers.Order().Select(
                w => w.ToString("x", CultureInfo.InvariantCulture)))))),
    ];
}

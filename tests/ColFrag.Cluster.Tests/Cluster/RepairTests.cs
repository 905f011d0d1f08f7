using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Copies that are missing are made again, and what nobody needs goes.</summary>
public sealed class RepairTests
{
    private const string Create =
        "CREATE TABLE sales (city VARCHAR, amount INTEGER) WITH (distributed_by = hash(city), ranges = 3)";

    private static IEnumerable<string> Lines(int count) => Enumerable.Range(0, count).Select(i => $"city{i % 97},{i}");

    [Fact]
    public async Task Copies_of_a_worker_that_is_gone_are_made_on_others()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        TestWorker gone = cluster.Workers[0];
        await cluster.KillAsync(gone);
        await cluster.HealAsync();
        foreach (SegmentRecord segment in cluster.SegmentsOf("sales"))
        {
            Assert.Equal(2, cluster.HoldersOf(segment).Count(w => w != gone));
            // Its disk may hold the only good copy one day: it keeps its place.
            Assert.Equal(TestCluster.Holds(gone.Files, segment), segment.Workers.Contains(gone.Id));
        }
    }

    [Fact]
    public async Task A_worker_that_is_back_is_used_again_and_surplus_copies_go()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, retention: TimeSpan.Zero);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        ImmutableArray<long>[] before = [.. cluster.SegmentsOf("sales").Select(s => s.Groups[0].Workers)];
        await cluster.KillAsync(cluster.Workers[0]);
        await cluster.HealAsync();
        await cluster.StartAsync(cluster.Workers[0]);
        await cluster.HealAsync();
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
        // Everything is at home again.
        Assert.Equal(before, cluster.SegmentsOf("sales").Select(s => s.Groups[0].Workers));
        await cluster.RunAsync("INSERT INTO sales SELECT 'city' || i, i FROM range(200) AS r(i)");
        cluster.AssertCopies("sales", 2);
        Assert.Contains(cluster.Workers[0].Id, cluster.SegmentsOf("sales")[^1].Workers.Concat(
            cluster.SegmentsOf("sales")[^2].Workers));
    }

    [Fact]
    public async Task A_copy_that_is_too_much_goes_only_when_those_that_stay_are_whole()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3, retention: TimeSpan.Zero);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        SegmentRecord segment = cluster.SegmentsOf("sales")[0];
        TestWorker[] homes = [.. cluster.HoldersOf(segment)];
        await cluster.KillAsync(homes[0]);
        await cluster.HealAsync();
        Assert.Equal(2, cluster.HoldersOf(cluster.SegmentsOf("sales")[0]).Count(w => w != homes[0]));
        await cluster.StartAsync(homes[0]);
        await cluster.HealAsync();
        string manifest = $"{StorePaths.Segment(segment.FolderTable, segment.Key.Id)}/manifest-0";
        foreach (TestWorker home in homes) home.Files.Flip(manifest, 40, 1);
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
        Assert.Equal(homes, cluster.HoldersOf(cluster.SegmentsOf("sales")[0]));
    }

    [Fact]
    public async Task Files_that_no_version_names_are_deleted_when_their_worker_registers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(500));
        TestWorker worker = cluster.Workers[0];
        string orphan = StorePaths.Segment(77, 88);
        await worker.Files.EnsureFolderAsync(orphan);
        using (TempFile file = TempFile.Create(worker.Files, orphan + "/1.col"))
        {
            file.File.Append([1, 2, 3]);
            await file.PublishAsync();
        }
        await cluster.KillAsync(worker);
        Assert.True(worker.Files.FolderExists(orphan));
        await cluster.StartAsync(worker);
        Assert.False(worker.Files.FolderExists(orphan));
        cluster.AssertCopies("sales", 2);
    }

    [Fact]
    public async Task A_worker_whose_disk_was_exchanged_gets_its_copies_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        TestWorker worker = cluster.Workers[1];
        await cluster.KillAsync(worker);
        worker.Files.DeleteFolder(StorePaths.Tables);
        await cluster.StartAsync(worker);
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
    }

    [Fact]
    public async Task A_damaged_copy_that_was_reported_is_fetched_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        SegmentRecord segment = cluster.SegmentsOf("sales")[0];
        TestWorker worker = cluster.Workers[0];
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        worker.Files.Flip($"{folder}/manifest-0", 40, 1);
        Assert.False(TestCluster.Holds(worker.Files, segment));
        cluster.Coordinator.Sites.ReportBadCopy(
            cluster.Coordinator.Workers.Find(worker.Id)!.Address, segment.FolderTable, segment,
            new InvalidOperationException());
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
    }

    [Fact]
    public async Task Damaged_copies_that_a_verification_dropped_are_fetched_again()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        SegmentRecord segment = cluster.SegmentsOf("sales")[0];
        TestWorker worker = cluster.Workers[0];
        await cluster.KillAsync(worker);
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        worker.Files.Flip($"{folder}/pack-0", 100, 1);
        VerificationResult damaged = new FolderVerification(worker.Files, MemoryBroker.Unlimited).Run();
        Assert.Equal([folder], damaged.DamagedSegments);
        worker.Files.DeleteFolder(folder);
        await cluster.StartAsync(worker);
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
        VerificationResult healed = new FolderVerification(worker.Files, MemoryBroker.Unlimited).Run();
        Assert.Empty(healed.Damages);
        Assert.Equal(damaged.Segments, healed.Segments);
    }

    [Fact]
    public async Task A_coordinator_that_is_restarted_knows_its_workers_and_all_rows()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        await cluster.KillCoordinatorAsync();
        await cluster.StartCoordinatorAsync();
        Assert.Equal(3, cluster.Coordinator.Workers.All.Length);
        foreach (TestWorker worker in cluster.Workers)
        {
            await Protocol.TestNodes.Until(() => cluster.Coordinator.Workers.IsLive(worker.Id));
        }
        Assert.Equal(5_000, cluster.SegmentsOf("sales").Sum(s => s.RowCount));
        cluster.AssertCopies("sales", 2);
        await cluster.RunAsync("INSERT INTO sales VALUES ('Oslo', 1)");
        cluster.AssertCopies("sales", 2);
    }

    [Fact]
    public async Task What_was_written_before_there_were_workers_moves_to_them()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(0, retention: TimeSpan.Zero);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(50_000));
        await cluster.RunAsync("INSERT INTO sales VALUES ('Oslo', 1)", "DELETE FROM sales WHERE amount < 100");
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.Empty(s.Workers));
        for (int i = 0; i < 3; i++) await cluster.AddWorkerAsync();
        await cluster.HealAsync();
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
        Assert.Equal(49_900, cluster.SegmentsOf("sales").Sum(s => s.LiveRowCount));
        // Only delete vectors stay with the coordinator, because commits combine them.
        Assert.All(cluster.SegmentsOf("sales"), s => Assert.False(TestCluster.Holds(cluster.Files, s)));
    }

    [Fact]
    public async Task A_worker_that_joins_later_gets_its_share_of_a_table_that_has_no_homes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(0, retention: TimeSpan.Zero);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(60_000));
        for (int i = 0; i < 2; i++) await cluster.AddWorkerAsync();
        await cluster.HealAsync();
        TestWorker late = await cluster.AddWorkerAsync();
        await cluster.HealAsync();
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        await cluster.HealAsync();
        cluster.AssertCopies("sales", 2);
        long[] shares =
        [
            .. cluster.Workers.Select(w => cluster.SegmentsOf("sales")
                .Where(s => s.Workers.Contains(w.Id)).Sum(s => s.Bytes)),
        ];
        Assert.True(shares.Max() < shares.Min() * 2, string.Join(", ", shares));
        Assert.NotEmpty(late.SegmentFolders);
        Assert.Equal("60000", (await cluster.QueryAsync("SELECT count(*) FROM sales"))[0][0].ToString());
    }

    [Fact]
    public async Task Small_segments_on_workers_are_merged_into_one_with_the_same_rows()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(2, retention: TimeSpan.Zero);
        await cluster.RunAsync("CREATE TABLE notes (number INTEGER)");
        for (int i = 0; i < 20; i++) await cluster.RunAsync($"INSERT INTO notes VALUES ({i})");
        Assert.Equal(20, cluster.SegmentsOf("notes").Length);
        await cluster.CompactAsync("notes");
        SegmentRecord merged = Assert.Single(cluster.SegmentsOf("notes"));
        Assert.Equal(20, merged.RowCount);
        await cluster.Coordinator.Store.Maintenance.RunOnceAsync();
        cluster.AssertCopies("notes", 2);
        Assert.All(cluster.Workers, w => Assert.Single(
            StorePaths.List(w.Files, StorePaths.Table(merged.FolderTable), folders: true)));
        Assert.False(TestCluster.Holds(cluster.Files, merged));
    }

    [Fact]
    public async Task A_folder_of_a_cluster_is_not_opened_without_the_cluster()
    {
        MemoryFileSystem coordinator, worker;
        await using (TestCluster cluster = await TestCluster.StartAsync(2))
        {
            await cluster.RunAsync(Create, "INSERT INTO sales VALUES ('Oslo', 1)");
            (coordinator, worker) = (cluster.Files, cluster.Workers[0].Files);
        }
        foreach (MemoryFileSystem files in (MemoryFileSystem[])[coordinator, worker])
        {
            StorageException error = await Assert.ThrowsAsync<StorageException>(
                () => EmbeddedStore.OpenAsync(new StoreEnvironment(files)).AsTask());
            Assert.Contains("of a cluster", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Fragments_and_workers_can_be_asked_for()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await cluster.RunAsync(Create);
        await cluster.CopyAsync("sales", Lines(5_000));
        IReadOnlyList<Value[]> workers = await cluster.QueryAsync(
            "SELECT worker, state FROM colfrag_workers ORDER BY 1");
        Assert.Equal(["1 live", "2 live", "3 live"], workers.Select(w => $"{w[0]} {w[1]}"));
        IReadOnlyList<Value[]> fragments = await cluster.QueryAsync(
            "SELECT range_number, workers, copies FROM colfrag_fragments WHERE table_name = 'sales' ORDER BY 1");
        Assert.Equal(["0 1, 2 2", "1 2, 3 2", "2 1, 3 2"], fragments.Select(f => $"{f[0]} {f[1]} {f[2]}"));
        await cluster.KillAsync(cluster.Workers[2]);
        Assert.Equal(
            "away", (await cluster.QueryAsync("SELECT state FROM colfrag_workers WHERE worker = 3"))[0][0].ToString());
        Assert.Equal(
            "1", (await cluster.QueryAsync("SELECT min(copies) FROM colfrag_fragments"))[0][0].ToString());
    }
}

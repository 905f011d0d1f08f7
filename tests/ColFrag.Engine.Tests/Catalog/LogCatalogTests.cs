using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Tests.Catalog;

public sealed class LogCatalogConformanceTests : CatalogConformanceTests
{
    private readonly ManualClock _clock = new();

    private protected override async ValueTask<ICatalog> OpenAsync() =>
        await LogCatalog.OpenAsync(new MemoryFileSystem(_clock), "catalog", _clock, new SeededRandom(1));

    private protected override Task ElapseAsync(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }
}

/// <summary>What the log does on disk: recovery, torn ends, damage, snapshots, full and failing disks.</summary>
public sealed class LogCatalogTests
{
    private readonly ManualClock _clock = new();
    private MemoryFileSystem _files = new();

    [Fact]
    public async Task Everything_acknowledged_is_there_after_a_crash()
    {
        LogCatalog catalog = await Open();
        for (int i = 0; i < 10; i++) await Put(catalog, $"k{i}", $"{i}");
        long revision = (await catalog.ReadAsync(default)).Revision;
        _files = _files.Crash();
        await using LogCatalog again = await Open();
        CatalogEntries entries = await again.ReadAsync(default);
        Assert.Equal(revision, entries.Revision);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), entries.Entries.Select(Text));
        Assert.Equal(catalog.CatalogId, again.CatalogId);
    }

    [Fact]
    public async Task A_crash_at_any_call_keeps_what_was_acknowledged_and_at_most_what_was_asked()
    {
        LogCatalogOptions options = new() { SnapshotAfterBytes = 300 };
        for (int seed = 0; seed < 400; seed++)
        {
            MemoryFileSystem files = new();
            int acknowledged = -1, asked = -1;
            files.Fault = call => call.Number == seed + 1 ? FileFault.Failure : FileFault.None;
            LogCatalog? catalog = null;
            try
            {
                catalog = await LogCatalog.OpenAsync(files, "c", _clock, new SeededRandom(seed), options);
                for (int i = 0; i < 30; i++)
                {
                    asked = i;
                    await Put(catalog, "k", $"{i}");
                    acknowledged = i;
                }
            }
            catch (StorageException)
            {
                // The call at which the machine stops.
            }
            MemoryFileSystem after = files.Crash(new SeededRandom(seed));
            await using LogCatalog again = await LogCatalog.OpenAsync(
                after, "c", _clock, new SeededRandom(seed), options);
            CatalogEntry? entry = (await again.ReadAsync(CatalogRead.Of(new CatalogKey("k")))).Single;
            int found = entry is null ? -1 : int.Parse(Text(entry), System.Globalization.CultureInfo.InvariantCulture);
            Assert.True(found >= acknowledged && found <= asked, $"seed {seed}: {acknowledged} <= {found} <= {asked}");
            await Put(again, "k", "next");
        }
    }

    [Theory]
    [InlineData(FileFault.DiskFull)]
    [InlineData(FileFault.Failure)]
    public async Task A_failing_call_loses_nothing_and_the_folder_opens_afterwards(object fault)
    {
        LogCatalogOptions options = new() { SnapshotAfterBytes = 300 };
        for (int failing = 1; failing < 150; failing++)
        {
            MemoryFileSystem files = new();
            files.FailCall(failing, (FileFault)fault);
            HashSet<string> acknowledged = [];
            LogCatalog? catalog = null;
            int errors = 0;
            for (int i = 0; i < 20; i++)
            {
                try
                {
                    catalog ??= await LogCatalog.OpenAsync(files, "c", _clock, new SeededRandom(1), options);
                    await Put(catalog, $"k{i}", "v");
                    acknowledged.Add($"k{i}");
                }
                catch (StorageException)
                {
                    errors++;
                }
            }
            if (catalog is not null) await catalog.DisposeAsync();
            files.Fault = null;
            await using LogCatalog again = await LogCatalog.OpenAsync(files, "c", _clock, new SeededRandom(1), options);
            HashSet<string> found = [.. (await again.ReadAsync(default)).Entries.Select(e => e.Key.ToString())];
            Assert.Superset(acknowledged, found);
            Assert.True(found.Count <= acknowledged.Count + errors);
        }
    }

    [Fact]
    public async Task A_disk_that_was_full_is_used_again_when_there_is_space()
    {
        await using LogCatalog catalog = await Open();
        await Put(catalog, "a", "1");
        _files.Capacity = 200;
        StorageException error = await Assert.ThrowsAsync<StorageException>(
            () => Put(catalog, "b", new string('x', 1000)));
        Assert.Equal(SqlStates.DiskFull, error.SqlState);
        _files.Capacity = long.MaxValue;
        await Put(catalog, "c", "2");
        Assert.Equal(["a", "c"], (await catalog.ReadAsync(default)).Entries.Select(e => e.Key.ToString()));
        _files = _files.Crash();
        await using LogCatalog again = await Open();
        Assert.Equal(["a", "c"], (await again.ReadAsync(default)).Entries.Select(e => e.Key.ToString()));
    }

    [Fact]
    public async Task After_a_failed_flush_nothing_is_taken_any_more_and_reads_go_on()
    {
        await using LogCatalog catalog = await Open();
        await Put(catalog, "a", "1");
        _files.Fault = call => call.Action == FileAction.Flush ? FileFault.Failure : FileFault.None;
        await Assert.ThrowsAsync<StorageException>(() => Put(catalog, "a", "2"));
        _files.Fault = null;
        await Assert.ThrowsAsync<StorageException>(() => Put(catalog, "a", "3"));
        Assert.Equal("1", Text((await catalog.ReadAsync(CatalogRead.Of(new CatalogKey("a")))).Single!));
    }

    [Fact]
    public async Task A_torn_end_of_any_length_is_cut_off()
    {
        await using (LogCatalog catalog = await Open())
        {
            await Put(catalog, "a", "1");
            await Put(catalog, "b", "2");
        }
        byte[] whole = _files.ReadAll("catalog/log", 1 << 20);
        int secondFrame = FrameOffsets(whole)[1];
        for (int length = secondFrame; length < whole.Length; length++)
        {
            foreach (int zeros in new[] { 0, 1, 40 })
            {
                MemoryFileSystem files = new();
                await WriteFile(files, "catalog/log", [.. whole[..length], .. new byte[zeros]]);
                await using LogCatalog catalog = await Open(files);
                Assert.Equal(["a"], (await catalog.ReadAsync(default)).Entries.Select(e => e.Key.ToString()));
                Assert.Equal(secondFrame, files.ReadAll("catalog/log", 1 << 20).Length);
            }
        }
    }

    [Fact]
    public async Task A_flipped_bit_before_the_last_frame_is_damage_and_not_an_end()
    {
        await using (LogCatalog catalog = await Open())
        {
            for (int i = 0; i < 4; i++) await Put(catalog, $"k{i}", "value");
        }
        byte[] whole = _files.ReadAll("catalog/log", 1 << 20);
        int lastFrame = FrameOffsets(whole)[^1];
        for (int offset = 0; offset < lastFrame; offset++)
        {
            byte[] damaged = [.. whole];
            damaged[offset] ^= 0x10;
            MemoryFileSystem files = new();
            await WriteFile(files, "catalog/log", damaged);
            // The format number is told apart from damage, so that its advice can be given.
            await Assert.ThrowsAnyAsync<ColFragException>(async () => await Open(files));
        }
    }

    [Fact]
    public async Task A_flipped_bit_in_the_snapshot_is_damage()
    {
        await using (LogCatalog catalog = await Open())
        {
            for (int i = 0; i < 4; i++) await Put(catalog, $"k{i}", "value");
            await catalog.CheckpointAsync();
        }
        byte[] whole = _files.ReadAll("catalog/snapshot", 1 << 20);
        for (int offset = 0; offset < whole.Length; offset++)
        {
            _files.Flip("catalog/snapshot", offset, 0x04);
            await Assert.ThrowsAnyAsync<ColFragException>(async () => await Open());
            _files.Flip("catalog/snapshot", offset, 0x04);
        }
        await using LogCatalog intact = await Open();
        Assert.Equal(4, (await intact.ReadAsync(default)).Entries.Length);
    }

    [Fact]
    public async Task A_newer_format_is_refused_with_advice()
    {
        await using (LogCatalog catalog = await Open()) await Put(catalog, "a", "1");
        _files.Flip("catalog/log", 8, 0x40);
        StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await Open());
        Assert.Contains("newer ColFrag", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalog_is_open_once_at_a_time()
    {
        await using (LogCatalog catalog = await Open())
        {
            StorageException error = await Assert.ThrowsAsync<StorageException>(async () => await Open());
            Assert.Equal(SqlStates.ObjectInUse, error.SqlState);
        }
        await using LogCatalog again = await Open();
    }

    [Fact]
    public async Task A_snapshot_takes_over_from_the_log_and_revisions_go_on()
    {
        await using (LogCatalog catalog = await Open())
        {
            await Put(catalog, "a", "1");
            await catalog.CheckpointAsync();
            Assert.Equal(32, _files.ReadAll("catalog/log", 1 << 20).Length);
            await Put(catalog, "b", "2");
            await catalog.CheckpointAsync();
            await Put(catalog, "c", "3");
        }
        await using LogCatalog again = await Open();
        CatalogEntries entries = await again.ReadAsync(default);
        Assert.Equal([1, 2, 3], entries.Entries.Select(e => e.ModRevision));
        Assert.Equal(3, entries.Revision);
        Assert.Equal(CatalogRevisionOf(LogCatalog.ReadState(_files, "catalog")), entries.Revision);

        static long CatalogRevisionOf(CatalogState state) => state.Revision;
    }

    [Fact]
    public async Task A_lease_outlives_a_restart_by_its_whole_time()
    {
        long lease;
        await using (LogCatalog catalog = await Open())
        {
            ICatalogLease granted = await catalog.GrantLeaseAsync(TimeSpan.FromSeconds(10));
            lease = granted.Id;
            await catalog.CommitAsync(
                new CatalogTransaction().Put(new CatalogKey("l"), Encoding.UTF8.GetBytes("1"), lease));
            _clock.Advance(TimeSpan.FromSeconds(9));
        }
        await using LogCatalog again = await Open();
        _clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(lease, Assert.Single((await again.ReadAsync(default)).Entries).LeaseId);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await again.ReadAsync(default)).Entries);
    }

    [Fact]
    public async Task Many_committers_share_flushes()
    {
        SlowFlushes files = new(_files);
        await using LogCatalog catalog = await LogCatalog.OpenAsync(files, "catalog", _clock, new SeededRandom(1));
        int before = files.FlushCount;
        Task[] puts = [.. Enumerable.Range(0, 50).Select(i => Put(catalog, $"k{i:d2}", "v"))];
        while (!puts.All(p => p.IsCompleted))
        {
            files.Release();
            await Task.Yield();
        }
        await Task.WhenAll(puts);
        Assert.Equal(50, (await catalog.ReadAsync(default)).Entries.Length);
        // The first put goes alone, and those that came during its flush go together.
        Assert.Equal(2, files.FlushCount - before);
    }

    [Fact]
    public async Task Nothing_is_seen_before_it_is_flushed()
    {
        SlowFlushes files = new(_files);
        await using LogCatalog catalog = await LogCatalog.OpenAsync(files, "catalog", _clock, new SeededRandom(1));
        Task put = Put(catalog, "k", "v");
        Assert.Empty((await catalog.ReadAsync(default)).Entries);
        Task<CatalogOutcome> refused = catalog.CommitAsync(
            new CatalogTransaction().WhenAbsent(new CatalogKey("k")).Put(new CatalogKey("k"), default)).AsTask();
        Assert.False(refused.IsCompleted);
        while (!refused.IsCompleted)
        {
            files.Release();
            await Task.Yield();
        }
        await put;
        Assert.False((await refused).Succeeded);
    }

    [Fact]
    public async Task A_revision_that_is_no_longer_kept_says_which_is()
    {
        LogCatalogOptions options = new() { KeptRevisions = 3 };
        await using LogCatalog catalog = await LogCatalog.OpenAsync(
            _files, "catalog", _clock, new SeededRandom(1), options);
        for (int i = 0; i < 10; i++) await Put(catalog, "k", $"{i}");
        CatalogCompactedException read = await Assert.ThrowsAsync<CatalogCompactedException>(
            async () => await catalog.ReadAsync(new CatalogRead(default, Revision: 5)));
        Assert.Equal(7, read.OldestRevision);
        Assert.Equal("6", Text((await catalog.ReadAsync(new CatalogRead(default, Revision: 7))).Single!));
        CatalogCompactedException watch = await Assert.ThrowsAsync<CatalogCompactedException>(
            async () => await catalog.WatchAsync(CatalogKeyRange.All, 7));
        Assert.Equal(8, watch.OldestRevision);
        await using ICatalogWatch recent = await catalog.WatchAsync(CatalogKeyRange.All, 8);
        Assert.Equal(8, (await recent.NextAsync()).Revision);
    }

    private static List<int> FrameOffsets(byte[] log)
    {
        List<int> offsets = [];
        for (int offset = 32; offset < log.Length; offset += 16 + BitConverter.ToInt32(log, offset))
        {
            offsets.Add(offset);
        }
        return offsets;
    }

    private static async Task WriteFile(IFileSystem files, string path, byte[] bytes)
    {
        await files.EnsureFolderAsync(FilePath.Parent(path));
        using TempFile file = TempFile.Create(files, path);
        file.File.Append(bytes);
        await file.PublishAsync();
    }

    private static async Task Put(LogCatalog catalog, string key, string value) =>
        await catalog.CommitAsync(new CatalogTransaction().Put(new CatalogKey(key), Encoding.UTF8.GetBytes(value)));

    private static string Text(CatalogEntry entry) => Encoding.UTF8.GetString(entry.Value.Span);

    private ValueTask<LogCatalog> Open(IFileSystem? files = null) =>
        LogCatalog.OpenAsync(files ?? _files, "catalog", _clock, new SeededRandom(1));
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Store;

/// <summary>Rows in column files: loaded, sealed from the journal, merged, deleted.</summary>
public sealed class SegmentWriteTests
{
    private static readonly StoreOptions s_small = new()
    {
        JournalRows = 10, SegmentRows = 100, SealRows = 20, CompactSegments = 3, Retention = TimeSpan.FromMinutes(10),
    };

    [Fact]
    public async Task Many_rows_become_segments_that_outlast_a_crash()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(s_small);
        long table = await store.CreateTableAsync();
        List<long> ids = [.. Enumerable.Range(0, 250).Select(i => (long)i)];
        await store.InsertAsync(table, ids);
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.Equal([100, 100, 50], transaction.GetTable(table).Segments.Select(s => s.RowCount));
            Assert.All(transaction.GetTable(table).Segments, s => Assert.False(s.IsRows));
        }
        await store.CrashAndReopenAsync();
        Assert.Equal(ids, await store.ReadAsync(table));
        Assert.Equal(2, await store.DeleteAsync(table, 0, 249));
        await store.CrashAndReopenAsync();
        Assert.Equal(ids[1..^1], await store.ReadAsync(table));
    }

    [Fact]
    public async Task Segments_of_a_load_that_is_given_up_are_deleted()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(s_small);
        long table = await store.CreateTableAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            await StoreHarness.InsertAsync(transaction, table, Enumerable.Range(0, 250).Select(i => (long)i));
            Assert.Equal(250, StoreHarness.Ids(transaction.GetTable(table)).Count);
        }
        Assert.Empty(StorePaths.List(store.Files, StorePaths.Table(table), folders: true));
        Assert.Empty(await store.ReadAsync(table));
    }

    [Fact]
    public async Task Rows_of_the_journal_are_sealed_and_segments_merged_without_changing_an_answer()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(s_small);
        long table = await store.CreateTableAsync();
        List<long> expected = [];
        for (int i = 0; i < 40; i++)
        {
            await store.InsertAsync(table, i * 2, (i * 2) + 1);
            expected.AddRange([i * 2, (i * 2) + 1]);
            if (i % 5 == 4)
            {
                await store.DeleteAsync(table, i);
                expected.Remove(i);
            }
            if (i % 7 == 6) await store.Embedded.Maintenance.RunOnceAsync();
        }
        await store.Embedded.Maintenance.RunOnceAsync(sealsAll: true);
        Assert.Equal(expected, await store.ReadAsync(table));
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.All(transaction.GetTable(table).Segments, s => Assert.False(s.IsRows));
            Assert.InRange(transaction.GetTable(table).Segments.Length, 1, 3);
        }
        await store.CrashAndReopenAsync();
        Assert.Equal(expected, await store.ReadAsync(table));
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.Embedded.Maintenance.RunOnceAsync();
        Assert.Equal(expected, await store.ReadAsync(table));
        int named = store.Tables.Follower.Newest.GetTable(table).Segments.Count;
        Assert.Equal(named, StorePaths.List(store.Files, StorePaths.Table(table), folders: true).Count());
    }

    [Fact]
    public async Task A_merge_yields_to_rows_that_were_deleted_meanwhile()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(s_small);
        long table = await store.CreateTableAsync();
        for (int i = 0; i < 15; i++) await store.InsertAsync(table, i, i + 100);
        TableState seen = store.Tables.Follower.Newest.GetTable(table);
        RewriteJob job = new(seen.Ranges[0], [.. seen.Segments.Values], "test");
        await store.DeleteAsync(table, 3);
        Assert.False(await new Rewriter(store.Tables).RunAsync(table, job));
        Assert.Equal(29, (await store.ReadAsync(table)).Count);
    }

    [Fact]
    public async Task A_crash_during_a_load_leaves_nothing_of_it()
    {
        for (int failing = 1; failing < 60; failing += 4)
        {
            await using StoreHarness store = await StoreHarness.OpenAsync(s_small);
            long table = await store.CreateTableAsync();
            await store.InsertAsync(table, Enumerable.Range(0, 30).Select(i => (long)i));
            store.Files.FailCall(failing, FileFault.Failure);
            bool isDone = true;
            try
            {
                await store.InsertAsync(table, Enumerable.Range(100, 250).Select(i => (long)i));
            }
            catch (Errors.StorageException)
            {
                isDone = false;
            }
            store.Files.Fault = null;
            await store.CrashAndReopenAsync(failing);
            int count = (await store.ReadAsync(table)).Count;
            Assert.True(count == 280 || (count == 30 && !isDone), $"call {failing}: {count} rows");
            int named = store.Tables.Follower.Newest.GetTable(table).Segments.Count;
            Assert.Equal(named, StorePaths.List(store.Files, StorePaths.Table(table), folders: true).Count());
        }
    }
}

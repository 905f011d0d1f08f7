using ColFrag.Engine.Files;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Store;

/// <summary>What planning knows of a table follows its segments, and outlasts the process.</summary>
public sealed class TableSummariesTests
{
    private static StoreOptions Options => new() { JournalRows = 100 };

    [Fact]
    public async Task A_summary_counts_different_values_and_knows_their_bounds()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(Options);
        long table = await store.CreateTableAsync();
        Assert.Null(await SummarizeAsync(store, table));
        await store.InsertAsync(table, Range(0, 3000));
        await store.InsertAsync(table, Range(2000, 3000));
        TableSummary summary = (await SummarizeAsync(store, table))!;
        Assert.Equal(6000, summary.RowCount);
        Assert.Equal(((Int128)0, (Int128)4999), summary.Columns[1].Bounds);
        Assert.InRange(summary.Columns[1].DistinctCount, 4600, 5400);
        Assert.InRange(summary.Columns[1].Histogram.EstimateShare(0, 1999), 0.28, 0.38);
        Assert.InRange(summary.Columns[2].DistinctCount, 4600, 5400);
    }

    [Fact]
    public async Task Rows_in_the_journal_count_where_they_are_a_fair_part_of_the_table()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(Options);
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, Range(0, 90));
        TableSummary small = (await SummarizeAsync(store, table))!;
        Assert.Equal(90, small.RowCount);
        Assert.InRange(small.Columns[1].DistinctCount, 85, 95);
        Assert.Equal(((Int128)0, (Int128)89), small.Columns[1].Bounds);
        await store.InsertAsync(table, Range(100, 5000));
        await store.InsertAsync(table, Range(5100, 10));
        Assert.Equal(5000, (await SummarizeAsync(store, table))!.RowCount);
    }

    [Fact]
    public async Task A_summary_is_read_from_its_file_after_a_start()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(Options);
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, Range(0, 3000));
        await store.CloseAndReopenAsync();
        byte[] file = store.Files.ReadAll(StorePaths.Statistics(table), 1 << 20);
        Assert.Equal(3000, TableSummary.Read(file, "statistics").RowCount);
        // Planning opens no segment: its manifest may as well be away.
        string segment = Assert.Single(StorePaths.List(store.Files, StorePaths.Table(table), folders: true)).Path;
        string manifest = FilePath.Combine(segment, "manifest-0");
        store.Files.Rename(manifest, manifest + "-away");
        Assert.Equal(3000, (await SummarizeAsync(store, table))!.RowCount);
        store.Files.Rename(manifest + "-away", manifest);
    }

    [Fact]
    public async Task A_damaged_file_is_made_again_from_the_manifests()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(Options);
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, Range(0, 3000));
        await store.CloseAndReopenAsync();
        byte[] file = store.Files.ReadAll(StorePaths.Statistics(table), 1 << 20);
        file[file.Length / 2] ^= 1;
        using (TempFile damaged = TempFile.Create(store.Files, StorePaths.Statistics(table)))
        {
            damaged.File.Append(file);
            await damaged.PublishAsync();
        }
        await store.CloseAndReopenAsync(2);
        Assert.Equal(3000, (await SummarizeAsync(store, table))!.RowCount);
        await store.CloseAndReopenAsync(3);
        byte[] mended = store.Files.ReadAll(StorePaths.Statistics(table), 1 << 20);
        Assert.Equal(3000, TableSummary.Read(mended, "statistics").RowCount);
    }

    [Fact]
    public async Task Removed_segments_are_forgotten_once_they_are_many()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(Options);
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, Range(0, 3000));
        await store.InsertAsync(table, Range(50_000, 3000));
        Assert.Equal(6000, (await SummarizeAsync(store, table))!.RowCount);
        await store.DeleteAsync(table, Range(50_000, 3000));
        TableSummary left = (await SummarizeAsync(store, table))!;
        Assert.Equal(3000, left.RowCount);
        Assert.Equal(((Int128)0, (Int128)2999), left.Columns[1].Bounds);
    }

    private static IEnumerable<long> Range(int first, int count) => Enumerable.Range(first, count).Select(i => (long)i);

    private static async Task<TableSummary?> SummarizeAsync(StoreHarness store, long table)
    {
        await using Transaction transaction = store.Tables.Begin();
        return transaction.GetTable(table).Summarize();
    }
}

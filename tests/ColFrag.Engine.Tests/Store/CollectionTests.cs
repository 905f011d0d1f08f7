using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Tests.Store;

/// <summary>How long versions stay, and what goes with them.</summary>
public sealed class CollectionTests
{
    private static readonly TimeSpan s_retention = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Old_versions_are_read_until_their_time_is_over()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(new StoreOptions { Retention = s_retention });
        long table = await store.CreateTableAsync();
        List<DateTime> times = [];
        for (int i = 1; i <= 4; i++)
        {
            store.Clock.Advance(TimeSpan.FromMinutes(1));
            await store.InsertAsync(table, i);
            times.Add(store.Clock.UtcNow);
        }
        await store.DeleteAsync(table, 1, 2);
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.Equal([1, 2], StoreHarness.Ids(transaction.GetTable(table, 3)));
            Assert.Equal([1, 2, 3], StoreHarness.Ids(transaction.GetTable(table, times[2])));
            Assert.Equal([3, 4], StoreHarness.Ids(transaction.GetTable(table)));
        }
        // Ten minutes after the second row the first one's version has been replaced for longer than that.
        store.Clock.Advance(TimeSpan.FromMinutes(8));
        await store.Embedded.Maintenance.RunOnceAsync();
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.Throws<QueryException>(() => transaction.GetTable(table, 2));
            Assert.Equal([1, 2], StoreHarness.Ids(transaction.GetTable(table, 3)));
        }
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.Embedded.Maintenance.RunOnceAsync();
        TableHead head = store.Tables.Follower.Newest.FindHead(table)!;
        Assert.Equal(head.Version, head.OldestVersion);
        Assert.Equal([3, 4], await store.ReadAsync(table));
        await store.CrashAndReopenAsync();
        Assert.Equal([3, 4], await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_reader_keeps_its_versions()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(new StoreOptions { Retention = s_retention });
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1);
        await using (Transaction reader = store.Tables.Begin())
        {
            await using Transaction traveller = store.Tables.Begin();
            TableSnapshot old = traveller.GetTable(table, 1);
            await store.DeleteAsync(table, 1);
            store.Clock.Advance(TimeSpan.FromHours(1));
            await store.Embedded.Maintenance.RunOnceAsync();
            Assert.Equal(1, store.Tables.Follower.Newest.FindHead(table)!.OldestVersion);
            Assert.Equal([1], StoreHarness.Ids(reader.GetTable(table)));
            Assert.Empty(StoreHarness.Ids(old));
        }
        await store.Embedded.Maintenance.RunOnceAsync();
        Assert.Equal(3, store.Tables.Follower.Newest.FindHead(table)!.OldestVersion);
    }

    [Fact]
    public async Task Files_that_no_version_names_are_deleted()
    {
        StoreOptions options = new() { Retention = s_retention, JournalFileBytes = 500, JournalVectorBytes = 10 };
        await using StoreHarness store = await StoreHarness.OpenAsync(options);
        long table = await store.CreateTableAsync();
        for (int i = 0; i < 20; i++) await store.InsertAsync(table, i, i + 100);
        await store.DeleteAsync(table, Enumerable.Range(0, 20).Select(i => (long)i));
        await store.DeleteAsync(table, Enumerable.Range(100, 19).Select(i => (long)i));
        Assert.Equal(20, Vectors().Count);
        Assert.True(Journals().Count > 2);
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.Embedded.Maintenance.RunOnceAsync();
        // One row is left, in the journal of its insert, beside the file that is written to.
        Assert.Equal([119], await store.ReadAsync(table));
        Assert.Single(Vectors());
        Assert.InRange(Journals().Count, 1, 2);

        List<string> Vectors() => [.. StorePaths.List(store.Files, StorePaths.Table(table), folders: true)
            .SelectMany(s => store.Files.List(s.Path)).Select(f => f.Name)];

        List<long> Journals() =>
            [.. StorePaths.List(store.Files, StorePaths.Journal, folders: false).Select(f => f.Id)];
    }

    [Fact]
    public async Task A_dropped_table_goes_after_its_time_with_all_its_keys()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(new StoreOptions { Retention = s_retention });
        long table = await store.CreateTableAsync(), other = await store.CreateTableAsync("u");
        await store.InsertAsync(table, 1);
        await store.InsertAsync(other, 2);
        await using Transaction reader = store.Tables.Begin();
        await using (Transaction transaction = store.Tables.Begin())
        {
            transaction.Drop(NameSpace.Relation, TableStore.DefaultSchema, "t");
            await transaction.CommitAsync();
        }
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.Embedded.Maintenance.RunOnceAsync();
        Assert.Equal([1], StoreHarness.Ids(reader.GetTable(table)));
        await reader.DisposeAsync();
        await store.Embedded.Maintenance.RunOnceAsync();
        CatalogState state = store.Tables.Follower.Newest.State;
        Assert.Empty(state.Read(CatalogKeys.Table(table), 0).Entries);
        Assert.Empty(state.Read(CatalogKeys.AllDropped, 0).Entries);
        Assert.Equal([2], await store.ReadAsync(other));
        await store.CrashAndReopenAsync();
        Assert.Equal([2], await store.ReadAsync(other));
    }

    [Fact]
    public async Task A_dropped_temporary_table_does_not_wait_for_its_time()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync(new StoreOptions { Retention = s_retention });
        long lasting = await store.CreateTableAsync("u"), table;
        await using (Transaction transaction = store.Tables.Begin())
        {
            TableDefinition definition = StoreHarness.Define(null) with
            {
                Options = ImmutableSortedDictionary<string, string>.Empty
                    .Add(TableDefinition.LifetimeOption, "session"),
            };
            table = transaction.CreateTable(TableStore.DefaultSchema, "t", definition);
            await transaction.CommitAsync();
        }
        await store.InsertAsync(table, 1);
        await store.InsertAsync(lasting, 2);
        await using Transaction reader = store.Tables.Begin();
        await using (Transaction transaction = store.Tables.Begin())
        {
            transaction.Drop(NameSpace.Relation, TableStore.DefaultSchema, "t");
            transaction.Drop(NameSpace.Relation, TableStore.DefaultSchema, "u");
            await transaction.CommitAsync();
        }
        store.Clock.Advance(TimeSpan.FromSeconds(5));
        await store.Embedded.Maintenance.RunOnceAsync();
        Assert.Equal([1], StoreHarness.Ids(reader.GetTable(table)));
        await reader.DisposeAsync();
        await store.Embedded.Maintenance.RunOnceAsync();
        CatalogState state = store.Tables.Follower.Newest.State;
        Assert.Empty(state.Read(CatalogKeys.Table(table), 0).Entries);
        Assert.NotEmpty(state.Read(CatalogKeys.Table(lasting), 0).Entries);
    }

    [Fact]
    public async Task A_checkpoint_takes_the_place_of_many_deltas()
    {
        StoreOptions options = new() { Retention = s_retention, CheckpointVersions = 5 };
        await using StoreHarness store = await StoreHarness.OpenAsync(options);
        long table = await store.CreateTableAsync();
        for (int i = 0; i < 12; i++)
        {
            await store.InsertAsync(table, i);
            await store.Embedded.Maintenance.RunOnceAsync();
        }
        TableHead head = store.Tables.Follower.Newest.FindHead(table)!;
        Assert.True(head.CheckpointVersion >= 5);
        await using (Transaction transaction = store.Tables.Begin())
        {
            Assert.Equal([0, 1, 2], StoreHarness.Ids(transaction.GetTable(table, 4)));
        }
        store.Clock.Advance(TimeSpan.FromHours(1));
        await store.Embedded.Maintenance.RunOnceAsync();
        CatalogState state = store.Tables.Follower.Newest.State;
        Assert.Empty(state.Read(CatalogKeys.Deltas(table, 0, head.CheckpointVersion), 0).Entries);
        await store.CrashAndReopenAsync();
        Assert.Equal(Enumerable.Range(0, 12).Select(i => (long)i), await store.ReadAsync(table));
    }
}

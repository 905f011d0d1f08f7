using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;

namespace ColFrag.Engine.Tests.Store;

/// <summary>A folder whose catalog lies outside: moved there once, and then never opened without it.</summary>
public sealed class CatalogPlaceTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private LogCatalog _outside = null!;

    public async Task InitializeAsync() =>
        _outside = await LogCatalog.OpenAsync(new MemoryFileSystem(_clock), "c", _clock, new SeededRandom(9));

    public async Task DisposeAsync() => await _outside.DisposeAsync();

    [Fact]
    public async Task A_folder_with_its_own_catalog_takes_its_tables_along()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1, 2, 3);
        store.Outside = Outside(_outside);
        await store.CloseAndReopenAsync();
        await store.InsertAsync(table, 4);
        await store.DeleteAsync(table, 2);
        Assert.Equal([1L, 3, 4], await store.ReadAsync(table));
        Assert.False(store.Files.FolderExists(StorePaths.Catalog));
        await store.CrashAndReopenAsync();
        Assert.Equal([1L, 3, 4], await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_crash_at_any_call_of_the_move_loses_nothing()
    {
        for (int call = 1; ; call++)
        {
            await using LogCatalog outside = await LogCatalog.OpenAsync(
                new MemoryFileSystem(_clock), "c", _clock, new SeededRandom(9));
            await using StoreHarness store = await StoreHarness.OpenAsync();
            long table = await store.CreateTableAsync();
            await store.InsertAsync(table, 1, 2, 3);
            await store.Embedded.DisposeAsync();
            store.Outside = Outside(outside);
            int calls = 0;
            bool hasFailed = false;
            store.Files.Fault = _ =>
            {
                if (++calls != call) return FileFault.None;
                hasFailed = true;
                return FileFault.Failure;
            };
            try
            {
                await store.ReopenAsync();
            }
            catch (StorageException)
            {
                // As far as it came.
            }
            store.Files.Fault = null;
            if (!hasFailed) return;
            await store.CrashAndReopenAsync(call);
            Assert.Equal([1L, 2, 3], await store.ReadAsync(table));
        }
    }

    [Fact]
    public async Task Nobody_opens_such_a_folder_without_its_catalog()
    {
        await using StoreHarness store = await StoreHarness.OpenAsync();
        long table = await store.CreateTableAsync();
        await store.InsertAsync(table, 1);
        store.Outside = Outside(_outside);
        await store.CloseAndReopenAsync();
        await store.Embedded.DisposeAsync();

        store.Outside = null;
        StorageException alone = await Assert.ThrowsAsync<StorageException>(() => store.ReopenAsync());
        Assert.Contains("elsewhere", alone.Message, StringComparison.Ordinal);
        Assert.Contains("--catalog", alone.Hint, StringComparison.Ordinal);
        await using LogCatalog empty = await LogCatalog.OpenAsync(
            new MemoryFileSystem(_clock), "c", _clock, new SeededRandom(3));
        store.Outside = Outside(empty);
        StorageException wrong = await Assert.ThrowsAsync<StorageException>(() => store.ReopenAsync());
        Assert.Contains("does not have the catalog", wrong.Message, StringComparison.Ordinal);
        Assert.Empty((await empty.ReadAsync(default)).Entries);

        store.Outside = Outside(_outside);
        await store.ReopenAsync();
        Assert.Equal([1L], await store.ReadAsync(table));
    }

    [Fact]
    public async Task A_copy_of_a_folder_does_not_use_the_catalog_of_the_original()
    {
        // What the same seed makes has the same cluster id, as a copy has.
        await using StoreHarness store = await StoreHarness.OpenAsync(), copy = await StoreHarness.OpenAsync();
        store.Outside = Outside(_outside);
        await store.CloseAndReopenAsync();
        Assert.Equal(store.Embedded.Identity.ClusterId, copy.Embedded.Identity.ClusterId);
        await copy.Embedded.DisposeAsync();
        copy.Outside = Outside(_outside);
        StorageException error = await Assert.ThrowsAsync<StorageException>(() => copy.ReopenAsync());
        Assert.Contains("another folder", error.Message, StringComparison.Ordinal);
        copy.Outside = null;
        await copy.ReopenAsync();
    }

    private static OutsideCatalog Outside(ICatalog catalog) => new(
        "elsewhere", (_, _) => ValueTask.FromResult<ICatalog>(new Elsewhere(catalog)));
}

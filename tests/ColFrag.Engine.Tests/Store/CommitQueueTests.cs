using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;

namespace ColFrag.Engine.Tests.Store;

/// <summary>Commits that wait for each other go into common catalog transactions, which have limits.</summary>
public sealed class CommitQueueTests
{
    private const int Loads = 120;

    [Fact]
    public async Task Many_loads_that_wait_together_are_committed_each_once()
    {
        SlowFlushes files = new(new MemoryFileSystem());
        await using EmbeddedStore store = await Flushed(files, EmbeddedStore.OpenAsync(
            new StoreEnvironment(files)
            {
                Clock = new ManualClock(), Random = new SeededRandom(1), RunsMaintenance = false,
            }).AsTask());
        long table = await Flushed(files, CreateTableAsync(store));
        long before = store.Tables.Follower.Newest.Revision;

        Task<CommitOutcome>[] loads = [.. Enumerable.Range(0, Loads).Select(i => LoadAsync(store, table, i))];
        CommitOutcome[] outcomes = await Flushed(files, Task.WhenAll(loads));

        Assert.All(outcomes, o => Assert.True(o.IsCommitted && o.EarlierLoad is null));
        // Fewer transactions than loads, and more than would fit into one.
        Assert.InRange(store.Tables.Follower.Newest.Revision - before, 2, Loads - 1);
        CommitOutcome again = await Flushed(files, LoadAsync(store, table, 7));
        Assert.NotNull(again.EarlierLoad);
    }

    private static async Task<long> CreateTableAsync(EmbeddedStore store)
    {
        await using Transaction transaction = store.Tables.Begin();
        long table = transaction.CreateTable(TableStore.DefaultSchema, "t", StoreHarness.Define(), 1);
        await transaction.CommitAsync();
        return table;
    }

    private static async Task<CommitOutcome> LoadAsync(EmbeddedStore store, long table, int number)
    {
        await using Transaction transaction = store.Tables.Begin();
        AttemptId attempt = new(LoadId.Of($"load {number}"), (ulong)number + 1);
        transaction.ClaimLoad(new LoadClaim(attempt, table, 1));
        await StoreHarness.InsertAsync(transaction, table, number);
        return await transaction.CommitAsync();
    }

    /// <summary>Lets flushes end, all that wait at once, until something is done.</summary>
    private static async Task<T> Flushed<T>(SlowFlushes files, Task<T> work)
    {
        while (!work.IsCompleted)
        {
            files.Release();
            await Task.Yield();
        }
        return await work;
    }
}

using ColFrag.Engine;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>
/// One database seen twice: as it is embedded, and as a cluster of so many workers would run it. Segments are small, so
/// that every worker has some of every table; a few rows stay in the journal.
/// </summary>
internal sealed class SitesDatabase : IAsyncDisposable
{
    private readonly EmbeddedStore _store;
    private readonly ThreadScheduler _scheduler;

    private SitesDatabase(EmbeddedStore store, ThreadScheduler scheduler, int workers)
    {
        _store = store;
        _scheduler = scheduler;
        Runner = new SitesRunner(workers);
        SessionHost host = new()
        {
            Tables = store.Tables,
            Scheduler = scheduler,
            Memory = MemoryBroker.Unlimited,
            Runner = new LocalPlanRunner(),
            Clock = SystemClock.Instance,
            Random = SystemRandom.Instance,
            DataSource = ":memory:",
            Checkpoint = store.CheckpointAsync,
        };
        Local = new Connection(new Session(host));
        Spread = new Connection(new Session(host with { Runner = Runner }));
    }

    public SitesRunner Runner { get; }

    /// <summary>Runs everything in one place.</summary>
    public Connection Local { get; }

    /// <summary>Runs queries spread over the workers.</summary>
    public Connection Spread { get; }

    /// <summary>Opens one with what statements, separated by semicolons, put into it.</summary>
    public static async Task<SitesDatabase> OpenAsync(int workers, string script, int segmentRows = 4096)
    {
        ThreadScheduler scheduler = new(4);
        EmbeddedStore store = await EmbeddedStore.OpenAsync(
            new StoreEnvironment(new MemoryFileSystem(tracksCrashes: false))
            {
                Scheduler = scheduler, RunsMaintenance = false,
                Options = new StoreOptions { JournalRows = 8, SegmentRows = segmentRows },
            },
            CancellationToken.None);
        SitesDatabase database = new(store, scheduler, workers);
        foreach (string statement in SitesScripts.Split(script)) await database.Local.RunAsync(statement);
        return database;
    }

    /// <summary>
    /// Fails unless both ways give the same rows: in the same order where the query's order is total.
    /// </summary>
    public async Task AssertSameAsync(string query, bool isOrdered = false)
    {
        List<object?[]> expected = await ResultRows.ReadAsync(Local, query);
        List<object?[]> actual = await ResultRows.ReadAsync(Spread, query);
        ResultRows.AssertSame(expected, actual, isOrdered);
    }

    public async ValueTask DisposeAsync()
    {
        Local.Dispose();
        Spread.Dispose();
        await _store.DisposeAsync();
        _scheduler.Dispose();
    }
}

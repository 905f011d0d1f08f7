using System.Collections.Immutable;
using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Coordinator.Gathering;
using ColFrag.Engine;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;

namespace ColFrag.Cluster.Tests.Stages;

/// <summary>What a cluster in one process is made of.</summary>
internal sealed record StageClusterOptions
{
    public int Workers { get; init; } = 3;

    public int Copies { get; init; } = 2;

    public int PartitionBytes { get; init; } = 16 << 10;

    /// <summary>True to move rows between workers even where there are few.</summary>
    public bool MovesRows { get; init; }

    public RpcLimits Limits { get; init; } = RpcLimits.Default;

    public long PieceMemoryBytes { get; init; } = 1 << 20;

    public long WorkerMemoryBytes { get; init; } = long.MaxValue;
}

/// <summary>
/// A database and workers that have copies of its segments, in one process on a network of queues: one session runs
/// everything in one place, the other one over the workers.
/// </summary>
internal sealed class StageCluster : IAsyncDisposable, ISiteDirectory
{
    private readonly ThreadScheduler _scheduler;
    private readonly MemoryFileSystem _files;
    private readonly EmbeddedStore _store;
    private readonly StageWorker _site;
    private readonly StageClusterOptions _options;

    private StageCluster(
        StageClusterOptions options, EmbeddedStore store, MemoryFileSystem files, ThreadScheduler scheduler)
    {
        _options = options;
        _store = store;
        _files = files;
        _scheduler = scheduler;
        _site = CreateSite(0);
        for (int i = 1; i <= options.Workers; i++) Workers.Add(CreateSite(i));
        Runner = new ClusterPlanRunner(this, _site.Runner, new ClusterPlanOptions
        {
            Clock = SystemClock.Instance,
            Random = SystemRandom.Instance,
            Files = SpillFiles,
            PieceMemoryBytes = options.PieceMemoryBytes,
            Distribution = options.MovesRows
                ? new DistributionSettings(0) { FewStates = 0, FewJoinRows = 0 } : new DistributionSettings(0),
        });
        SessionHost host = new()
        {
            Tables = store.Tables,
            Scheduler = scheduler,
            Memory = Memory,
            Runner = new LocalPlanRunner(),
            Clock = SystemClock.Instance,
            Random = SystemRandom.Instance,
            DataSource = "test",
            Checkpoint = async c => await store.Maintenance.RunOnceAsync(sealsAll: true, cancellationToken: c),
        };
        Local = new Connection(new Session(host));
        Spread = new Connection(new Session(host with { Runner = Runner }));
    }

    public MemoryTransport Network { get; } = new();

    /// <summary>Counts what the session over the workers uses at the coordinator.</summary>
    public MemoryBroker Memory { get; } = new(long.MaxValue);

    public MemoryFileSystem SpillFiles { get; } = new(tracksCrashes: false);

    public List<StageWorker> Workers { get; } = [];

    public ClusterPlanRunner Runner { get; }

    /// <summary>Runs everything in one place.</summary>
    public Connection Local { get; }

    /// <summary>Runs queries over the workers.</summary>
    public Connection Spread { get; }

    /// <summary>Workers that a query said something bad about.</summary>
    public List<(long Worker, Exception Reason)> Failures { get; } = [];

    /// <summary>Copies that a query could not read.</summary>
    public List<(long Worker, SegmentKey Segment)> BadCopies { get; } = [];

    /// <summary>Workers that the directory does not name, though they live.</summary>
    public HashSet<long> Hidden { get; } = [];

    /// <summary>Workers that the directory still names, though they may be dead.</summary>
    public HashSet<long> Believed { get; } = [];

    /// <summary>Tasks that have not ended, anywhere.</summary>
    public int TaskCount => _site.Runner.TaskCount + Workers.Sum(w => w.Runner.TaskCount);

    WorkerAddress ISiteDirectory.Coordinator => _site.Address;

    public ImmutableArray<WorkerAddress> LiveWorkers =>
        [.. Workers.Where(IsListed).Select(w => w.Address)];

    public static async Task<StageCluster> StartAsync(StageClusterOptions? options = null)
    {
        MemoryFileSystem files = new(tracksCrashes: false);
        ThreadScheduler scheduler = new(2);
        EmbeddedStore store = await EmbeddedStore.OpenAsync(new StoreEnvironment(files)
        {
            Scheduler = scheduler,
            RunsMaintenance = false,
            Options = new StoreOptions { SegmentRows = 3000, JournalRows = 100 },
        });
        return new StageCluster(options ?? new StageClusterOptions(), store, files, scheduler);
    }

    /// <summary>A cluster with tables: one of 40,000 rows, a smaller one, an empty one.</summary>
    public static async Task<StageCluster> LoadedAsync(StageClusterOptions? options = null)
    {
        StageCluster cluster = await StartAsync(options);
        await cluster.LoadAsync("""
            CREATE TABLE l (k INTEGER, g VARCHAR, x BIGINT, d DOUBLE);
            INSERT INTO l SELECT CASE WHEN i % 7 = 0 THEN NULL ELSE i % 500 END,
              CASE WHEN i % 11 = 0 THEN NULL ELSE 'g' || (i % 13) END, i * 3, i / 7.0 FROM range(40000) q(i);
            CREATE TABLE r (k INTEGER, g VARCHAR, y BIGINT);
            INSERT INTO r SELECT CASE WHEN i % 9 = 0 THEN NULL ELSE i % 700 END, 'g' || (i % 17), i % 40
            FROM range(9000) q(i);
            CREATE TABLE nothing (k INTEGER, g VARCHAR);

            """);
        // A little that only the coordinator has.
        await cluster.Local.RunAsync("INSERT INTO l VALUES (7, 'g1', 7, 7), (NULL, NULL, NULL, -1)");
        return cluster;
    }

    /// <summary>The rows of a query, as texts in order.</summary>
    public static async Task<string[]> RowsAsync(Connection connection, string query)
    {
        IReadOnlyList<Value[]> rows = await connection.QueryAsync(query);
        return [.. rows.Select(r => string.Join('|', r.Select(v => v.ToString()))).Order(StringComparer.Ordinal)];
    }

    /// <summary>Runs statements that are separated by semicolons at line ends, and moves what they wrote.</summary>
    public async Task LoadAsync(string script)
    {
        foreach (string statement in SitesScripts.Split(script)) await Local.RunAsync(statement);
        await MoveAsync();
    }

    /// <summary>
    /// Copies all segments to workers and names these in the catalog; what is in the journal stays at the coordinator.
    /// </summary>
    public async Task MoveAsync()
    {
        await using Transaction transaction = _store.Tables.Begin();
        int next = 0;
        foreach (long table in transaction.Catalog.TableIds)
        {
            TableSnapshot snapshot = transaction.GetTable(table);
            List<TableEdit> edits = [];
            foreach (SegmentRecord segment in snapshot.Segments.Select(s => s.Record).Where(s => !s.IsJournal))
            {
                StageWorker[] targets =
                    [.. Enumerable.Range(next++, _options.Copies).Select(i => Workers[i % Workers.Count])];
                foreach (StageWorker target in targets)
                    target.CopyFrom(_files, StorePaths.Segment(segment.FolderTable, segment.Key.Id));
                edits.AddRange(segment.Groups.Select(g => new SetWorkers(
                    segment.Key, g.Group, [.. targets.Select(t => t.Address.Worker)])));
            }
            if (edits.Count == 0) continue;
            TableChange change = new(snapshot.State, snapshot.Definition, DeltaCause.Move) { Edits = [.. edits] };
            CommitOutcome outcome = await _store.Tables.Commits.CommitAsync(new CommitRequest { Tables = [change] });
            Assert.True(outcome.IsCommitted);
        }
    }

    /// <summary>Has a worker die when it sends its next rows.</summary>
    public void KillWhenItSends(StageWorker worker) => OnRows(worker, connection =>
    {
        if (worker.IsDead) return;
        connection.Abort();
        _ = worker.KillAsync();
    });

    /// <summary>Does something before each frame of rows that a worker sends on the connections that stand, and no more
    /// before others.</summary>
    public void OnRows(StageWorker worker, Action<MemoryConnection> action)
    {
        foreach (MemoryConnection connection in Network.Connections)
        {
            connection.Tamper = null;
            if (!connection.Peer.EndsWith($"of {worker.Address.Address}", StringComparison.Ordinal)) continue;
            connection.Tamper = frame =>
            {
                if ((FrameKind)frame[6] == FrameKind.Data) action(connection);
            };
        }
    }

    /// <summary>The coordinator goes away: its connections break.</summary>
    public ValueTask DisconnectAsync() => _site.Connections.DisposeAsync();

    /// <summary>Waits until no task is left: what a query started must not outlive it.</summary>
    public Task WaitUntilIdleAsync() => TestNodes.Until(() => TaskCount == 0);

    public async ValueTask<RpcConnection> ConnectAsync(
        WorkerAddress worker, CancellationToken cancellationToken = default) =>
        await _site.Connections.GetAsync(worker, cancellationToken);

    public ValueTask<bool> AwaitReturnAsync(
        IReadOnlyCollection<long> awaited, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(false);

    public void ReportFailure(WorkerAddress worker, Exception reason)
    {
        lock (Failures) Failures.Add((worker.Worker, reason));
    }

    public void ReportBadCopy(WorkerAddress worker, long tableId, SegmentRecord segment, Exception reason)
    {
        lock (BadCopies) BadCopies.Add((worker.Worker, segment.Key));
    }

    public async ValueTask DisposeAsync()
    {
        await Local.DisposeAsync();
        await Spread.DisposeAsync();
        foreach (StageWorker worker in Workers) await worker.DisposeAsync();
        await _site.DisposeAsync();
        await _store.DisposeAsync();
        _scheduler.Dispose();
    }

    private bool IsListed(StageWorker worker)
    {
        long id = worker.Address.Worker;
        return Believed.Contains(id) || (!worker.IsDead && !Hidden.Contains(id));
    }

    private StageWorker CreateSite(long id) => new(
        id, Network, _scheduler, _options.PartitionBytes, _options.Limits,
        id == 0 ? long.MaxValue : _options.WorkerMemoryBytes);
}

using System.Text;
using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Coordinator;
using ColFrag.Coordinator.Repair;
using ColFrag.Engine;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Segments;
using ColFrag.Protocol.Transport;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>A whole cluster in this process: a coordinator and workers, on disks and a network in memory.</summary>
internal sealed class TestCluster : IAsyncDisposable
{
    private const string CoordinatorAddress = "coordinator:1";

    private readonly MemoryTransport _network = new();
    private readonly ThreadScheduler _scheduler = new(2);
    private ProcessTransport _coordinatorTransport;

    private TestCluster() => _coordinatorTransport = new ProcessTransport(_network);

    /// <summary>Small, so that few rows make several segments.</summary>
    public static StoreOptions StoreOptions { get; } = new() { SegmentRows = 10_000, CompactSegments = 1_000 };

    public CoordinatorHost Coordinator { get; private set; } = null!;

    /// <summary>The coordinator's disk.</summary>
    public MemoryFileSystem Files { get; private set; } = new();

    public List<TestWorker> Workers { get; } = [];

    /// <summary>The sizes of this one.</summary>
    public StoreOptions Store { get; init; } = StoreOptions;

    /// <summary>Repairs by itself; else tests call <see cref="HealAsync"/>.</summary>
    public bool Repairs { get; init; }

    /// <summary>How long old versions stay readable.</summary>
    public TimeSpan Retention { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>Bytes of files from which workers load them.</summary>
    public long SharedLoadBytes { get; init; } = 32 << 20;

    /// <summary>What is worth moving rows for.</summary>
    public DistributionSettings Distribution { get; init; } = new(0);

    /// <summary>The coordinator's memory.</summary>
    public MemoryBroker Memory { get; init; } = MemoryBroker.Unlimited;

    /// <summary>The files that workers see.</summary>
    public IInputFiles WorkerInputs { get; init; } = LocalInputFiles.Instance;

    public static async Task<TestCluster> StartAsync(
        int workerCount, TimeSpan? retention = null, long sharedLoadBytes = 32 << 20, IInputFiles? inputs = null,
        StoreOptions? store = null, DistributionSettings? distribution = null, MemoryBroker? memory = null)
    {
        TestCluster cluster = new()
        {
            Retention = retention ?? TimeSpan.FromMinutes(15), SharedLoadBytes = sharedLoadBytes,
            WorkerInputs = inputs ?? LocalInputFiles.Instance, Store = store ?? StoreOptions,
            Distribution = distribution ?? new DistributionSettings(0), Memory = memory ?? MemoryBroker.Unlimited,
        };
        await cluster.StartCoordinatorAsync();
        for (int i = 0; i < workerCount; i++) await cluster.AddWorkerAsync();
        return cluster;
    }

    public async Task StartCoordinatorAsync()
    {
        _coordinatorTransport = new ProcessTransport(_network);
        Coordinator = await CoordinatorHost.OpenAsync(
            new CoordinatorEnvironment(Files, _coordinatorTransport, _scheduler)
            {
                Store = Store with { Retention = Retention },
                Repair = new RepairOptions
                {
                    Grace = TimeSpan.Zero, Settle = TimeSpan.Zero, BalanceBytes = 1,
                },
                // No test waits for silence: processes that are gone break their connections.
                WorkerPatience = TimeSpan.FromMinutes(5), RunsMaintenance = Repairs,
                AllowsAssemblies = true,
                SharedLoadBytes = SharedLoadBytes,
                Distribution = Distribution,
                Memory = Memory,
            });
        Coordinator.Listen(CoordinatorAddress);
    }

    public async Task<TestWorker> AddWorkerAsync(bool allowsAssemblies = true)
    {
        TestWorker worker = new(_network, CoordinatorAddress, _scheduler, WorkerInputs)
        {
            AllowsAssemblies = allowsAssemblies, Store = Store,
        };
        Workers.Add(worker);
        await StartAsync(worker);
        return worker;
    }

    /// <summary>Starts a worker and waits until the coordinator gives it work.</summary>
    public async Task StartAsync(TestWorker worker)
    {
        await worker.StartAsync();
        await WaitForAsync(worker);
    }

    /// <summary>Waits until the coordinator gives a worker work; one that was killed is not waited for.</summary>
    public async Task WaitForAsync(TestWorker worker)
    {
        if (worker.IsRunning) await TestNodes.Until(() => Coordinator.Workers.IsLive(worker.Id));
    }

    /// <summary>Kills a worker and waits until the coordinator has noticed.</summary>
    public async Task KillAsync(TestWorker worker)
    {
        await worker.KillAsync();
        await TestNodes.Until(() => !Coordinator.Workers.IsLive(worker.Id));
    }

    /// <summary>Ends the coordinator as a power cut would.</summary>
    public async Task KillCoordinatorAsync()
    {
        MemoryFileSystem next = Files.Crash();
        await _coordinatorTransport.KillAsync();
        try
        {
            await Coordinator.DisposeAsync();
        }
        catch (Engine.Errors.ColFragException)
        {
            // Its disk is gone already.
        }
        Files = next;
    }

    /// <summary>Repairs until nothing is due.</summary>
    public async Task HealAsync()
    {
        while (await Coordinator.Repairer.RunOnceAsync() > 0)
        {
        }
        Assert.Null(Coordinator.Repairer.LastFailure);
    }

    /// <summary>The workers on whose disks a column group of a segment lies whole.</summary>
    public IEnumerable<TestWorker> HoldersOf(SegmentRecord segment, GroupRecord group) =>
        Workers.Where(w => Holds(w.Files, segment with { Groups = [group] }));

    /// <summary>
    /// Every column group of every segment lies on so many disks, on those that the catalog names and on no others.
    /// </summary>
    public void AssertGroupCopies(string table, int copies)
    {
        Assert.NotEmpty(SegmentsOf(table));
        foreach (SegmentRecord segment in SegmentsOf(table))
        {
            foreach (GroupRecord group in segment.Groups)
            {
                Assert.Equal(copies, group.Workers.Length);
                Assert.Equal(group.Workers.Order(), HoldersOf(segment, group).Select(w => w.Id).Order());
            }
        }
    }

    /// <summary>Merges all segments of a table of one range.</summary>
    public async Task CompactAsync(string table)
    {
        SegmentRecord[] segments = SegmentsOf(table);
        TableState state = Coordinator.Store.Tables.Follower.Newest.GetTable(segments[0].FolderTable);
        RewriteJob job = new(state.Ranges[0], [.. segments], "a test asks for it");
        Assert.True(await new Rewriter(Coordinator.Store.Tables).RunAsync(state.TableId, job));
    }

    public Connection Connect() => new(new Session(Coordinator.Sessions));

    public async Task RunAsync(params string[] statements)
    {
        using Connection connection = Connect();
        foreach (string statement in statements) await connection.RunAsync(statement);
    }

    public async Task<IReadOnlyList<Value[]>> QueryAsync(string sql)
    {
        using Connection connection = Connect();
        return await connection.QueryAsync(sql);
    }

    /// <summary>Loads lines of CSV.</summary>
    public async Task CopyAsync(string table, IEnumerable<string> lines)
    {
        using Connection connection = Connect();
        connection.CopyInput = new MemoryStream(Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"));
        await connection.RunAsync($"COPY {table} FROM STDIN (FORMAT csv)");
    }

    /// <summary>The segments of the newest version of a table.</summary>
    public SegmentRecord[] SegmentsOf(string table)
    {
        CatalogSnapshot catalog = Coordinator.Store.Tables.Follower.Newest;
        NameRecord name = catalog.Find(NameSpace.Relation, "public", table)!.Value;
        return [.. catalog.GetTable(name.Id).Segments.Values];
    }

    /// <summary>The workers on whose disks a segment lies whole, every file with its hash.</summary>
    public IEnumerable<TestWorker> HoldersOf(SegmentRecord segment) => Workers.Where(w => Holds(w.Files, segment));

    /// <summary>True where a segment lies whole.</summary>
    public static bool Holds(IFileSystem files, SegmentRecord segment)
    {
        SegmentFetcher verifier = new(files);
        string folder = StorePaths.Segment(segment.FolderTable, segment.Key.Id);
        return segment.Groups.All(g => verifier.TryVerify(folder, new GroupHash(g.Group, g.ManifestHash)) is not null);
    }

    /// <summary>Every segment lies on so many disks, and on those that the catalog names.</summary>
    public void AssertCopies(string table, int copies)
    {
        SegmentRecord[] segments = SegmentsOf(table);
        Assert.NotEmpty(segments);
        foreach (SegmentRecord segment in segments)
        {
            Assert.Equal(copies, segment.Workers.Count());
            Assert.Equal(segment.Workers.Order(), HoldersOf(segment).Select(w => w.Id).Order());
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (TestWorker worker in Workers) await worker.DisposeAsync();
        await Coordinator.DisposeAsync();
        _scheduler.Dispose();
    }
}

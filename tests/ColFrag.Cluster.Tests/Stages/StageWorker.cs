using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Files;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;
using ColFrag.Protocol.Stages;
using ColFrag.Protocol.Transport;
using ColFrag.Worker.Replication;

namespace ColFrag.Cluster.Tests.Stages;

/// <summary>One process of a cluster as far as stages go: files, caches, tasks, a port, and calls to others.</summary>
internal sealed class StageWorker : IAsyncDisposable
{
    public static readonly Guid ClusterId = Guid.Parse("6f1c2a34-0000-4000-8000-00000000c0f2");

    private const long KeptBytes = 1 << 30;

    private readonly IListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _serving;
    private readonly StorageCaches _caches;

    public StageWorker(
        long id, ITransport network, IScheduler scheduler, int partitionBytes, RpcLimits limits, long memoryBytes)
    {
        Memory = new MemoryBroker(memoryBytes);
        NodeIdentity self = new(ClusterId, id == 0 ? NodeKind.Coordinator : NodeKind.Worker, (ulong)id, 1);
        _listener = network.Listen($"site{id}:0");
        Address = new WorkerAddress(id, _listener.Address);
        Connections = new NodeConnections(network, () => self, SystemClock.Instance, limits);
        _caches = new StorageCaches(Memory);
        Segments = new SegmentCache(Files, _caches, MemoryAccount.Untracked, 1 << 20, 1 << 20, id);
        Runner = new StageRunner(new StageEnvironment
        {
            Scheduler = scheduler,
            Memory = Memory,
            Plans = new PlanReadContext(Segments, FunctionRegistry.BuiltIn),
            Worker = id,
            Connect = (address, cancellationToken) => Connections.GetAsync(address, cancellationToken),
            PartitionBytes = partitionBytes,
            Lender = new LentFiles(Files, new SegmentFetcher(Files), Segments, Connections, KeptBytes),
        });
        RpcHandlers handlers = Runner.AddTo(new RpcHandlers());
        new SegmentFileServer(Files).AddTo(handlers);
        RpcServer server = new(new NodeGate(() => self), handlers, SystemClock.Instance, limits);
        Server = server;
        _serving = server.RunAsync(_listener, _stop.Token);
    }

    public WorkerAddress Address { get; }

    public MemoryFileSystem Files { get; } = new(tracksCrashes: false);

    public MemoryBroker Memory { get; }

    public SegmentCache Segments { get; }

    public NodeConnections Connections { get; }

    public StageRunner Runner { get; }

    public RpcServer Server { get; }

    /// <summary>What the caches of files hold, which outlives queries.</summary>
    public long CachedBytes => _caches.Blocks.Account.UsedBytes;

    public bool IsDead { get; private set; }

    /// <summary>Dies at once: nothing more arrives or leaves.</summary>
    public async Task KillAsync()
    {
        if (IsDead) return;
        IsDead = true;
        await _listener.DisposeAsync();
        _stop.Cancel();
        await Connections.DisposeAsync();
        await Runner.DisposeAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Gets a copy of all that is in a folder.</summary>
    public void CopyFrom(IFileSystem source, string folder)
    {
        Files.CreateFolder(folder);
        foreach (FileEntry entry in source.List(folder))
        {
            using IFile file = source.OpenRead($"{folder}/{entry.Name}");
            byte[] bytes = new byte[file.Length];
            Assert.Equal(bytes.Length, file.Read(0, bytes));
            using IAppendFile copy = Files.Create($"{folder}/{entry.Name}");
            copy.Append(bytes);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Segments.Dispose();
        _caches.Dispose();
        _stop.Dispose();
    }
}

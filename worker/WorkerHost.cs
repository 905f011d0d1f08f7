using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Files;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Assemblies;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;
using ColFrag.Protocol.Stages;
using ColFrag.Protocol.Transport;
using ColFrag.Worker.Fragments;
using ColFrag.Worker.Loading;
using ColFrag.Worker.Registration;
using ColFrag.Worker.Replication;

namespace ColFrag.Worker;

/// <summary>
/// A worker: a folder of fragments, a listener for the processes of its cluster, and the link to its coordinator. It
/// decides nothing: what it keeps and what it runs is told by the coordinator.
/// </summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    private readonly WorkerEnvironment _environment;
    private readonly WorkerOptions _options;
    private readonly WorkerIdentity _worker;
    private readonly IDisposable _folderLock;
    private readonly IListener _listener;
    private readonly FragmentFolder _folder;
    private readonly CoordinatorLink _link;
    private readonly NodeConnections _connections;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _joined = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Guid _cluster;
    private long _incarnation;
    private LocalFragmentStore? _store;
    private SegmentCache? _segments;
    private StorageCaches? _caches;
    private MemoryAccount? _account;
    private StageRunner? _stages;
    private FileLoadHandlers? _loads;
    private RpcServer? _server;
    private Task _serving = Task.CompletedTask;
    private Task _linking = Task.CompletedTask;

    private WorkerHost(
        WorkerEnvironment environment, WorkerOptions options, WorkerIdentity worker, FolderIdentity? identity,
        IDisposable folderLock, IListener listener)
    {
        _environment = environment;
        _options = options;
        _worker = worker;
        _cluster = identity?.ClusterId ?? Guid.Empty;
        _folderLock = folderLock;
        _listener = listener;
        _folder = new FragmentFolder(environment.Files);
        _connections = new NodeConnections(
            environment.Transport, () => Self, environment.Clock, environment.Limits);
        _link = new CoordinatorLink(
            environment.Transport, options.Coordinator, () => Self, environment.Clock, environment.Random,
            environment.Limits, options.HeartbeatInterval);
    }

    /// <summary>Its id, kept in its folder.</summary>
    public long Worker => _worker.Worker;

    /// <summary>Where it listens.</summary>
    public string Address => _options.Address ?? _listener.Address;

    /// <summary>Who it is now.</summary>
    public NodeIdentity Self => new(
        _cluster, NodeKind.Worker, (ulong)_worker.Worker, Interlocked.Read(ref _incarnation));

    /// <summary>Its segments, for tasks.</summary>
    public SegmentCache Segments => _segments ?? throw NotJoined();

    /// <summary>Rows of files that it has read for loads.</summary>
    public long LoadedRows => _loads?.RowCount ?? 0;

    /// <summary>Why the coordinator is out of reach; null while it is not.</summary>
    public ColFragException? LastFailure => _link.LastFailure;

    /// <summary>Ends when the worker has joined its cluster and serves; fails when it is refused.</summary>
    public Task Joined => _joined.Task;

    /// <summary>Ends when it has stopped, by itself only when the coordinator refused it for good.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Opens a worker's folder and begins to join; see <see cref="Joined"/>.</summary>
    /// <exception cref="StorageException">
    /// The folder is another one's, is used by another process, or of another format.
    /// </exception>
    /// <exception cref="ClusterException">The address is in use.</exception>
    public static async ValueTask<WorkerHost> StartAsync(
        WorkerEnvironment environment, WorkerOptions options, CancellationToken cancellationToken = default)
    {
        IFileSystem files = environment.Files;
        FolderIdentity? identity = FolderIdentity.TryRead(files);
        IDisposable folderLock = files.Lock(StorePaths.Lock);
        IListener? listener = null;
        try
        {
            files.DeleteTempFiles("");
            SpillSpace.DeleteLeftOvers(files, StorePaths.Spill);
            files.DeleteFolder(StorePaths.Loans);
            WorkerIdentity worker = await WorkerIdentity.OpenAsync(files, environment.Random, cancellationToken);
            listener = environment.Transport.Listen(options.Listen);
            WorkerHost host = new(environment, options, worker, identity, folderLock, listener);
            host._folder.Recover();
            host._linking = host.LinkAsync();
            return host;
        }
        catch
        {
            if (listener is not null) await listener.DisposeAsync();
            folderLock.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        _stop.Cancel();
        await _linking;
        await _listener.DisposeAsync();
        if (_stages is not null) await _stages.DisposeAsync();
        if (_server is not null) await _server.StopAsync(s_grace);
        await _serving;
        await _connections.DisposeAsync();
        _segments?.Dispose();
        if (_store is not null) await _store.DisposeAsync();
        _caches?.Dispose();
        _account?.Dispose();
        _folderLock.Dispose();
        _joined.TrySetCanceled();
        _ended.TrySetResult();
        _stop.Dispose();
    }

    private async Task LinkAsync()
    {
        // The caller has the host before anything happens to it.
        await Task.Yield();
        await _link.RunAsync(Describe, JoinAsync, Refuse, Beat, _stop.Token);
    }

    private RegisterWorker Describe() => new(
        Worker, _worker.Disk, Address, _options.Zone, _environment.Files.GetSpace().TotalBytes, Software.Name);

    private Heartbeat Beat() => new(
        Worker, Interlocked.Read(ref _incarnation), _environment.Files.GetSpace().FreeBytes, _folder.StoredBytes,
        _stages?.TaskCount ?? 0);

    private void Refuse(ColFragException error)
    {
        _joined.TrySetException(error);
        _ended.TrySetResult();
    }

    private async ValueTask JoinAsync(WorkerRegistered answer)
    {
        Interlocked.Exchange(ref _incarnation, answer.Incarnation);
        if (_server is not null) return;
        try
        {
            await OpenAsync(answer.Cluster);
            _joined.TrySetResult();
        }
        catch (ColFragException error)
        {
            Refuse(error);
            throw new ClusterException(error.Message, isTransient: false, error.SqlState, error.Hint, error);
        }
    }

    /// <summary>Opens the store under the cluster's id and begins to serve.</summary>
    private async ValueTask OpenAsync(Guid cluster)
    {
        IFileSystem files = _environment.Files;
        FolderIdentity? identity = FolderIdentity.TryRead(files);
        if (identity is null)
        {
            identity = new FolderIdentity(cluster, _worker.Disk, _environment.Clock.UtcNow);
            await identity.WriteAsync(files, _stop.Token);
        }
        await identity.RaiseAsync(files, _stop.Token);
        if (identity.ClusterId != cluster)
        {
            throw new StorageException(
                $"The folder belongs to the cluster {identity.ClusterId}, not to {cluster}", files.Root,
                "Give the worker an empty folder, or join the coordinator of its own cluster.");
        }
        _cluster = cluster;
        _account = _environment.Memory.CreateAccount("fragments");
        _store = await LocalFragmentStore.OpenAsync(
            files, identity, _environment.Options, _account, _environment.Scheduler, _stop.Token);
        _caches = new StorageCaches(_environment.Memory);
        _segments = new SegmentCache(
            files, _caches, _account, _environment.Options.CachedRowBytes, _environment.Options.CachedVectorBytes,
            Worker);
        _server = new RpcServer(new NodeGate(() => Self), Handlers(), _environment.Clock, _environment.Limits);
        _serving = ServeAsync(_server);
    }

    private RpcHandlers Handlers()
    {
        RpcHandlers handlers = new();
        SegmentLocks locks = new();
        CopyFence fence = new();
        SegmentFetcher files = new(_environment.Files);
        Replicator replicator = new(
            files, Segments, _folder, locks, fence, _connections,
            () => new WorkerAddress(Worker, Address));
        new SegmentFileServer(_environment.Files).AddTo(handlers);
        replicator.AddTo(handlers);
        new FragmentHandlers(_store!, Segments, _folder, locks, fence, replicator, _account!).AddTo(handlers);
        AssemblyLibrary assemblies = new(_environment.Files, _environment.AllowsAssemblies);
        AssemblyFetcher fetcher = new(
            assemblies, stop => _connections.GetAsync(new WorkerAddress(0, _options.Coordinator), stop));
        PlanReadContext plans = new(Segments, FunctionRegistry.BuiltIn, assemblies);
        SpillSpace spill = SpillSpace.In(_environment.Files, StorePaths.Spill);
        _loads = new FileLoadHandlers(_environment, _account!, spill, plans, _connections);
        _loads.AddTo(handlers);
        _stages = new StageRunner(new StageEnvironment
        {
            Scheduler = _environment.Scheduler,
            Memory = _environment.Memory,
            Spill = spill,
            Plans = plans,
            EnsureAssembly = fetcher.EnsureAsync,
            Worker = Worker,
            Connect = _connections.GetAsync,
            Lender = new LentFiles(
                _environment.Files, files, Segments, _connections, _environment.LentBytes),
        });
        return _stages.AddTo(handlers);
    }

    private async Task ServeAsync(RpcServer server)
    {
        try
        {
            await server.RunAsync(_listener, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped while it waited for the next connection.
        }
    }

    private static ClusterException NotJoined() => new("The worker has not joined a cluster yet");
}

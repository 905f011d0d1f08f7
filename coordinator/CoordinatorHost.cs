using ColFrag.Coordinator.Gathering;
using ColFrag.Coordinator.Loading;
using ColFrag.Coordinator.Membership;
using ColFrag.Coordinator.Placement;
using ColFrag.Coordinator.Repair;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Managed;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Store;
using ColFrag.Protocol;
using ColFrag.Protocol.Assemblies;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;
using ColFrag.Protocol.Stages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Coordinator;

/// <summary>
/// A database that is served: its catalog and what is not on workers in one folder, and the workers that joined.
/// Without workers it is the embedded database; with them new segments go to workers, and what lies in the folder is
/// moved.
/// </summary>
internal sealed class CoordinatorHost : IAsyncDisposable
{
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(2);

    private readonly CoordinatorEnvironment _environment;
    private readonly NodeConnections _connections;
    private readonly CancellationTokenSource _stop = new();
    private StageRunner _stages = null!;
    private IListener? _listener;
    private Task _serving = Task.CompletedTask;
    private string? _address;
    private bool _isDisposed;

    private CoordinatorHost(CoordinatorEnvironment environment)
    {
        _environment = environment;
        _connections = new NodeConnections(
            environment.Transport, () => Self, environment.Clock, environment.Limits);
    }

    /// <summary>Who this process is.</summary>
    public NodeIdentity Self { get; private set; } = new(Guid.Empty, NodeKind.Coordinator, 0, 0);

    /// <summary>Catalog, tables, and what lies in the folder.</summary>
    public EmbeddedStore Store { get; private set; } = null!;

    /// <summary>What sessions share.</summary>
    public SessionHost Sessions { get; private set; } = null!;

    /// <summary>The workers.</summary>
    public WorkerList Workers { get; private set; } = null!;

    /// <summary>Makes copies that are missing.</summary>
    public Repairer Repairer { get; private set; } = null!;

    /// <summary>What queries may know of the workers.</summary>
    public SiteDirectory Sites { get; private set; } = null!;

    /// <summary>Answers the other processes of the cluster.</summary>
    public RpcServer Nodes { get; private set; } = null!;

    /// <summary>Where workers reach this process; known once somebody listens for it.</summary>
    public string Address
    {
        get => _address ?? throw new ClusterException("The coordinator does not listen yet");
        set => _address = value;
    }

    /// <summary>Opens the folder.</summary>
    /// <exception cref="StorageException">Another process uses the folder, or it is of another format.</exception>
    /// <exception cref="CorruptDataException">Its catalog is damaged.</exception>
    public static async ValueTask<CoordinatorHost> OpenAsync(
        CoordinatorEnvironment environment, CancellationToken cancellationToken = default)
    {
        CoordinatorHost host = new(environment);
        try
        {
            await host.OpenStoreAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host._connections.DisposeAsync();
            throw;
        }
    }

    /// <summary>Listens for the other processes of the cluster alone, without clients.</summary>
    public void Listen(string address)
    {
        _listener = _environment.Transport.Listen(address);
        Address = _listener.Address;
        _serving = ServeAsync(_listener);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _stop.Cancel();
        if (_listener is not null) await _listener.DisposeAsync();
        await Repairer.DisposeAsync();
        await _stages.DisposeAsync();
        await Nodes.StopAsync(s_grace);
        await _serving;
        await Store.DisposeAsync();
        await _connections.DisposeAsync();
        _stop.Dispose();
    }

    private async ValueTask OpenStoreAsync(CancellationToken cancellationToken)
    {
        BadCopies badCopies = new();
        SpareCopies spares = new();
        VectorCopies vectors = new();
        SegmentCopies copies = null!;
        ReplicaPlacement placement = null!;
        ClusterFragmentStore fragments = null!;
        Store = await EmbeddedStore.OpenAsync(
            new StoreEnvironment(_environment.Files)
            {
                Clock = _environment.Clock, Random = _environment.Random, Scheduler = _environment.Scheduler,
                Memory = _environment.Memory, Options = _environment.Store, Catalog = _environment.Catalog,
                Outside = _environment.Outside,
                RunsMaintenance = false,
                Distribute = parts =>
                {
                    Self = IdentityOf(parts.Identity);
                    Workers = new WorkerList(
                        parts.Catalog, parts.Identity.ClusterId, _environment.Clock, _environment.WorkerPatience);
                    placement = new ReplicaPlacement(Workers, _environment.Random);
                    copies = new SegmentCopies(
                        Workers, placement, _connections, () => parts.Follower.Newest.Revision);
                    fragments = new ClusterFragmentStore(
                        parts.Local, _environment.Files, Workers, copies, spares, vectors, _connections);
                    return new StoreDistribution(fragments, placement);
                },
            },
            cancellationToken);
        fragments.Segments = Store.Tables.Segments;
        await Workers.LoadAsync(cancellationToken);
        Store.Tables.WhenReadyAsync = Workers.WhenBackAsync;
        WorkerAdmission admission = new(
            Store.Tables.Follower, _environment.Files, _connections, badCopies, spares, vectors, Workers.IsSame);
        Workers.AdmitAsync = admission.RunAsync;
        RepairPlan plan = new(Workers, placement, badCopies, spares, vectors, _environment.Repair);
        Repairer = new Repairer(
            Store.Tables, _environment.Files, plan, badCopies, copies,
            new SpareCollection(Store.Tables, Workers, spares, badCopies, copies), vectors, _connections,
            () => Address, _environment.Repair)
        {
            SealAsync = (table, stop) => Store.Maintenance.RunOnceAsync(table, sealsAll: true, stop),
        };
        Workers.Changed = Repairer.Wake;
        badCopies.Changed = Repairer.Wake;
        spares.Changed = Repairer.Wake;
        Sites = new SiteDirectory(Workers, _connections, badCopies, () => Address);
        AssemblyLibrary assemblies = new(_environment.Files, _environment.AllowsAssemblies);
        SpillSpace spill = SpillSpace.In(_environment.Files, StorePaths.Spill);
        _stages = new StageRunner(new StageEnvironment
        {
            Scheduler = _environment.Scheduler,
            Memory = _environment.Memory,
            Spill = spill,
            Plans = new PlanReadContext(Store.Tables.Segments, FunctionRegistry.BuiltIn, assemblies),
            Worker = 0,
            Connect = _connections.GetAsync,
        });
        RpcHandlers handlers = new();
        Workers.AddTo(handlers);
        _stages.AddTo(handlers);
        new SegmentFileServer(_environment.Files).AddTo(handlers);
        new AssemblyServer(assemblies).AddTo(handlers);
        Nodes = new RpcServer(
            new MemberGate(() => Self, Workers.Leave), handlers, _environment.Clock, _environment.Limits);
        ClusterPlanRunner runner = new(Sites, _stages, new ClusterPlanOptions
        {
            Clock = _environment.Clock, Random = _environment.Random, Files = _environment.Files,
            Distribution = _environment.Distribution,
            Loads = new FileLoads(copies, _connections, () => Store.Tables, _environment.SharedLoadBytes),
        });
        Sessions = new SessionHost
        {
            Tables = Store.Tables,
            Scheduler = _environment.Scheduler,
            Memory = _environment.Memory,
            Spill = spill,
            Runner = runner,
            PlaceScans = runner.PlaceScans,
            Clock = _environment.Clock,
            Loads = new LoadRegistry(_environment.Clock),
            Random = _environment.Random,
            Assemblies = assemblies,
            InputFiles = _environment.InputFiles,
            DataSource = _environment.DataSource,
            Checkpoint = Store.CheckpointAsync,
            BackUp = Store.BackUpAsync,
            Workers = DescribeWorkers,
        };
        FunctionObjects.Sweep(Sessions, _environment.Files);
        if (!_environment.RunsMaintenance) return;
        Store.Maintenance.Start();
        Repairer.Start();
    }

    /// <summary>The coordinator's id is that of its disk: it needs no other.</summary>
    private static NodeIdentity IdentityOf(FolderIdentity identity) => new(
        identity.ClusterId, NodeKind.Coordinator, BitConverter.ToUInt64(identity.DiskId.ToByteArray()), 1);

    private IReadOnlyList<WorkerStatus> DescribeWorkers() =>
    [
        .. Workers.All.Select(w => new WorkerStatus(
            w.Id, w.Number, w.Record.Address,
            Workers.IsLive(w) ? "live" : w is { Session: not null, IsAdmitted: false } ? "joining" : "away",
            w.Record.Incarnation, w.StoredBytes, w.LastBeat?.FreeBytes)),
    ];

    private async Task ServeAsync(IListener listener)
    {
        try
        {
            await Nodes.RunAsync(listener, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Stopped while it waited for the next connection.
        }
    }
}

using ColFrag.Coordinator.Repair;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Transport;

namespace ColFrag.Coordinator;

/// <summary>What a coordinator is given by the process it runs in.</summary>
/// <param name="Files">The disk, whose root is the database's folder.</param>
/// <param name="Transport">The network to the workers.</param>
/// <param name="Scheduler">The threads that run plans.</param>
internal sealed record CoordinatorEnvironment(IFileSystem Files, ITransport Transport, IScheduler Scheduler)
{
    /// <summary>Where the data are, for people.</summary>
    public string DataSource { get; init; } = Files.Root;

    public IClock Clock { get; init; } = SystemClock.Instance;

    public IRandom Random { get; init; } = SystemRandom.Instance;

    public MemoryBroker Memory { get; init; } = MemoryBroker.Unlimited;

    public StoreOptions Store { get; init; } = new();

    public LogCatalogOptions Catalog { get; init; } = new();

    /// <summary>Where the catalog is when it is not in the folder.</summary>
    public OutsideCatalog? Outside { get; init; }

    /// <summary>What is worth moving rows for.</summary>
    public DistributionSettings Distribution { get; init; } = new(0);

    public RpcLimits Limits { get; init; } = RpcLimits.Default;

    public RepairOptions Repair { get; init; } = new();

    /// <summary>True where functions of assemblies may run, with all rights of the process.</summary>
    public bool AllowsAssemblies { get; init; }

    /// <summary>Silence after which a worker is not given work.</summary>
    public TimeSpan WorkerPatience { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Files of users.</summary>
    public IInputFiles InputFiles { get; init; } = LocalInputFiles.Instance;

    /// <summary>Bytes of files from which workers that see them load them; fewer are read here.</summary>
    public long SharedLoadBytes { get; init; } = 32 << 20;

    /// <summary>False where somebody else says when to seal, compact, collect and repair.</summary>
    public bool RunsMaintenance { get; init; } = true;
}

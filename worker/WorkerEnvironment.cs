using ColFrag.Engine.Files;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Transport;

namespace ColFrag.Worker;

/// <summary>What a worker is given by the process it runs in.</summary>
/// <param name="Files">The disk, whose root is the worker's folder.</param>
/// <param name="Transport">The network.</param>
/// <param name="Scheduler">The threads that run tasks and encode columns.</param>
internal sealed record WorkerEnvironment(IFileSystem Files, ITransport Transport, IScheduler Scheduler)
{
    public IClock Clock { get; init; } = SystemClock.Instance;

    public IRandom Random { get; init; } = SystemRandom.Instance;

    public MemoryBroker Memory { get; init; } = MemoryBroker.Unlimited;

    public StoreOptions Options { get; init; } = new();

    /// <summary>Files of users that this process sees: those of shared folders are loaded by workers.</summary>
    public IInputFiles InputFiles { get; init; } = LocalInputFiles.Instance;

    /// <summary>Bytes of other workers' column files that stay here when no task reads them.</summary>
    public long LentBytes { get; init; } = 1L << 30;

    public RpcLimits Limits { get; init; } = RpcLimits.Default;

    /// <summary>True where functions of assemblies may run, with all rights of the process.</summary>
    public bool AllowsAssemblies { get; init; }
}

/// <summary>Where a worker belongs.</summary>
/// <param name="Coordinator">Where the coordinator answers.</param>
/// <param name="Listen">Where the worker listens; port 0 is any free one.</param>
internal sealed record WorkerOptions(string Coordinator, string Listen)
{
    /// <summary>Where others reach it; null for where it listens.</summary>
    public string? Address { get; init; }

    /// <summary>What fails together with it; empty when not told.</summary>
    public string Zone { get; init; } = "";

    /// <summary>Between two heartbeats.</summary>
    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromSeconds(1);
}

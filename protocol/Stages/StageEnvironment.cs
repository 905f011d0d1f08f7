using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Stages;

/// <summary>What tasks need of the process that they run in.</summary>
internal sealed record StageEnvironment
{
    /// <summary>Gives turns.</summary>
    public required IScheduler Scheduler { get; init; }

    /// <summary>Counts memory.</summary>
    public required MemoryBroker Memory { get; init; }

    /// <summary>Where operators put what memory has no room for; null: they fail instead.</summary>
    public SpillSpace? Spill { get; init; }

    /// <summary>What plans from elsewhere are bound to.</summary>
    public required PlanReadContext Plans { get; init; }

    /// <summary>Id of the worker; 0 for the coordinator.</summary>
    public required long Worker { get; init; }

    /// <summary>The connection to another process, to fetch what its tasks have computed.</summary>
    public required Func<WorkerAddress, CancellationToken, ValueTask<RpcConnection>> Connect { get; init; }

    /// <summary>Brings an assembly here that functions of a plan lie in, by its hash.</summary>
    public Func<string, CancellationToken, ValueTask> EnsureAssembly { get; init; } = static (_, _) => default;

    /// <summary>Brings column files of other workers here; null where no task needs any.</summary>
    public ILender? Lender { get; init; }

    /// <summary>Bytes of a partition that wait for their reader before the run does.</summary>
    public int PartitionBytes { get; init; } = PartitionQueue.DefaultCapacityBytes;
}

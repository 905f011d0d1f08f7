using ColFrag.Simulation.Network;
using ColFrag.Simulation.Scheduling;
using ColFrag.Worker;

namespace ColFrag.Simulation.Cluster;

/// <summary>The machine of a worker: the shipped host.</summary>
internal sealed class WorkerNode(SimulatedCluster cluster, string name) : SimulatedNode(cluster, name)
{
    /// <summary>The host; null while there is none.</summary>
    public WorkerHost? Host { get; private set; }

    /// <summary>The id that its folder has; 0 before it had one.</summary>
    public long Id { get; private set; }

    /// <inheritdoc/>
    protected override void Forget() => Host = null;

    /// <inheritdoc/>
    protected override async Task RunAsync(Incarnation life)
    {
        WorkerHost host = await WorkerHost.StartAsync(
            new WorkerEnvironment(Disk.Open(life), new SimulatedTransport(Cluster.Network, life),
                new SimulatedScheduler(life))
            {
                Clock = new SimulatedClock(life) { Skew = Cluster.NextSkew() }, Random = life.Random,
                Options = Cluster.Shape.Store, InputFiles = Cluster.SeenByWorkers,
                LentBytes = Cluster.Shape.LentBytes, Limits = Cluster.Shape.Limits,
            },
            new WorkerOptions(CoordinatorNode.NodesAddress, $"{Name}:0"));
        Host = host;
        Id = host.Worker;
        await host.Joined;
        Cluster.Tell(Name, "has joined");
        await host.Ended;
    }
}

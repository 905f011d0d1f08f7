using ColFrag.Coordinator;
using ColFrag.Coordinator.Sessions;
using ColFrag.Protocol.Sessions;
using ColFrag.Simulation.Disk;
using ColFrag.Simulation.Network;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Cluster;

/// <summary>The machine of the coordinator: the shipped host, and the shipped session server for clients.</summary>
internal sealed class CoordinatorNode(SimulatedCluster cluster) : SimulatedNode(cluster, "coordinator")
{
    /// <summary>Where workers find it.</summary>
    public const string NodesAddress = "coordinator:1";

    /// <summary>Where clients find it.</summary>
    public const string SessionsAddress = "coordinator:2";

    /// <summary>The host; null while it is not open.</summary>
    public CoordinatorHost? Host { get; private set; }

    /// <inheritdoc/>
    protected override void Forget() => Host = null;

    /// <inheritdoc/>
    protected override async Task RunAsync(Incarnation life)
    {
        SimulatedFileSystem files = Disk.Open(life);
        SimulatedTransport transport = new(Cluster.Network, life);
        SimulatedClock clock = new(life) { Skew = Cluster.NextSkew() };
        CoordinatorHost host = await CoordinatorHost.OpenAsync(
            new CoordinatorEnvironment(files, transport, new SimulatedScheduler(life))
            {
                Clock = clock, Random = life.Random, Store = Cluster.Shape.Store, Catalog = Cluster.Shape.Catalog,
                Repair = Cluster.Shape.Repair,
                Limits = Cluster.Shape.Limits, InputFiles = Cluster.Shared, SharedLoadBytes = 0,
            });
        Host = host;
        host.Listen(NodesAddress);
        SessionServer sessions = new(new DatabaseSessions(host.Sessions, new OpenAccess()), clock, life.Random);
        Cluster.Tell(Name, "serves");
        await sessions.RunAsync(transport.Listen(SessionsAddress));
    }

    /// <summary>Every client of the run may come in.</summary>
    private sealed class OpenAccess : IAccess
    {
        public ScramVerifier? VerifierOf(string user, ClientOrigin origin) => null;
    }
}

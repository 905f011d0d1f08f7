using ColFrag.Simulation.Disk;
using ColFrag.Simulation.Network;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Cluster;

/// <summary>A coordinator, workers and clients of one run.</summary>
internal sealed class SimulatedCluster
{
    private readonly SeededRandom _random;
    private int _lastLife;

    /// <summary>Makes the machines; nothing runs yet.</summary>
    public SimulatedCluster(World world, ClusterShape shape)
    {
        World = world;
        Shape = shape;
        _random = world.Random.Fork(2);
        SeenByWorkers = Shared;
        Network = new SimulatedNetwork(world, world.Random.Fork(3)) { IsUp = name => Find(name)?.IsRunning ?? true };
        Coordinator = new CoordinatorNode(this);
        for (int i = 1; i <= shape.WorkerCount; i++) Workers.Add(new WorkerNode(this, $"worker{i}"));
    }

    public World World { get; }

    public ClusterShape Shape { get; }

    public SimulatedNetwork Network { get; }

    /// <summary>Files that every machine sees, or only the coordinator's.</summary>
    public SharedFolder Shared { get; } = new();

    /// <summary>The files that workers see.</summary>
    public SharedFolder SeenByWorkers { get; private set; }

    /// <summary>Workers see no file any more: the coordinator sends them what they load.</summary>
    public void HideFiles() => SeenByWorkers = new SharedFolder();

    public CoordinatorNode Coordinator { get; }

    public List<WorkerNode> Workers { get; } = [];

    /// <summary>True in a run in which nothing fails: everybody must be answered.</summary>
    public bool IsCalm { get; set; }

    /// <summary>All machines of the cluster, without clients.</summary>
    public IEnumerable<SimulatedNode> Nodes => [Coordinator, .. Workers];

    /// <summary>True when every machine has a process and the coordinator gives work to every worker.</summary>
    public bool IsWhole => Coordinator.Host is { } host &&
        Workers.All(w => w.IsRunning && w.Host is not null && host.Workers.IsLive(w.Id));

    /// <summary>Starts every machine that has no process.</summary>
    public void StartAll()
    {
        foreach (SimulatedNode node in Nodes) node.Start();
    }

    /// <summary>A client, which lives as long as the run.</summary>
    public SimulatedClient AddClient(string name) => new(this, NewLife(name));

    /// <summary>A date that is right, or wrong by a little.</summary>
    internal TimeSpan NextSkew() =>
        _random.OneIn(3) ? TimeSpan.FromMilliseconds(_random.Next(4_000) - 2_000) : TimeSpan.Zero;

    internal Incarnation NewLife(string name) => new(World, name, ++_lastLife);

    internal void Tell(string node, string text)
    {
        World.Trace.Add(node);
        World.Trace.Add(text);
        World.Trace.Tell(World.Now, node, text);
    }

    private SimulatedNode? Find(string name) => Nodes.FirstOrDefault(n => n.Name == name);
}

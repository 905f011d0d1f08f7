using ColFrag.Simulation.Disk;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Cluster;

/// <summary>A machine with a disk and, most of the time, a process.</summary>
internal abstract class SimulatedNode(SimulatedCluster cluster, string name)
{
    /// <summary>How soon whoever watches over processes starts one again that ended by itself.</summary>
    private static readonly TimeSpan s_supervision = TimeSpan.FromMilliseconds(500);

    /// <summary>Its name in the network.</summary>
    public string Name => name;

    /// <summary>Its disk.</summary>
    public SimulatedDisk Disk { get; } = new(cluster.World, name, cluster.World.Random.Fork(7));

    /// <summary>The process that runs, or ran last.</summary>
    public Incarnation? Life { get; private set; }

    /// <summary>True while there is a process.</summary>
    public bool IsRunning => Life is { IsAlive: true };

    /// <summary>How often a process was started.</summary>
    public int StartCount { get; private set; }

    /// <summary>What it is part of.</summary>
    protected SimulatedCluster Cluster => cluster;

    /// <summary>Starts a process; it is there at once and needs a while before it serves.</summary>
    public void Start()
    {
        if (IsRunning) return;
        StartCount++;
        Incarnation life = cluster.NewLife(name);
        Life = life;
        cluster.Tell(name, "starts");
        life.Start(() => WatchAsync(life));
    }

    /// <summary>Ends the process.</summary>
    /// <param name="losesPower">True for the machine's end: unflushed bytes are lost and nobody is told.</param>
    public void Kill(bool losesPower)
    {
        if (!IsRunning) return;
        cluster.Tell(name, losesPower ? "loses its power" : "is killed");
        if (!losesPower) cluster.Network.Reset(Life!);
        Life!.End();
        Disk.Crash(losesPower);
        Forget();
    }

    /// <summary>The process is gone with all that it was.</summary>
    protected abstract void Forget();

    /// <summary>Runs the process until it ends by itself.</summary>
    protected abstract Task RunAsync(Incarnation life);

    /// <summary>A process that gives up, as on a disk that fails, is started again.</summary>
    private async Task WatchAsync(Incarnation life)
    {
        try
        {
            await RunAsync(life);
        }
        catch (Engine.Errors.ColFragException error)
        {
            cluster.Tell(name, $"gives up: {error.Message}");
            cluster.World.At(s_supervision, null, () =>
            {
                if (Life != life) return;
                Kill(losesPower: false);
                Start();
            });
        }
    }
}

namespace ColFrag.Simulation.Scheduling;

/// <summary>
/// One life of a process. When it is over nothing of it happens any more: its continuations are dropped where they
/// stand, as when a machine loses its power.
/// </summary>
internal sealed class Incarnation
{
    private readonly NodeContext _context;

    /// <summary>Begins a life.</summary>
    /// <param name="world">The run.</param>
    /// <param name="name">The node's name.</param>
    /// <param name="number">A number that no other life of the run has.</param>
    public Incarnation(World world, string name, int number)
    {
        World = world;
        Name = name;
        Number = number;
        _context = new NodeContext(this);
        Random = world.Random.Fork((ulong)number);
    }

    public World World { get; }

    /// <summary>The node's name.</summary>
    public string Name { get; }

    /// <summary>Of this life among all of the run.</summary>
    public int Number { get; }

    /// <summary>False once it is over.</summary>
    public bool IsAlive { get; private set; } = true;

    /// <summary>Nothing happens in it before this time.</summary>
    public TimeSpan PausedUntil { get; private set; }

    /// <summary>Its own random numbers.</summary>
    public SeededRandom Random { get; }

    /// <summary>Called once when the life is over.</summary>
    public Action? Ended { get; set; }

    /// <summary>Stands still. What has been put off to a time is not brought forward: it would lose its order.</summary>
    public void PauseUntil(TimeSpan time) => PausedUntil = time > PausedUntil ? time : PausedUntil;

    /// <summary>Ends it, without a word to anybody inside.</summary>
    public void End()
    {
        if (!IsAlive) return;
        IsAlive = false;
        Ended?.Invoke();
    }

    /// <summary>Does something as code of this process.</summary>
    public void Run(Action action)
    {
        SynchronizationContext? before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(_context);
        try
        {
            action();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    /// <summary>Begins asynchronous work of this process; a failure that it lets out fails the run.</summary>
    public void Start(Func<Task> work) => World.At(TimeSpan.Zero, this, () => _ = WatchAsync(work));

    private async Task WatchAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception error)
        {
            World.Fail("work of a process ended with an error", $"{Name}: {error}");
        }
    }

    /// <summary>Sends continuations of the process back to it.</summary>
    private sealed class NodeContext(Incarnation owner) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            if (owner.World.RequireThread()) owner.World.Soon(owner, () => d(state));
        }

        public override void Send(SendOrPostCallback d, object? state) =>
            throw new InvalidOperationException("Nothing in the core may wait for its own thread.");

        public override SynchronizationContext CreateCopy() => this;
    }
}

using ColFrag.Engine.Time;

namespace ColFrag.Simulation.Scheduling;

/// <summary>
/// Runs the pieces of a process one by one: of those that wait, whichever the seed says, after a little virtual time.
/// </summary>
internal sealed class SimulatedScheduler(Incarnation owner) : IScheduler
{
    private readonly List<Action> _waiting = [];
    private long _ticks;

    /// <inheritdoc/>
    public int WorkerCount => 2;

    /// <summary>Turns end after a number of steps that the seed says.</summary>
    public long Timestamp => _ticks += owner.Random.Next((int)(System.Diagnostics.Stopwatch.Frequency / 250));

    /// <inheritdoc/>
    public IWorkQueue CreateQueue(string name) => new WorkQueue(name);

    /// <inheritdoc/>
    public void Post(IWorkQueue queue, Action piece)
    {
        owner.World.RequireThread();
        _waiting.Add(piece);
        owner.World.At(TimeSpan.FromMicroseconds(owner.Random.Next(100)), owner, RunOne);
    }

    private void RunOne()
    {
        int chosen = owner.Random.Next(_waiting.Count);
        Action piece = _waiting[chosen];
        _waiting[chosen] = _waiting[^1];
        _waiting.RemoveAt(_waiting.Count - 1);
        piece();
    }

    private sealed record WorkQueue(string Name) : IWorkQueue;
}

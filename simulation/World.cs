using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation;

/// <summary>
/// One run: virtual time, one queue of all that will happen, and one thread that does it in order. Time stands still
/// while something happens, and jumps to the next thing.
/// </summary>
internal sealed class World
{
    private readonly PriorityQueue<Event, (long Ticks, long Number)> _events = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _lastNumber;

    /// <summary>Begins at time zero.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="keptLines">How many lines of the trace are kept; 0 for a run that nobody watches.</param>
    public World(ulong seed, int keptLines = 0)
    {
        Random = new SeededRandom(seed);
        Trace = new Trace(keptLines);
        _order = Random.Fork(1);
    }

    private readonly SeededRandom _order;

    /// <summary>Parts of the run take their own from this one at its start.</summary>
    public SeededRandom Random { get; }

    /// <summary>What has happened.</summary>
    public Trace Trace { get; }

    /// <summary>The virtual time since the start.</summary>
    public TimeSpan Now { get; private set; }

    /// <summary>The process whose code runs; null between two steps and for what is nobody's.</summary>
    public Incarnation? Running { get; private set; }

    /// <summary>What must never happen, and did; null so far.</summary>
    public SimulationFailure? Failure { get; private set; }

    /// <summary>Has something happen later; what belongs to a process only while it lives.</summary>
    public void At(TimeSpan delay, Incarnation? owner, Action action)
    {
        if (!RequireThread()) return;
        long ticks = (Now + delay).Ticks;
        _events.Enqueue(new Event(owner, action), (ticks, ++_lastNumber));
    }

    /// <summary>A continuation: soon, and not always in the order in which they were asked for.</summary>
    public void Soon(Incarnation owner, Action action) =>
        At(_order.OneIn(4) ? TimeSpan.FromMicroseconds(_order.Next(60)) : TimeSpan.Zero, owner, action);

    /// <summary>Does the next thing; false when there is none.</summary>
    public bool Step()
    {
        if (!_events.TryDequeue(out Event next, out (long Ticks, long Number) due)) return false;
        Now = TimeSpan.FromTicks(Math.Max(Now.Ticks, due.Ticks));
        if (next.Owner is { IsAlive: false }) return true;
        if (next.Owner is { } owner && owner.PausedUntil > Now)
        {
            // A stopped process gets everything at once when it goes on, in order.
            _events.Enqueue(next, (owner.PausedUntil.Ticks, due.Number));
            return true;
        }
        Trace.Add(due.Ticks, next.Owner?.Number ?? 0);
        Running = next.Owner;
        try
        {
            if (next.Owner is null) next.Action();
            else next.Owner.Run(next.Action);
        }
        catch (Exception error)
        {
            Fail("an exception that nobody caught", $"{next.Owner?.Name}: {error}");
        }
        finally
        {
            Running = null;
        }
        return true;
    }

    /// <summary>Keeps the first thing that must not happen; the run ends with it.</summary>
    public void Fail(string what, string detail) => Failure ??= new SimulationFailure(what, detail, Now);

    /// <summary>
    /// Everything happens on one thread. Whoever comes from another one was sent there by something that the core must
    /// not use, and no seed repeats what he does.
    /// </summary>
    /// <returns>False where the caller must not go on.</returns>
    public bool RequireThread()
    {
        if (Environment.CurrentManagedThreadId == _thread) return true;
        Fail("the core left its thread", Environment.StackTrace);
        return false;
    }

    private readonly record struct Event(Incarnation? Owner, Action Action);
}

/// <summary>What a run found.</summary>
/// <param name="What">The rule that was broken, in few words that are the same for all seeds.</param>
/// <param name="Detail">How.</param>
/// <param name="Time">When.</param>
internal sealed record SimulationFailure(string What, string Detail, TimeSpan Time);

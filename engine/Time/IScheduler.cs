using System.Diagnostics;

namespace ColFrag.Engine.Time;

/// <summary>Runs pieces of work; the simulator's runs them one by one in seeded order.</summary>
public interface IScheduler
{
    /// <summary>How many pieces can run at once.</summary>
    int WorkerCount { get; }

    /// <summary>What a piece measures its turn with: ticks of the machine's <see cref="Stopwatch"/>.</summary>
    long Timestamp => Stopwatch.GetTimestamp();

    /// <summary>
    /// Runs a piece on one of the worker threads. Pieces of one query share a <paramref name="queue"/>; queues take
    /// turns. A piece never waits and aims to end within 5 ms; it schedules its own continuation.
    /// </summary>
    void Post(IWorkQueue queue, Action piece);

    /// <summary>A new queue for one query or background job.</summary>
    IWorkQueue CreateQueue(string name);
}

/// <summary>The pieces of one query.</summary>
public interface IWorkQueue
{
    /// <summary>Whose pieces these are, for people.</summary>
    string Name { get; }
}

using ColFrag.Engine.Time;

namespace ColFrag.Engine.Tests.Execution.Support;

/// <summary>Counts the pieces that another scheduler runs.</summary>
internal sealed class CountingScheduler(IScheduler inner) : IScheduler
{
    private int _pieces;

    public int WorkerCount => inner.WorkerCount;

    /// <summary>Pieces so far.</summary>
    public int Pieces => _pieces;

    public void Post(IWorkQueue queue, Action piece)
    {
        Interlocked.Increment(ref _pieces);
        inner.Post(queue, piece);
    }

    public IWorkQueue CreateQueue(string name) => inner.CreateQueue(name);
}

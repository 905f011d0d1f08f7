using ColFrag.Engine.Time;

namespace ColFrag.Engine.Execution.CommonTables;

/// <summary>
/// The pieces of a run inside a run: lanes of the outer run work them off in their own turns, so that neither waits for
/// the other on a thread.
/// </summary>
internal sealed class PieceQueue(int workerCount) : IScheduler
{
    private readonly Lock _lock = new();
    private readonly Queue<Action> _pieces = new();
    private Signal? _news;

    public int WorkerCount => workerCount;

    public void Post(IWorkQueue queue, Action piece)
    {
        lock (_lock) _pieces.Enqueue(piece);
        Tell();
    }

    public IWorkQueue CreateQueue(string name) => new Named(name);

    /// <summary>Runs one piece, or returns false when there is none.</summary>
    public bool TryRun()
    {
        Action? piece;
        lock (_lock)
        {
            if (!_pieces.TryDequeue(out piece)) return false;
        }
        piece();
        return true;
    }

    /// <summary>
    /// A signal that the next piece or the next <see cref="Tell"/> sets. Who takes it looks once more for what it waits
    /// for before it waits.
    /// </summary>
    public Signal NextNews()
    {
        lock (_lock) return _pieces.Count > 0 ? Signal.AlreadySet : _news ??= new Signal();
    }

    /// <summary>Wakes all who wait for news.</summary>
    public void Tell()
    {
        Signal? news;
        lock (_lock) (news, _news) = (_news, null);
        news?.Set();
    }

    private sealed record Named(string Name) : IWorkQueue;
}

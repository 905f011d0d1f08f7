using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Results;

/// <summary>
/// Batches on their way from a run to its reader: bounded in number and bytes, so that a slow reader parks the run, not
/// a thread. Batches go round: the reader's last one is filled again.
/// </summary>
internal sealed class ResultQueue(
    Schema schema, MemoryAccount account, int capacity = 32, long capacityBytes = long.MaxValue,
    bool keepsShapes = false) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<OwnedBatch> _full = new();
    private readonly Stack<OwnedBatch> _empty = new();
    private Signal? _hasRoom;
    private TaskCompletionSource? _hasNews;
    private OwnedBatch? _read;
    private bool _isEnded;
    private bool _isClosed;

    /// <summary>The columns.</summary>
    public Schema Schema { get; } = schema;

    /// <summary>
    /// Adds the rows of a borrowed batch. Blocked when that fills the queue, done when the reader has left.
    /// </summary>
    public Flow Add(Batch batch)
    {
        OwnedBatch? copy;
        lock (_lock)
        {
            if (_isClosed) return Flow.Done;
            _empty.TryPop(out copy);
        }
        copy ??= new OwnedBatch(Schema, account, keepsShapes);
        copy.CopyFrom(batch);
        TaskCompletionSource? news;
        Flow flow = Flow.More;
        lock (_lock)
        {
            if (_isClosed)
            {
                copy.Dispose();
                return Flow.Done;
            }
            _full.Enqueue(copy);
            if (_full.Count >= capacity || account.UsedBytes > capacityBytes)
                flow = Flow.Blocked(_hasRoom ??= new Signal());
            news = TakeNews();
        }
        news?.TrySetResult();
        return flow;
    }

    /// <summary>Says that no batch follows.</summary>
    public void End()
    {
        TaskCompletionSource? news;
        lock (_lock)
        {
            _isEnded = true;
            news = TakeNews();
        }
        news?.TrySetResult();
    }

    /// <summary>The next rows, good until the next call, or null after the last.</summary>
    public async ValueTask<Batch?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal? hasRoom = null;
            TaskCompletionSource news;
            lock (_lock)
            {
                if (_read is not null) _empty.Push(_read);
                if (_full.TryDequeue(out _read))
                {
                    if (_full.Count <= capacity / 2) (hasRoom, _hasRoom) = (_hasRoom, null);
                    news = null!;
                }
                else if (_isEnded)
                {
                    return null;
                }
                else
                {
                    news = _hasNews ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                }
            }
            hasRoom?.Set();
            if (_read is not null) return _read.Batch;
            await news.Task.OrCanceledAsync(cancellationToken);
        }
    }

    /// <summary>Says that nobody reads any more, and frees what waits.</summary>
    public void Dispose()
    {
        Signal? hasRoom;
        TaskCompletionSource? news;
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = _isEnded = true;
            hasRoom = _hasRoom;
            news = TakeNews();
            foreach (OwnedBatch batch in _full) batch.Dispose();
            foreach (OwnedBatch batch in _empty) batch.Dispose();
            _full.Clear();
            _empty.Clear();
            _read?.Dispose();
            _read = null;
        }
        hasRoom?.Set();
        news?.TrySetResult();
    }

    private TaskCompletionSource? TakeNews()
    {
        TaskCompletionSource? news = _hasNews;
        _hasNews = null;
        return news;
    }
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Execution;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Segments;

/// <summary>
/// Data frames between the thread that makes them and the call that sends them: rows can be taken before the call has
/// begun, and by a thread that must not wait.
/// </summary>
/// <param name="maxBytes">Bytes above which the producer is asked to wait.</param>
internal sealed class FrameQueue(int maxBytes) : IDataSender, IDisposable
{
    private readonly Lock _lock = new();
    private readonly Queue<ByteWriter> _frames = new();
    private long _bytes;
    private bool _isComplete;
    private Exception? _failure;
    private Signal? _hasNews;
    private TaskCompletionSource? _room;

    /// <summary>Ends when few enough bytes wait; null when they do.</summary>
    public Task? Backlog
    {
        get
        {
            lock (_lock)
            {
                if (_bytes <= maxBytes || _failure is not null) return null;
                _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return _room.Task;
            }
        }
    }

    /// <inheritdoc/>
    public ByteWriter BeginData(DataType type = DataType.Bytes, int capacity = 4096) =>
        // The number of the call is not known yet: whoever sends the frame copies its body.
        FrameWriter.Begin(FrameKind.Data, correlation: 0, (ushort)type, capacity);

    /// <inheritdoc/>
    public bool TrySendData(ByteWriter data, out Signal? wait)
    {
        wait = null;
        Signal? news;
        lock (_lock)
        {
            if (_failure is not null)
            {
                data.Dispose();
                throw _failure;
            }
            _frames.Enqueue(data);
            _bytes += data.Length;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
        return true;
    }

    /// <summary>No more frames follow.</summary>
    public void Complete()
    {
        Signal? news;
        lock (_lock)
        {
            _isComplete = true;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>The frames cannot be sent: the producer is told at the next one.</summary>
    public void Fail(Exception failure)
    {
        TaskCompletionSource? room;
        lock (_lock)
        {
            _failure ??= failure;
            Drop();
            (room, _room) = (_room, null);
        }
        room?.TrySetResult();
    }

    /// <summary>The next frame, which the caller disposes of; null after the last.</summary>
    public async ValueTask<ByteWriter?> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal news;
            TaskCompletionSource? room = null;
            ByteWriter? frame;
            lock (_lock)
            {
                if (_frames.TryDequeue(out frame))
                {
                    _bytes -= frame.Length;
                    if (_bytes <= maxBytes / 2) (room, _room) = (_room, null);
                }
                else if (_isComplete)
                {
                    return null;
                }
                news = _hasNews ??= new Signal();
            }
            room?.TrySetResult();
            if (frame is not null) return frame;
            await news.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) Drop();
    }

    private void Drop()
    {
        while (_frames.TryDequeue(out ByteWriter? frame)) frame.Dispose();
        _bytes = 0;
    }
}

using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Stages;

/// <summary>
/// One partition of a task's rows on their way to the task that reads it: written into frames as they come, which wait
/// here until they are sent. Bounded, so that a slow reader parks the run and not a thread.
/// </summary>
/// <param name="account">Counts the frames.</param>
/// <param name="capacityBytes">Bytes of frames from which the run is asked to wait.</param>
internal sealed class PartitionQueue(MemoryAccount account, int capacityBytes = PartitionQueue.DefaultCapacityBytes)
    : IPartitionTarget, IDataSender, IDisposable
{
    /// <summary>A few frames: enough to keep a reader busy while the next are made.</summary>
    public const int DefaultCapacityBytes = 1 << 20;

    private readonly Lock _lock = new();
    // Lanes write one after the other: a stream of batches has one writer.
    private readonly Lock _writing = new();
    private readonly Queue<ByteWriter> _frames = new();
    private BatchSender? _sender;
    private long _queuedBytes;
    private Signal? _hasRoom;
    private Signal? _hasNews;
    private Exception? _failure;
    private bool _isEnded;
    private bool _isClosed;

    /// <summary>Rows taken.</summary>
    public long RowCount { get; private set; }

    /// <summary>Bytes of all bodies that were taken out.</summary>
    public long TakenBytes { get; private set; }

    /// <summary>True when nobody needs to read it any more: it was read to its end, or its reader left.</summary>
    public bool IsClosed
    {
        get
        {
            lock (_lock) return _isClosed;
        }
    }

    /// <summary>Called once, when the partition is closed.</summary>
    public Action? Closed { get; set; }

    /// <summary>Adds rows. Blocked when that fills the queue, done when the reader has left.</summary>
    public Flow Add(Batch batch)
    {
        lock (_writing)
        {
            if (IsClosed) return Flow.Done;
            _sender ??= new BatchSender(this);
            _sender.Add(batch);
            RowCount = _sender.RowCount;
        }
        lock (_lock)
        {
            if (_isClosed) return Flow.Done;
            return _queuedBytes < capacityBytes ? Flow.More : Flow.Blocked(_hasRoom ??= new Signal());
        }
    }

    /// <summary>Says that no rows follow and that those there were are all.</summary>
    public void End()
    {
        lock (_writing) _sender?.Finish();
        Signal? news;
        lock (_lock)
        {
            _isEnded = true;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>Says that the run failed: what was read is worth nothing.</summary>
    public void Fail(Exception error)
    {
        Signal? news;
        lock (_lock)
        {
            if (_isEnded) return;
            _failure ??= error;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
    }

    /// <summary>
    /// Takes the next frame, which the caller sends or disposes of. False with a signal when none is ready; false
    /// without one when none follows.
    /// </summary>
    public bool TryTake([NotNullWhen(true)] out ByteWriter? frame, out Signal? wait)
    {
        Signal? room = null;
        wait = null;
        lock (_lock)
        {
            if (_failure is not null) throw _failure;
            if (!_frames.TryDequeue(out frame))
            {
                if (!_isEnded) wait = _hasNews ??= new Signal();
                return false;
            }
            int bytes = frame.Length;
            account.Release(bytes);
            TakenBytes += bytes - FrameHeader.Size;
            _queuedBytes -= bytes;
            if (_queuedBytes <= capacityBytes / 2) (room, _hasRoom) = (_hasRoom, null);
        }
        room?.Set();
        return true;
    }

    /// <summary>Says that nobody reads any more, and drops what waits.</summary>
    public void Dispose()
    {
        Signal? room, news;
        lock (_lock)
        {
            if (_isClosed) return;
            _isClosed = true;
            // A reader that is still there must not take what it has for all.
            if (!_isEnded || _frames.Count > 0) _failure ??= new ClusterException("The query has ended");
            while (_frames.TryDequeue(out ByteWriter? frame)) frame.Dispose();
            account.Release(_queuedBytes);
            _queuedBytes = 0;
            (room, _hasRoom) = (_hasRoom, null);
            (news, _hasNews) = (_hasNews, null);
        }
        lock (_writing)
        {
            _sender?.Dispose();
            _sender = null;
        }
        room?.Set();
        news?.Set();
        Closed?.Invoke();
    }

    ByteWriter IDataSender.BeginData(DataType type, int capacity) => FrameWriter.BeginData(type, capacity);

    /// <summary>Takes a frame of the sender; always has room, because lanes are told to wait after it.</summary>
    bool IDataSender.TrySendData(ByteWriter data, out Signal? wait)
    {
        wait = null;
        Signal? news;
        account.Reserve(data.Length);
        lock (_lock)
        {
            if (_isClosed)
            {
                account.Release(data.Length);
                data.Dispose();
                return true;
            }
            _frames.Enqueue(data);
            _queuedBytes += data.Length;
            (news, _hasNews) = (_hasNews, null);
        }
        news?.Set();
        return true;
    }
}

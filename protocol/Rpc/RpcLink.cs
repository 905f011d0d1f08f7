using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>
/// One connection after its hello, at either end: frames go out through a bounded queue, frames that come in go to
/// their owner, silence is answered by pings and then by giving up. Once it has failed it stays failed.
/// </summary>
/// <remarks>
/// Awaits stay on the caller's scheduler (no ConfigureAwait), here and in all of this folder, so that a simulation can
/// run them one by one.
/// </remarks>
internal sealed class RpcLink : IAsyncDisposable
{
    /// <summary>How long a disposal waits for a peer that does not read.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly IConnection _connection;
    private readonly RpcLimits _limits;
    private readonly IClock _clock;
    private readonly Action<Frame> _receive;
    private readonly Action<ClusterException> _fail;
    private readonly Queue<ByteWriter> _outgoing = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _queuedBytes;
    private Signal? _hasRoom;
    private Signal? _hasWork;
    private ClusterException? _failure;
    private bool _isDraining;
    private long _lastReceivedTicks;

    /// <summary>Takes over a connection; nothing happens before <see cref="Start"/>.</summary>
    /// <param name="connection">The connection, which belongs to the link from now on.</param>
    /// <param name="limits">Bounds and times.</param>
    /// <param name="clock">The time.</param>
    /// <param name="receive">Takes each frame, and disposes of it; must not wait.</param>
    /// <param name="fail">Is told once that the connection is over.</param>
    public RpcLink(
        IConnection connection, RpcLimits limits, IClock clock, Action<Frame> receive, Action<ClusterException> fail)
    {
        _connection = connection;
        _limits = limits;
        _clock = clock;
        _receive = receive;
        _fail = fail;
        _lastReceivedTicks = clock.Monotonic.Ticks;
        Name = connection.Peer;
    }

    /// <summary>The other end, for people; more than an address once the peer has said who he is.</summary>
    public string Name { get; set; }

    /// <summary>Why the connection is over, or null.</summary>
    public ClusterException? Failure
    {
        get
        {
            lock (_lock) return _failure;
        }
    }

    /// <summary>Ends when the connection is over; never fails.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Begins to send and to receive.</summary>
    public void Start()
    {
        _ = SendFramesAsync();
        _ = ReceiveFramesAsync();
        _ = KeepAliveAsync();
    }

    /// <summary>
    /// Takes a sealed frame to send. False when too much waits already: the caller keeps the frame, waits for the
    /// signal and tries again.
    /// </summary>
    /// <exception cref="ClusterException">The connection is over; the frame has been disposed of.</exception>
    public bool TrySend(ByteWriter frame, out Signal? hasRoom)
    {
        hasRoom = null;
        lock (_lock)
        {
            if (_failure is null)
            {
                // One frame always fits: a limit smaller than a frame must not stop everything.
                if (_queuedBytes > 0 && _queuedBytes + frame.Length > _limits.MaxQueuedBytes)
                {
                    hasRoom = _hasRoom ??= new Signal();
                    return false;
                }
                Enqueue(frame);
                return true;
            }
        }
        frame.Dispose();
        throw Copy(_failure);
    }

    /// <summary>Sends a sealed frame; waits while too much waits already.</summary>
    /// <exception cref="ClusterException">The connection is over.</exception>
    public async ValueTask SendAsync(ByteWriter frame, CancellationToken cancellationToken = default)
    {
        while (!TrySend(frame, out Signal? hasRoom))
        {
            try
            {
                await hasRoom!.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                frame.Dispose();
                throw;
            }
        }
    }

    /// <summary>
    /// Sends a small frame that steers the others (credit, cancel, ping) past the queue's limit; after the end does
    /// nothing. Their number is bounded by the calls and the windows.
    /// </summary>
    public void Post(ByteWriter frame)
    {
        lock (_lock)
        {
            if (_failure is null)
            {
                Enqueue(frame);
                return;
            }
        }
        frame.Dispose();
    }

    /// <summary>Ends the connection now, for the given reason.</summary>
    public void Abort(ClusterException reason) => Stop(reason, isOrderly: false);
    /// <summary>Sends what waits, then ends the connection.</summary>
    public async ValueTask DisposeAsync()
    {
        Signal? hasWork;
        lock (_lock)
        {
            _isDraining = true;
            hasWork = _hasWork;
            _hasWork = null;
        }
        hasWork?.Set();
        using (CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token))
        {
            await Waiting.FirstAsync(_ended.Task, DelayAsync(DrainTime, patience.Token));
            patience.Cancel();
        }
        Stop(new ClusterException($"The connection was closed: {Name}"), isOrderly: _ended.Task.IsCompleted);
        await _connection.DisposeAsync();
    }

    /// <summary>The same error again: one object thrown by several calls would show the stack of one of them.</summary>
    public static ClusterException Copy(ClusterException error) =>
        new(error.Message, error.IsTransient, error.SqlState, error.Hint, error);

    private void Stop(ClusterException reason, bool isOrderly)
    {
        Signal? hasRoom, hasWork;
        lock (_lock)
        {
            if (_failure is not null) return;
            _failure = reason;
            while (_outgoing.TryDequeue(out ByteWriter? frame)) frame.Dispose();
            _queuedBytes = 0;
            (hasRoom, hasWork) = (_hasRoom, _hasWork);
            _hasRoom = _hasWork = null;
        }
        if (!isOrderly) _connection.Abort();
        _stop.Cancel();
        _fail(reason);
        hasRoom?.Set();
        hasWork?.Set();
        _ended.TrySetResult();
    }

    private void Enqueue(ByteWriter frame)
    {
        _outgoing.Enqueue(frame);
        _queuedBytes += frame.Length;
        _hasWork?.Set();
        _hasWork = null;
    }

    private async Task SendFramesAsync()
    {
        try
        {
            bool isUnflushed = false;
            while (true)
            {
                ByteWriter? frame;
                Signal? waitFor = null;
                lock (_lock)
                {
                    if (_failure is not null) return;
                    if (!_outgoing.TryDequeue(out frame) && !isUnflushed)
                    {
                        if (_isDraining) break;
                        waitFor = _hasWork ??= new Signal();
                    }
                }
                if (frame is not null)
                {
                    await WriteAsync(frame);
                    isUnflushed = true;
                }
                else if (waitFor is not null)
                {
                    await waitFor.WaitAsync();
                }
                else
                {
                    await _connection.FlushAsync(_stop.Token);
                    isUnflushed = false;
                }
            }
            _ended.TrySetResult();
        }
        catch (Exception error)
        {
            Abort(Broken(error));
        }
    }

    private async ValueTask WriteAsync(ByteWriter frame)
    {
        int length = frame.Length;
        try
        {
            await _connection.WriteAsync(frame.WrittenMemory, _stop.Token);
        }
        finally
        {
            frame.Dispose();
        }
        Signal? hasRoom;
        lock (_lock)
        {
            _queuedBytes = Math.Max(0, _queuedBytes - length);
            hasRoom = _hasRoom;
            _hasRoom = null;
        }
        hasRoom?.Set();
    }

    private async Task ReceiveFramesAsync()
    {
        try
        {
            while (await _connection.ReadAsync(_stop.Token) is Frame frame)
            {
                Volatile.Write(ref _lastReceivedTicks, _clock.Monotonic.Ticks);
                switch (frame.Kind)
                {
                    case FrameKind.Ping:
                        frame.Dispose();
                        Post(FrameWriter.Empty(FrameKind.Pong));
                        break;
                    case FrameKind.Pong:
                        frame.Dispose();
                        break;
                    default:
                        _receive(frame);
                        break;
                }
            }
            Abort(new ClusterException($"The peer closed the connection: {Name}"));
        }
        catch (Exception error)
        {
            Abort(Broken(error));
        }
    }

    private async Task KeepAliveAsync()
    {
        while (await DelayAsync(_limits.KeepAliveInterval, _stop.Token))
        {
            TimeSpan silence = _clock.Monotonic - TimeSpan.FromTicks(Volatile.Read(ref _lastReceivedTicks));
            if (silence >= _limits.KeepAliveTimeout)
            {
                Abort(new ClusterException(
                    $"The peer does not answer any more: {Name}, silent for {silence.TotalSeconds:F0} s",
                    hint: "The process or its network is down; work goes on elsewhere where there is a replica."));
                return;
            }
            if (silence >= _limits.KeepAliveInterval) Post(FrameWriter.Empty(FrameKind.Ping));
        }
    }

    /// <summary>False when stopped before the time was over.</summary>
    private async Task<bool> DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await _clock.Delay(time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private ClusterException Broken(Exception error) => error switch
    {
        ClusterException cluster => cluster,
        OperationCanceledException => new ClusterException($"The connection was closed: {Name}", inner: error),
        CorruptDataException corrupt => new ClusterException(
            $"The peer sent damaged bytes: {Name} ({corrupt.Message})", isTransient: true, SqlStates.ProtocolViolation,
            "If it happens again, the other end is no ColFrag process, or the network alters data.", error),
        _ => new ClusterException($"The connection broke: {Name} ({error.Message})", inner: error),
    };
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;

namespace ColFrag.Protocol.Rpc;

/// <summary>
/// What flows inside one call at one end: items and data in both directions, each under the credit that its receiver
/// grants. Credit is counted in bytes of frames: a sender may send while it has any, so it overdraws by one frame at
/// most; the receiver grants anew what was taken, a quarter of the window at a time.
/// </summary>
internal sealed class RpcChannel : IDataSender, IDataReceiver, IDisposable
{
    private readonly Lock _lock = new();
    private readonly RpcLink _link;
    private readonly ulong _correlation;
    private readonly int _windowBytes;
    private readonly Queue<Frame> _incoming = new();
    private long _outstandingBytes;
    private int _takenBytes;
    private bool _isPeerDone;
    private Signal? _hasNews;
    private long _credit;
    private bool _hasEnded;
    private bool _isOver;
    private Signal? _hasCredit;
    private Exception? _failure;

    /// <summary>Begins with what each side granted in the request.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="correlation">The call.</param>
    /// <param name="windowBytes">What this end grants to the other.</param>
    /// <param name="credit">What the other end grants to this one.</param>
    public RpcChannel(RpcLink link, ulong correlation, int windowBytes, long credit)
    {
        _link = link;
        _correlation = correlation;
        _windowBytes = windowBytes;
        _credit = credit;
    }

    /// <inheritdoc/>
    public string PeerName => _link.Name;

    /// <inheritdoc/>
    public ByteWriter BeginData(DataType type = DataType.Bytes, int capacity = 4096) =>
        FrameWriter.Begin(FrameKind.Data, _correlation, (ushort)type, capacity);

    /// <inheritdoc/>
    public bool TrySendData(ByteWriter data, out Signal? wait) => TrySend(Seal(data), out wait);

    /// <summary>Sends data that was begun with <see cref="BeginData"/>; waits for credit and room.</summary>
    /// <exception cref="ClusterException">The call or the connection is over.</exception>
    public ValueTask SendDataAsync(ByteWriter data, CancellationToken cancellationToken = default) =>
        SendAsync(Seal(data), cancellationToken);

    /// <summary>Sends a message; waits for credit and room.</summary>
    /// <exception cref="ClusterException">The call or the connection is over.</exception>
    public ValueTask SendAsync(IMessage item, CancellationToken cancellationToken = default) =>
        SendAsync(FrameWriter.Of(FrameKind.Item, _correlation, item), cancellationToken);

    /// <summary>Says that this end sends no more.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_hasEnded || _isOver || _failure is not null) return;
            _hasEnded = true;
        }
        _link.Post(FrameWriter.Empty(FrameKind.End, _correlation));
    }

    /// <inheritdoc/>
    public bool TryRead(out Frame? frame, out Signal? wait)
    {
        wait = null;
        int granted = 0;
        lock (_lock)
        {
            if (_failure is not null) throw Rethrown(_failure);
            if (!_incoming.TryDequeue(out frame))
            {
                if (!_isPeerDone) wait = _hasNews ??= new Signal();
                return false;
            }
            _takenBytes += frame.CreditBytes;
            if (_takenBytes >= _windowBytes / 4 && !_isPeerDone)
            {
                granted = _takenBytes;
                _outstandingBytes -= granted;
                _takenBytes = 0;
            }
        }
        if (granted > 0) Grant(granted);
        return true;
    }

    /// <summary>The next frame, which the caller disposes of, or null when none follows.</summary>
    /// <exception cref="ColFragException">The call failed.</exception>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
    {
        Frame? frame;
        while (!TryRead(out frame, out Signal? wait))
        {
            if (wait is null) return null;
            await wait.WaitAsync(cancellationToken);
        }
        return frame;
    }

    /// <summary>The next frame as a message of the type that must come here.</summary>
    /// <exception cref="ColFragException">The call failed.</exception>
    /// <exception cref="ClusterException">Something else came.</exception>
    public async ValueTask<T> ReadMessageAsync<T>(CancellationToken cancellationToken = default)
        where T : class, IMessage
    {
        using Frame? frame = await ReadAsync(cancellationToken);
        if (frame is { Kind: FrameKind.Item } && MessageRegistry.Read(frame, PeerName) is T message) return message;
        throw new ClusterException(
            $"Unexpected answer: {(frame is null ? "the end" : $"a frame of kind {frame.Kind}")} from {PeerName} "
            + $"instead of {typeof(T).Name}", isTransient: false, SqlStates.ProtocolViolation);
    }

    /// <summary>Takes a frame of the peer that belongs to this call.</summary>
    internal void Receive(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Item or FrameKind.Data:
                Queue(frame);
                break;
            case FrameKind.Credit:
                AddCredit(frame);
                break;
            default:
                frame.Dispose();
                FinishReading();
                break;
        }
    }

    /// <summary>Says that nothing more arrives; what has arrived stays readable.</summary>
    internal void FinishReading()
    {
        Signal? hasNews;
        lock (_lock)
        {
            _isPeerDone = true;
            hasNews = _hasNews;
            _hasNews = null;
        }
        hasNews?.Set();
    }

    /// <summary>The peer has replied: what has arrived stays readable, and he takes no more.</summary>
    internal void FinishCall()
    {
        Signal? hasCredit;
        lock (_lock)
        {
            _isOver = true;
            hasCredit = _hasCredit;
            _hasCredit = null;
        }
        hasCredit?.Set();
        FinishReading();
    }

    /// <summary>Ends reading and sending with an error; drops what has arrived.</summary>
    internal void Fail(Exception error)
    {
        Signal? hasNews, hasCredit;
        lock (_lock)
        {
            if (_failure is not null) return;
            _failure = error;
            while (_incoming.TryDequeue(out Frame? frame)) frame.Dispose();
            (hasNews, hasCredit) = (_hasNews, _hasCredit);
            _hasNews = _hasCredit = null;
        }
        hasNews?.Set();
        hasCredit?.Set();
    }

    /// <summary>Drops what has arrived and takes no more.</summary>
    public void Dispose() => Fail(new ClusterException($"The call is over: {PeerName}", isTransient: false));

    private ByteWriter Seal(ByteWriter data) => FrameWriter.Seal(data, _correlation);

    private bool TrySend(ByteWriter frame, out Signal? wait)
    {
        Exception? failure;
        lock (_lock)
        {
            failure = _failure;
            if (failure is null && _isOver)
            {
                failure = new ClusterException($"The call is over: {PeerName}", isTransient: false);
            }
            if (failure is null)
            {
                Invariant.Holds(!_hasEnded);
                if (_credit <= 0)
                {
                    wait = _hasCredit ??= new Signal();
                    return false;
                }
                // The link is asked under the lock, so that what one thread sends first arrives first.
                if (!_link.TrySend(frame, out wait)) return false;
                _credit -= frame.Length;
                return true;
            }
        }
        frame.Dispose();
        throw Rethrown(failure);
    }

    private async ValueTask SendAsync(ByteWriter frame, CancellationToken cancellationToken)
    {
        while (!TrySend(frame, out Signal? wait))
        {
            try
            {
                await wait!.WaitAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                frame.Dispose();
                throw;
            }
        }
    }

    private void Queue(Frame frame)
    {
        Signal? hasNews;
        lock (_lock)
        {
            if (_failure is not null || _isPeerDone)
            {
                frame.Dispose();
                return;
            }
            // A sender may begin a frame with one byte of credit; whoever sends another keeps no rules.
            if (_outstandingBytes >= _windowBytes)
            {
                frame.Dispose();
                throw new ClusterException(
                    $"The peer sent more than it was granted: {PeerName}", sqlState: SqlStates.ProtocolViolation);
            }
            _outstandingBytes += frame.CreditBytes;
            _incoming.Enqueue(frame);
            hasNews = _hasNews;
            _hasNews = null;
        }
        hasNews?.Set();
    }

    private void AddCredit(Frame frame)
    {
        Signal? hasCredit;
        using (frame)
        {
            ByteReader source = new(frame.Body.Span, PeerName, FrameHeader.Size);
            uint bytes = source.ReadUInt32();
            source.ExpectEnd();
            lock (_lock)
            {
                _credit += bytes;
                hasCredit = _hasCredit;
                _hasCredit = null;
            }
        }
        hasCredit?.Set();
    }

    private void Grant(int bytes)
    {
        ByteWriter frame = FrameWriter.Begin(FrameKind.Credit, _correlation, capacity: FrameHeader.Size + sizeof(uint));
        frame.WriteUInt32((uint)bytes);
        _link.Post(FrameWriter.Seal(frame));
    }

    private static Exception Rethrown(Exception failure) =>
        failure is ClusterException cluster ? RpcLink.Copy(cluster) : failure;
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;

namespace ColFrag.Protocol.Rpc;

/// <summary>One call at the calling end: send items and data, read those of the peer, then take the reply.</summary>
internal sealed class RpcStream : IDataSender, IDataReceiver, IAsyncDisposable
{
    private readonly RpcConnection _connection;
    private readonly RpcLink _link;
    private readonly RpcChannel _channel;
    private readonly TaskCompletionSource<IMessage> _reply = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _over = new();
    private CancellationTokenRegistration _registration;

    internal RpcStream(RpcConnection connection, RpcLink link, ulong correlation, int windowBytes)
    {
        _connection = connection;
        _link = link;
        Correlation = correlation;
        // The peer's window for what the caller sends is the same: both are defaults of the protocol.
        _channel = new RpcChannel(link, correlation, windowBytes, RpcLimits.Default.WindowBytes);
    }

    /// <summary>The call's number on its connection.</summary>
    public ulong Correlation { get; }

    /// <inheritdoc/>
    public string PeerName => _link.Name;

    /// <summary>The end of the call: the reply, or why there is none.</summary>
    public Task<IMessage> Reply => _reply.Task;

    /// <inheritdoc/>
    public ByteWriter BeginData(DataType type = DataType.Bytes, int capacity = 4096) =>
        _channel.BeginData(type, capacity);

    /// <inheritdoc/>
    public bool TrySendData(ByteWriter data, out Signal? wait) => _channel.TrySendData(data, out wait);

    /// <inheritdoc cref="RpcChannel.SendDataAsync"/>
    public ValueTask SendDataAsync(ByteWriter data, CancellationToken cancellationToken = default) =>
        _channel.SendDataAsync(data, cancellationToken);

    /// <inheritdoc cref="RpcChannel.SendAsync(IMessage, CancellationToken)"/>
    public ValueTask SendAsync(IMessage item, CancellationToken cancellationToken = default) =>
        _channel.SendAsync(item, cancellationToken);

    /// <summary>Says that the caller sends no more.</summary>
    public void EndSending() => _channel.End();

    /// <inheritdoc/>
    public bool TryRead(out Frame? frame, out Signal? wait) => _channel.TryRead(out frame, out wait);

    /// <summary>The next item or data of the peer, which the caller disposes of, or null when none follows.</summary>
    /// <exception cref="ColFragException">The call failed.</exception>
    public ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default) =>
        _channel.ReadAsync(cancellationToken);

    /// <inheritdoc cref="RpcChannel.ReadMessageAsync"/>
    public ValueTask<T> ReadMessageAsync<T>(CancellationToken cancellationToken = default) where T : class, IMessage =>
        _channel.ReadMessageAsync<T>(cancellationToken);

    /// <summary>Waits for the reply, which must be of the given type.</summary>
    /// <exception cref="ColFragException">The peer's error, or the connection's.</exception>
    public async Task<T> GetReplyAsync<T>() where T : class, IMessage
    {
        IMessage reply = await _reply.Task;
        return reply as T ?? throw new ClusterException(
            $"Unexpected answer: {reply.GetType().Name} from {PeerName} instead of {typeof(T).Name}",
            isTransient: false, SqlStates.ProtocolViolation);
    }

    /// <summary>Ends the call; the peer is told when it is still under way.</summary>
    public ValueTask DisposeAsync()
    {
        Cancel(new OperationCanceledException("The call was disposed of."));
        _channel.Dispose();
        _registration.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends the call at its deadline or when the caller gives up.</summary>
    internal void Watch(IClock clock, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (cancellationToken.CanBeCanceled)
        {
            _registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((RpcStream)state!).Cancel(new OperationCanceledException(token)), this);
        }
        if (timeout != Timeout.InfiniteTimeSpan && !_reply.Task.IsCompleted) _ = EndAtDeadlineAsync(clock, timeout);
    }

    internal void Receive(Frame frame)
    {
        switch (frame.Kind)
        {
            case FrameKind.Reply:
                using (frame) Complete(frame);
                break;
            case FrameKind.Failure:
                using (frame) Fail(((Failure)MessageRegistry.Read(frame, PeerName)).ToException());
                break;
            default:
                _channel.Receive(frame);
                break;
        }
    }

    /// <summary>Ends the call with an error; false when it had ended already.</summary>
    internal bool Fail(Exception error)
    {
        bool isFirst = error is OperationCanceledException cancelled
            ? _reply.TrySetCanceled(cancelled.CancellationToken)
            : _reply.TrySetException(error);
        if (!isFirst) return false;
        // Whoever leaves before the reply must not leave an error that nobody saw.
        _ = _reply.Task.Exception;
        _channel.Fail(error);
        Leave();
        return true;
    }

    private void Complete(Frame frame)
    {
        IMessage reply = MessageRegistry.Read(frame, PeerName);
        // First the reply: who finds that nothing more arrives finds it.
        bool isFirst = _reply.TrySetResult(reply);
        _channel.FinishCall();
        if (isFirst) Leave();
    }

    private void Cancel(Exception reason)
    {
        if (Fail(reason)) _link.Post(FrameWriter.Empty(FrameKind.Cancel, Correlation));
    }

    private async Task EndAtDeadlineAsync(IClock clock, TimeSpan timeout)
    {
        try
        {
            await clock.Delay(timeout, _over.Token);
            Cancel(new ClusterException(
                $"No answer from {PeerName} within {timeout.TotalSeconds:G4} s",
                hint: "The process may be overloaded; the statement can be repeated."));
        }
        catch (OperationCanceledException)
        {
            // Answered in time.
        }
    }

    private void Leave()
    {
        _connection.Forget(this);
        _over.Cancel();
    }
}

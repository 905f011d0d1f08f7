using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;

namespace ColFrag.Protocol.Rpc;

/// <summary>One call at the answering end: who asks, how long he waits, and what flows between.</summary>
internal sealed class RpcCall : IDataSender, IDataReceiver, IDisposable
{
    private readonly RpcChannel _channel;
    private readonly CancellationTokenSource _cancel = new();

    internal RpcCall(RpcPeer peer, RpcChannel channel, TimeSpan? deadline, string? traceParent)
    {
        Peer = peer;
        _channel = channel;
        Deadline = deadline;
        TraceParent = traceParent;
    }

    /// <summary>Who asks.</summary>
    public RpcPeer Peer { get; }

    /// <summary>When the caller stops waiting, on the server's monotonic clock; null = never.</summary>
    public TimeSpan? Deadline { get; }

    /// <summary>The caller's W3C trace context, or null.</summary>
    public string? TraceParent { get; }

    /// <summary>Set when the caller cancels, goes away or has waited long enough.</summary>
    public CancellationToken CancellationToken => _cancel.Token;

    /// <summary>True when the caller no longer listens, so that no reply is sent.</summary>
    internal bool IsAbandoned { get; private set; }

    /// <inheritdoc/>
    public string PeerName => Peer.Name;

    /// <inheritdoc/>
    public ByteWriter BeginData(DataType type = DataType.Bytes, int capacity = 4096) =>
        _channel.BeginData(type, capacity);

    /// <inheritdoc/>
    public bool TrySendData(ByteWriter data, out Signal? wait) => _channel.TrySendData(data, out wait);

    /// <inheritdoc cref="RpcChannel.SendDataAsync"/>
    public ValueTask SendDataAsync(ByteWriter data) => _channel.SendDataAsync(data, CancellationToken);

    /// <inheritdoc cref="RpcChannel.SendAsync(IMessage, System.Threading.CancellationToken)"/>
    public ValueTask SendAsync(IMessage item) => _channel.SendAsync(item, CancellationToken);

    /// <inheritdoc/>
    public bool TryRead(out Frame? frame, out Signal? wait) => _channel.TryRead(out frame, out wait);

    /// <summary>
    /// The next item or data of the caller, which the handler disposes of, or null when none follows.
    /// </summary>
    /// <exception cref="ClusterException">The caller is gone.</exception>
    public ValueTask<Frame?> ReadAsync() => _channel.ReadAsync(CancellationToken);

    /// <summary>
    /// The same where the handler may stop earlier than the call; the token must be linked to the call's.
    /// </summary>
    public ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken) => _channel.ReadAsync(cancellationToken);

    /// <inheritdoc cref="RpcChannel.ReadMessageAsync"/>
    public ValueTask<T> ReadMessageAsync<T>() where T : class, IMessage =>
        _channel.ReadMessageAsync<T>(CancellationToken);

    internal void Receive(Frame frame) => _channel.Receive(frame);

    /// <summary>The caller does not listen any more.</summary>
    internal void Abandon(Exception reason)
    {
        IsAbandoned = true;
        _channel.Fail(reason);
        _cancel.Cancel();
    }

    /// <summary>True when the handler was stopped at the caller's deadline.</summary>
    internal bool IsExpired { get; private set; }

    /// <summary>The caller has waited long enough; he is told so once the handler has stopped.</summary>
    internal void Expire()
    {
        IsExpired = true;
        _cancel.Cancel();
    }

    /// <summary>
    /// Ends what flows, when the handler has returned. The source of the token stays usable: a cancel may be on its
    /// way.
    /// </summary>
    public void Dispose() => _channel.Dispose();
}

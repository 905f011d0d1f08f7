using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Transport;

/// <summary>
/// A network in one process, for tests: bounded queues of frames as bytes, with switches for what networks do to them.
/// </summary>
internal sealed class MemoryTransport(int capacityBytes = 1 << 20) : ITransport
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, MemoryListener> _listeners = [];
    private readonly List<MemoryConnection> _connections = [];
    private int _lastPort;

    /// <summary>Connections ever made, both ends of each: first the one who connected.</summary>
    public IReadOnlyList<MemoryConnection> Connections
    {
        get
        {
            lock (_lock) return [.. _connections];
        }
    }

    /// <inheritdoc/>
    public Task<IConnection> ConnectAsync(string address, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_listeners.TryGetValue(address, out MemoryListener? listener))
                throw new ClusterException($"Cannot connect to {address} (nobody listens)");
            MemoryQueue there = new(capacityBytes), back = new(capacityBytes);
            MemoryConnection near = new(address, back, there);
            MemoryConnection far = new($"client {_connections.Count / 2} of {address}", there, back);
            _connections.Add(near);
            _connections.Add(far);
            listener.Add(far);
            return Task.FromResult<IConnection>(near);
        }
    }

    /// <inheritdoc/>
    public IListener Listen(string address)
    {
        lock (_lock)
        {
            if (address.EndsWith(":0", StringComparison.Ordinal)) address = $"{address[..^1]}{++_lastPort}";
            MemoryListener listener = new(this, address);
            if (!_listeners.TryAdd(address, listener))
                throw new ClusterException($"Cannot listen on {address} (somebody does)", isTransient: false);
            return listener;
        }
    }

    private void Remove(MemoryListener listener)
    {
        lock (_lock) _listeners.Remove(listener.Address);
    }

    private sealed class MemoryListener(MemoryTransport network, string address) : IListener
    {
        private readonly Lock _lock = new();
        private readonly Queue<IConnection> _waiting = new();
        private Signal? _hasNews;
        private bool _isDisposed;

        public string Address => address;

        public void Add(IConnection connection)
        {
            lock (_lock) _waiting.Enqueue(connection);
            Tell();
        }

        public async Task<IConnection?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                Signal news;
                lock (_lock)
                {
                    if (_waiting.TryDequeue(out IConnection? connection)) return connection;
                    if (_isDisposed) return null;
                    news = _hasNews ??= new Signal();
                }
                await news.WaitAsync(cancellationToken);
            }
        }

        public ValueTask DisposeAsync()
        {
            network.Remove(this);
            lock (_lock) _isDisposed = true;
            Tell();
            return ValueTask.CompletedTask;
        }

        private void Tell()
        {
            Signal? news;
            lock (_lock) (news, _hasNews) = (_hasNews, null);
            news?.Set();
        }
    }
}

/// <summary>One end of a connection in memory.</summary>
internal sealed class MemoryConnection : IConnection
{
    private readonly MemoryQueue _input;
    private readonly MemoryQueue _output;

    internal MemoryConnection(string peer, MemoryQueue input, MemoryQueue output)
    {
        Peer = peer;
        _input = input;
        _output = output;
    }

    /// <inheritdoc/>
    public string Peer { get; }

    /// <inheritdoc/>
    public string? PeerCertificateName { get; set; }

    /// <inheritdoc/>
    public int MaxBodyBytes { get; set; } = RpcLimits.MaxHelloBytes;

    /// <summary>True to lose what this end sends without a sign: the far half of a half-open connection.</summary>
    public bool LosesWrites { get; set; }

    /// <summary>Changes each frame this end sends, to damage it.</summary>
    public Action<byte[]>? Tamper { get; set; }

    /// <summary>The frames this end has sent, in order, as bytes; kept when set to a list.</summary>
    public List<byte[]>? Sent { get; set; }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        byte[] bytes = frame.ToArray();
        Sent?.Add([.. bytes]);
        Tamper?.Invoke(bytes);
        return LosesWrites ? ValueTask.CompletedTask : _output.AddAsync(bytes, Peer, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
    {
        byte[]? bytes = await _input.TakeAsync(Peer, cancellationToken);
        return bytes is null ? null : Frame.Read(bytes, MaxBodyBytes, Peer);
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (!LosesWrites) _output.End(isBroken: true);
        _input.End(isBroken: true);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (!LosesWrites) _output.End(isBroken: false);
        _input.End(isBroken: true);
        return ValueTask.CompletedTask;
    }
}

/// <summary>Frames on their way in one direction.</summary>
internal sealed class MemoryQueue(int capacityBytes)
{
    private readonly Lock _lock = new();
    private readonly Queue<byte[]> _frames = new();
    private long _bytes;
    private bool _hasEnded;
    private bool _isBroken;
    private Signal? _changed;

    /// <summary>Adds a frame; waits while the queue is full.</summary>
    public async ValueTask AddAsync(byte[] frame, string peer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal changed;
            lock (_lock)
            {
                if (_hasEnded) throw new ClusterException($"The connection broke: {peer} (reset)");
                if (_bytes == 0 || _bytes + frame.Length <= capacityBytes)
                {
                    _frames.Enqueue(frame);
                    _bytes += frame.Length;
                    break;
                }
                changed = _changed ??= new Signal();
            }
            await changed.WaitAsync(cancellationToken);
        }
        Tell();
    }

    /// <summary>The next frame, or null at an orderly end.</summary>
    public async ValueTask<byte[]?> TakeAsync(string peer, CancellationToken cancellationToken)
    {
        while (true)
        {
            Signal changed;
            byte[]? frame;
            lock (_lock)
            {
                if (_isBroken) throw new ClusterException($"The connection broke: {peer} (reset)");
                if (_frames.TryDequeue(out frame))
                {
                    _bytes -= frame.Length;
                }
                else if (_hasEnded)
                {
                    return null;
                }
                changed = _changed ??= new Signal();
            }
            if (frame is not null)
            {
                Tell();
                return frame;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes no more; what is broken drops what it has.</summary>
    public void End(bool isBroken)
    {
        lock (_lock)
        {
            _hasEnded = true;
            _isBroken |= isBroken;
        }
        Tell();
    }

    private void Tell()
    {
        Signal? changed;
        lock (_lock) (changed, _changed) = (_changed, null);
        changed?.Set();
    }
}

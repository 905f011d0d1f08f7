using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;
using ColFrag.Simulation.Scheduling;

namespace ColFrag.Simulation.Network;

/// <summary>
/// One end of a connection. Frames wait at the sender while the way is cut; the end of a process reaches the other side
/// as a reset, unless its machine lost power: then the other side hears nothing until it loses patience, or until the
/// machine is back and knows nothing of the connection.
/// </summary>
internal sealed class SimulatedConnection : IConnection
{
    private const int CapacityBytes = 1 << 20;

    private readonly World _world;
    private readonly SimulatedNetwork _network;
    private readonly Queue<byte[]> _arrived = new();
    private readonly Queue<(byte[]? Frame, bool IsReset)> _underWay = new();
    private SimulatedConnection _other = null!;
    private TaskCompletionSource? _changed;
    private long _bytes;
    private TimeSpan _lastArrival;
    private TimeSpan _stalledUntil;
    private bool _isHeldUp;
    private bool _hasEnded;
    private bool _isBroken;
    private bool _isClosed;

    public SimulatedConnection(
        World world, SimulatedNetwork network, Incarnation owner, string peerNode, string peer)
    {
        _world = world;
        _network = network;
        Owner = owner;
        PeerNode = peerNode;
        Peer = peer;
        owner.Ended += () => _network.Forget(this);
    }

    /// <summary>Whose end it is.</summary>
    public Incarnation Owner { get; }

    /// <summary>The node at the other end.</summary>
    public string PeerNode { get; }

    /// <inheritdoc/>
    public string Peer { get; }

    /// <inheritdoc/>
    public string? PeerCertificateName => null;

    /// <inheritdoc/>
    public int MaxBodyBytes { get; set; } = RpcLimits.MaxHelloBytes;

    /// <summary>Joins the two ends.</summary>
    public void Pair(SimulatedConnection other)
    {
        _other = other;
        other._other = this;
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, CancellationToken cancellationToken = default)
    {
        _world.RequireThread();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_isBroken || _isClosed) throw Broken();
            if (_bytes == 0 || _bytes + frame.Length <= CapacityBytes) break;
            await ChangeAsync(cancellationToken);
        }
        byte[] sent = frame.ToArray();
        _bytes += sent.Length;
        Send(sent, isReset: false);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask<Frame?> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_isBroken || _isClosed) throw Broken();
            if (_arrived.TryDequeue(out byte[]? frame))
            {
                _other.Taken(frame.Length);
                return Frame.Read(frame, MaxBodyBytes, Peer);
            }
            if (_hasEnded) return null;
            await ChangeAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Abort()
    {
        if (_isClosed) return;
        Close();
        Send(null, isReset: true);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_isClosed) return ValueTask.CompletedTask;
        Close();
        Send(null, isReset: false);
        return ValueTask.CompletedTask;
    }

    /// <summary>The process is gone, and its system says so; what it sent before is lost or not.</summary>
    public void Kill()
    {
        if (_isClosed) return;
        Close();
        if (Owner.Random.OneIn(2)) _underWay.Clear();
        Send(null, isReset: true);
    }

    /// <summary>The network breaks it: both ends find out.</summary>
    public void Break()
    {
        _underWay.Clear();
        _other._underWay.Clear();
        Receive(null, isReset: true);
        _other.Receive(null, isReset: true);
    }

    /// <summary>The way may be free again.</summary>
    public void GoOn()
    {
        if (!_isHeldUp || !IsFree) return;
        _isHeldUp = false;
        int count = _underWay.Count;
        for (int i = 0; i < count; i++) Schedule();
    }

    /// <summary>What this end sends is held up for a while.</summary>
    public void Stall(TimeSpan time)
    {
        _stalledUntil = _world.Now + time;
        _world.At(time, null, GoOn);
    }

    private bool IsFree => _world.Now >= _stalledUntil && _network.IsFree(Owner.Name, PeerNode);

    private void Send(byte[]? frame, bool isReset)
    {
        _underWay.Enqueue((frame, isReset));
        if (!_isHeldUp) Schedule();
    }

    private void Schedule()
    {
        TimeSpan arrival = _world.Now + _network.NextDelay();
        _lastArrival = arrival > _lastArrival ? arrival : _lastArrival;
        // Belongs to the world: what was sent arrives even when its sender is gone.
        _world.At(_lastArrival - _world.Now, null, Arrive);
    }

    private void Arrive()
    {
        if (_isHeldUp || _underWay.Count == 0) return;
        if (!IsFree)
        {
            _isHeldUp = true;
            return;
        }
        (byte[]? frame, bool isReset) = _underWay.Dequeue();
        if (!_other.Owner.IsAlive)
        {
            // A machine that is back does not know the connection; one that is gone says nothing.
            if (_network.IsUp(PeerNode) && !isReset) _world.At(_network.NextDelay(), Owner, () => Receive(null, true));
            return;
        }
        _network.CountFrame();
        _world.Trace.Add(frame?.Length ?? -1, Owner.Number, _other.Owner.Number);
        if (_world.Trace.KeepsLines && frame is not null) _world.Trace.Tell(_world.Now, Owner.Name, Describe(frame));
        _world.At(TimeSpan.Zero, _other.Owner, () => _other.Receive(frame, isReset));
    }

    private void Receive(byte[]? frame, bool isReset)
    {
        if (_isClosed)
        {
            // Who writes to an end that is closed is told so.
            if (frame is not null) Send(null, isReset: true);
            return;
        }
        if (frame is not null) _arrived.Enqueue(frame);
        else if (isReset) _isBroken = true;
        else _hasEnded = true;
        Tell();
    }

    private void Taken(int length)
    {
        _bytes -= length;
        Tell();
    }

    private void Close()
    {
        _isClosed = true;
        _network.Forget(this);
        if (Owner.IsAlive) Tell();
    }

    private Task ChangeAsync(CancellationToken cancellationToken)
    {
        _changed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _changed.Task.OrCanceledAsync(cancellationToken);
    }

    private void Tell()
    {
        TaskCompletionSource? changed = _changed;
        _changed = null;
        changed?.TrySetResult();
    }

    private string Describe(byte[] frame)
    {
        FrameHeader header = FrameHeader.Read(frame.AsSpan(0, FrameHeader.Size), RpcLimits.MaxBodyBytes, Peer);
        string message = MessageRegistry.All.FirstOrDefault(m => m.Number == header.Type).Type?.Name ?? "";
        bool isData = header.Kind == FrameKind.Data;
        if (message == nameof(Failure))
        {
            using Frame whole = Frame.Read(frame, RpcLimits.MaxBodyBytes, Peer);
            if (MessageRegistry.Read(whole, Peer) is Failure failure) message += $": {failure.Message}";
        }
        return $"-> {PeerNode}: {header.Kind} {(isData ? "" : message)} ({frame.Length} bytes)";
    }

    private ClusterException Broken() => new($"The connection broke: {Peer} (reset)");
}

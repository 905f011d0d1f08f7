using System.Diagnostics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>
/// The calling end of a connection: any number of calls at once, each with a deadline. When the connection breaks, all
/// of them fail with a transient <see cref="ClusterException"/>: whether the peer has done them is then not known.
/// </summary>
internal sealed class RpcConnection : IAsyncDisposable
{
    /// <summary>A hello and what a peer may ask before his welcome.</summary>
    private const int MaxGreetingSteps = 8;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, RpcStream> _calls = [];
    private readonly RpcLimits _limits;
    private readonly IClock _clock;
    private readonly RpcLink _link;
    private ulong _lastCorrelation;
    private bool _isLeaving;

    private RpcConnection(IConnection connection, RpcLimits limits, IClock clock)
    {
        _limits = limits;
        _clock = clock;
        _link = new RpcLink(connection, limits, clock, Receive, Fail);
    }

    /// <summary>The other end, for people.</summary>
    public string Name => _link.Name;

    /// <summary>What the peer answered to the hello.</summary>
    public IMessage Welcome { get; private set; } = Done.Instance;

    /// <summary>True while new calls can be made: the connection stands and the peer is not about to stop.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock) return !_isLeaving && _link.Failure is null;
        }
    }

    /// <summary>Ends when the connection is over; never fails.</summary>
    public Task Ended => _link.Ended;

    /// <summary>Connects to a node of the cluster and agrees on a version with it.</summary>
    /// <param name="transport">The network.</param>
    /// <param name="address">Where the node listens.</param>
    /// <param name="self">Who calls.</param>
    /// <param name="expected">Whom to find there; null = whoever it is.</param>
    /// <param name="clock">The time.</param>
    /// <param name="limits">Bounds and times.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">Nobody answers, or somebody else does.</exception>
    public static async Task<RpcConnection> ConnectAsync(
        ITransport transport, string address, NodeIdentity self, NodeIdentity? expected, IClock clock,
        RpcLimits? limits = null, CancellationToken cancellationToken = default)
    {
        Hello hello = new(
            ProtocolVersion.Oldest, ProtocolVersion.Newest, self, expected?.Node ?? 0, expected?.Incarnation ?? 0,
            Software.Name);
        RpcConnection connection =
            await OpenAsync(transport, address, hello, clock, limits ?? RpcLimits.Default, null, cancellationToken);
        try
        {
            connection.Check((Welcome)connection.Welcome, self, expected);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
        return connection;
    }

    /// <summary>Connects and says the given hello; what comes back is in <see cref="Welcome"/>.</summary>
    /// <param name="transport">The network.</param>
    /// <param name="address">Where the peer listens.</param>
    /// <param name="hello">The first message.</param>
    /// <param name="clock">The time.</param>
    /// <param name="limits">Bounds and times.</param>
    /// <param name="prove">Answers what the peer asks to know who calls; null = such questions are refused.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ColFragException">Nobody answers, or the peer refuses.</exception>
    public static async Task<RpcConnection> OpenAsync(
        ITransport transport, string address, IMessage hello, IClock clock, RpcLimits limits,
        Func<Challenge, Challenge>? prove = null, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource finished = new();
        _ = CancelAfterAsync(clock, limits.HelloTimeout, deadline, finished.Token);
        IConnection? connection = null;
        try
        {
            connection = await transport.ConnectAsync(address, deadline.Token);
            connection.MaxBodyBytes = RpcLimits.MaxHelloBytes;
            IMessage welcome = await SayHelloAsync(connection, hello, prove, deadline.Token);
            connection.MaxBodyBytes = RpcLimits.MaxBodyBytes;
            RpcConnection opened = new(connection, limits, clock) { Welcome = welcome };
            connection = null;
            opened._link.Start();
            return opened;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ClusterException($"No answer from {address} within {limits.HelloTimeout.TotalSeconds:F0} s");
        }
        catch (CorruptDataException error)
        {
            throw new ClusterException(
                $"What answers at {address} is no ColFrag process of this kind ({error.Message})", isTransient: false,
                SqlStates.ProtocolViolation, "Compare the address with the ready line of that process.", error);
        }
        finally
        {
            finished.Cancel();
            connection?.Abort();
        }
    }

    /// <summary>Asks for one thing and waits for the answer.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="timeout">How long to wait; <see cref="Timeout.InfiniteTimeSpan"/> = until cancelled.</param>
    /// <param name="cancellationToken">Gives up, and tells the peer.</param>
    /// <exception cref="ColFragException">The peer's error, or the connection's.</exception>
    public async Task<T> CallAsync<T>(
        IMessage request, TimeSpan timeout, CancellationToken cancellationToken = default) where T : class, IMessage
    {
        await using RpcStream call = await StartAsync(request, timeout, cancellationToken);
        return await call.GetReplyAsync<T>();
    }

    /// <summary>
    /// Begins a call in which items and data flow. Disposing of it before the reply came cancels it.
    /// </summary>
    /// <exception cref="ClusterException">The connection is over.</exception>
    public async ValueTask<RpcStream> StartAsync(
        IMessage request, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        RpcStream call;
        lock (_lock)
        {
            if (_link.Failure is ClusterException failure) throw RpcLink.Copy(failure);
            if (_isLeaving)
                throw new ClusterException($"The peer is about to stop: {Name}", sqlState: SqlStates.AdminShutdown);
            ulong correlation = ++_lastCorrelation;
            call = new RpcStream(this, _link, correlation, _limits.WindowBytes);
            _calls.Add(correlation, call);
        }
        try
        {
            await _link.SendAsync(Envelop(request, call.Correlation, timeout), cancellationToken);
        }
        catch
        {
            Forget(call);
            throw;
        }
        call.Watch(_clock, timeout, cancellationToken);
        return call;
    }

    /// <summary>Sends what waits and closes; calls under way fail.</summary>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    /// <summary>Ends the connection now, for the given reason.</summary>
    public void Abort(ClusterException reason) => _link.Abort(reason);

    /// <summary>Takes a call off the list; what still arrives for it is dropped.</summary>
    internal void Forget(RpcStream call)
    {
        lock (_lock) _calls.Remove(call.Correlation);
    }

    private ByteWriter Envelop(IMessage request, ulong correlation, TimeSpan timeout)
    {
        ByteWriter frame = FrameWriter.Begin(FrameKind.Request, correlation, MessageRegistry.NumberOf(request));
        MessagePackWriter target = new(frame);
        // Rounded up: 0 would be no limit.
        long milliseconds =
            timeout == Timeout.InfiniteTimeSpan ? 0 : (long)Math.Ceiling(Math.Max(1, timeout.TotalMilliseconds));
        new RequestEnvelope(milliseconds, _limits.WindowBytes, Activity.Current?.Id).Write(target);
        request.Write(target);
        return FrameWriter.Seal(frame);
    }

    private void Receive(Frame frame)
    {
        if (frame.Kind == FrameKind.Goodbye)
        {
            frame.Dispose();
            lock (_lock) _isLeaving = true;
            return;
        }
        if (frame is { Kind: FrameKind.Failure, Correlation: 0 })
        {
            using (frame)
            {
                ColFragException error = ((Failure)MessageRegistry.Read(frame, Name)).ToException();
                throw new ClusterException(error.Message, error.IsTransient, error.SqlState, error.Hint, error);
            }
        }
        RpcStream? call;
        lock (_lock) _calls.TryGetValue(frame.Correlation, out call);
        // A call that was cancelled or timed out here: the peer did not know it yet.
        if (call is null) frame.Dispose();
        else call.Receive(frame);
    }

    private void Fail(ClusterException reason)
    {
        RpcStream[] calls;
        lock (_lock)
        {
            calls = [.. _calls.Values];
            _calls.Clear();
        }
        foreach (RpcStream call in calls) call.Fail(RpcLink.Copy(reason));
    }

    private void Check(Welcome welcome, NodeIdentity self, NodeIdentity? expected)
    {
        NodeIdentity found = welcome.Receiver;
        _link.Name = $"{found.Kind} {found.Node:x} at {Name}";
        if (self.Cluster != Guid.Empty && found.Cluster != self.Cluster)
        {
            throw new ClusterException(
                $"Another cluster: {Name} belongs to {found.Cluster}, not to {self.Cluster}", isTransient: false,
                SqlStates.ProtocolViolation, "The address is of another installation, or its folder was exchanged.");
        }
        NodeGate.CheckReceiver(expected?.Node ?? 0, expected?.Incarnation ?? 0, found);
        // Whoever answers with a version that was not offered would misread what follows.
        if (welcome.Version is < ProtocolVersion.Oldest or > ProtocolVersion.Newest)
            ProtocolVersion.Agree(welcome.Version, welcome.Version);
    }

    private static async Task<IMessage> SayHelloAsync(
        IConnection connection, IMessage hello, Func<Challenge, Challenge>? prove, CancellationToken cancellationToken)
    {
        for (int step = 0; step < MaxGreetingSteps; step++)
        {
            using (ByteWriter frame = FrameWriter.Of(FrameKind.Hello, 0, hello))
            {
                await connection.WriteAsync(frame.WrittenMemory, cancellationToken);
                await connection.FlushAsync(cancellationToken);
            }
            using Frame? answer = await connection.ReadAsync(cancellationToken);
            if (answer is null) throw new ClusterException($"The peer closed the connection: {connection.Peer}");
            if (answer.Kind is not (FrameKind.Welcome or FrameKind.Failure))
                throw new CorruptDataException($"frame of kind {answer.Kind} in answer to a hello", connection.Peer, 6);
            switch (MessageRegistry.Read(answer, connection.Peer))
            {
                case Failure failure:
                    throw failure.ToException();
                case Challenge challenge when prove is not null:
                    hello = prove(challenge);
                    break;
                case Challenge:
                    throw new ClusterException(
                        $"{connection.Peer} asks for a password, and none was given", isTransient: false,
                        SqlStates.InvalidPassword);
                case IMessage welcome:
                    return welcome;
            }
        }
        throw new ClusterException(
            $"{connection.Peer} asks and asks and never lets in", isTransient: false, SqlStates.ProtocolViolation);
    }

    private static async Task CancelAfterAsync(
        IClock clock, TimeSpan time, CancellationTokenSource target, CancellationToken finished)
    {
        try
        {
            await clock.Delay(time, finished);
            target.Cancel();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // What was to be limited is over.
        }
    }
}

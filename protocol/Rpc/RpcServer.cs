using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>
/// The answering end: admits connections, runs a handler for each request, and carries its result or error back. A
/// handler that throws ends its call, nothing else.
/// </summary>
internal sealed class RpcServer(IRpcGate gate, RpcHandlers handlers, IClock clock, RpcLimits? limits = null)
{
    private readonly Lock _lock = new();
    private readonly RpcLimits _limits = limits ?? RpcLimits.Default;
    private readonly HashSet<RpcServerConnection> _connections = [];
    private bool _isStopping;

    /// <summary>Connections that stand.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock) return _connections.Count;
        }
    }

    /// <summary>Calls under way.</summary>
    public int CallCount
    {
        get
        {
            lock (_lock) return _connections.Sum(static connection => connection.CallCount);
        }
    }

    /// <summary>Accepts connections until the listener is disposed of.</summary>
    public async Task RunAsync(IListener listener, CancellationToken cancellationToken = default)
    {
        while (await listener.AcceptAsync(cancellationToken) is IConnection connection)
            _ = ServeAsync(connection, cancellationToken);
    }

    /// <summary>Serves one connection until it ends; never fails.</summary>
    public async Task ServeAsync(IConnection connection, CancellationToken cancellationToken = default)
    {
        RpcServerConnection? served = null;
        RpcPeer? peer = null;
        try
        {
            peer = await GreetAsync(connection, cancellationToken);
            if (peer is null) return;
            served = new RpcServerConnection(connection, peer, handlers, _limits, clock);
            lock (_lock)
            {
                if (!_isStopping) _connections.Add(served);
            }
            served.Start();
            using CancellationTokenRegistration stop = cancellationToken.Register(
                () => served.Abort(new ClusterException("The process is stopping", sqlState: SqlStates.AdminShutdown)));
            if (_isStopping) served.SayGoodbye();
            await served.Ended;
        }
        finally
        {
            if (served is null) await connection.DisposeAsync();
            else await served.DisposeAsync();
            lock (_lock)
            {
                if (served is not null) _connections.Remove(served);
            }
            if (peer is not null) await DisposeAsync(peer);
        }
    }

    /// <summary>
    /// Tells all peers to go elsewhere with new calls, waits for those under way, and closes.
    /// </summary>
    /// <param name="grace">How long to wait; calls that take longer are cancelled.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        RpcServerConnection[] connections;
        lock (_lock)
        {
            _isStopping = true;
            connections = [.. _connections];
        }
        foreach (RpcServerConnection connection in connections) connection.SayGoodbye();
        using CancellationTokenSource finished = new();
        Task idle = Waiting.AllAsync(connections.Select(static connection => connection.WhenIdleAsync()));
        await Waiting.FirstAsync(idle, DelayAsync(grace, finished.Token));
        finished.Cancel();
        await Waiting.AllAsync(connections.Select(static connection => connection.DisposeAsync().AsTask()));
    }

    private static ValueTask DisposeAsync(RpcPeer peer) =>
        peer.State is IAsyncDisposable disposable ? disposable.DisposeAsync() : ValueTask.CompletedTask;

    /// <summary>Reads the hello and answers it; null when the peer was refused.</summary>
    private async Task<RpcPeer?> GreetAsync(IConnection connection, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using CancellationTokenSource finished = new();
        _ = CancelAfterAsync(deadline, finished.Token);
        try
        {
            using Frame? frame = await ReadHelloAsync(connection, deadline.Token);
            if (frame is null) return null;
            try
            {
                IMessage hello = MessageRegistry.Read(frame, connection.Peer);
                RpcPeer peer = await gate.AdmitAsync(hello, new Greeting(connection), deadline.Token);
                try
                {
                    await AnswerAsync(connection, FrameWriter.Of(FrameKind.Welcome, 0, peer.Welcome), deadline.Token);
                }
                catch
                {
                    await DisposeAsync(peer);
                    throw;
                }
                connection.MaxBodyBytes = RpcLimits.MaxBodyBytes;
                return peer;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                await RefuseAsync(connection, error, deadline.Token);
                return null;
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            finished.Cancel();
        }
    }

    /// <summary>
    /// The first frame, or null from one who sends something else: he does not speak the protocol, so no answer would
    /// be understood.
    /// </summary>
    private static async Task<Frame?> ReadHelloAsync(IConnection connection, CancellationToken cancellationToken)
    {
        connection.MaxBodyBytes = RpcLimits.MaxHelloBytes;
        try
        {
            Frame? frame = await connection.ReadAsync(cancellationToken);
            if (frame is null or { Kind: FrameKind.Hello }) return frame;
            frame.Dispose();
            return null;
        }
        catch (ColFragException)
        {
            return null;
        }
    }

    private static async Task RefuseAsync(IConnection connection, Exception error, CancellationToken cancellationToken)
    {
        try
        {
            await AnswerAsync(
                connection, FrameWriter.Of(FrameKind.Failure, 0, Failure.From(error)), cancellationToken);
        }
        catch (Exception)
        {
            // The peer is gone, and with him the interest in why.
        }
    }

    private static async Task AnswerAsync(
        IConnection connection, ByteWriter frame, CancellationToken cancellationToken)
    {
        using (frame)
        {
            await connection.WriteAsync(frame.WrittenMemory, cancellationToken);
            await connection.FlushAsync(cancellationToken);
        }
    }

    private sealed class Greeting(IConnection connection) : IGreeting
    {
        public IConnection Connection => connection;

        public async ValueTask<Challenge> AskAsync(Challenge question, CancellationToken cancellationToken)
        {
            await AnswerAsync(connection, FrameWriter.Of(FrameKind.Welcome, 0, question), cancellationToken);
            using Frame? answer = await connection.ReadAsync(cancellationToken);
            if (answer is { Kind: FrameKind.Hello }
                && MessageRegistry.Read(answer, connection.Peer) is Challenge challenge)
            {
                return challenge;
            }
            throw new ClusterException(
                $"No answer to a challenge: {connection.Peer}", isTransient: false, SqlStates.ProtocolViolation);
        }
    }

    private async Task CancelAfterAsync(CancellationTokenSource target, CancellationToken finished)
    {
        if (!await DelayAsync(_limits.HelloTimeout, finished)) return;
        try
        {
            target.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Greeted at the last moment.
        }
    }

    private async Task<bool> DelayAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        try
        {
            await clock.Delay(time, cancellationToken);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Rpc;

/// <summary>One peer of a server, with his calls.</summary>
internal sealed class RpcServerConnection : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, RpcCall> _calls = [];
    private readonly RpcPeer _peer;
    private readonly RpcHandlers _handlers;
    private readonly RpcLimits _limits;
    private readonly IClock _clock;
    private readonly RpcLink _link;
    private int _runningCount;
    private TaskCompletionSource? _idle;

    public RpcServerConnection(
        IConnection connection, RpcPeer peer, RpcHandlers handlers, RpcLimits limits, IClock clock)
    {
        _peer = peer;
        _handlers = handlers;
        _limits = limits;
        _clock = clock;
        _link = new RpcLink(connection, limits, clock, Receive, Fail) { Name = peer.Name };
    }

    /// <summary>Ends when the connection is over; never fails.</summary>
    public Task Ended => _link.Ended;

    /// <summary>Handlers that have not returned.</summary>
    public int CallCount
    {
        get
        {
            lock (_lock) return _runningCount;
        }
    }

    /// <summary>Begins to receive.</summary>
    public void Start() => _link.Start();

    /// <summary>Tells the peer to make new calls elsewhere.</summary>
    public void SayGoodbye() => _link.Post(FrameWriter.Empty(FrameKind.Goodbye));

    /// <summary>Ends the connection now, for the given reason.</summary>
    public void Abort(ClusterException reason) => _link.Abort(reason);

    /// <summary>Ends when no handler runs.</summary>
    public Task WhenIdleAsync()
    {
        lock (_lock)
        {
            if (_runningCount == 0) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task;
        }
    }

    /// <summary>Sends what waits, closes, and waits for the handlers to see that they are cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        await _link.DisposeAsync();
        await WhenIdleAsync();
    }

    private void Receive(Frame frame)
    {
        if (frame.Kind == FrameKind.Request)
        {
            using (frame) Begin(frame);
            return;
        }
        RpcCall? call;
        lock (_lock) _calls.TryGetValue(frame.Correlation, out call);
        if (call is null)
        {
            // For a call that has been answered: the caller did not know it yet.
            frame.Dispose();
        }
        else if (frame.Kind == FrameKind.Cancel)
        {
            frame.Dispose();
            call.Abandon(new OperationCanceledException("The caller has cancelled."));
        }
        else
        {
            call.Receive(frame);
        }
    }

    private void Begin(Frame frame)
    {
        MessagePackReader source = new(frame.Body, _link.Name, FrameHeader.Size);
        RequestEnvelope envelope = RequestEnvelope.Read(source);
        IMessage request;
        try
        {
            request = MessageRegistry.Read(frame.Type, source);
        }
        catch (ColFragException error)
        {
            // The frame was whole, so the connection is sound: only this call fails.
            _link.Post(FrameWriter.Of(FrameKind.Failure, frame.Correlation, Failure.From(error)));
            return;
        }
        RpcChannel channel = new(_link, frame.Correlation, RpcLimits.Default.WindowBytes, envelope.WindowBytes);
        TimeSpan? timeout = envelope.TimeoutMilliseconds == 0
            ? null
            : TimeSpan.FromMilliseconds(envelope.TimeoutMilliseconds);
        RpcCall call = new(_peer, channel, _clock.Monotonic + timeout, envelope.TraceParent);
        lock (_lock)
        {
            if (_calls.Count >= _limits.MaxCalls || !_calls.TryAdd(frame.Correlation, call))
            {
                _link.Post(FrameWriter.Of(FrameKind.Failure, frame.Correlation, Failure.From(new ClusterException(
                    $"Too many calls at once on one connection: {_limits.MaxCalls}",
                    sqlState: SqlStates.ProgramLimitExceeded))));
                return;
            }
            _runningCount++;
        }
        _ = RunAsync(frame.Correlation, request, call, timeout);
    }

    private async Task RunAsync(ulong correlation, IMessage request, RpcCall call, TimeSpan? timeout)
    {
        // The handler runs on the scheduler, not in the loop that receives: that one must see the cancel.
        await Task.Yield();
        ByteWriter? answer = null;
        using CancellationTokenSource over = new();
        try
        {
            if (timeout is not null) _ = ExpireAsync(call, timeout.Value, over.Token);
            IMessage reply = await _handlers.InvokeAsync(request, call);
            answer = FrameWriter.Of(FrameKind.Reply, correlation, reply);
        }
        catch (OperationCanceledException) when (call.IsExpired)
        {
            ClusterException late = new($"Not done within {timeout!.Value.TotalSeconds:G4} s");
            answer = FrameWriter.Of(FrameKind.Failure, correlation, Failure.From(late));
        }
        catch (Exception error)
        {
            answer = FrameWriter.Of(FrameKind.Failure, correlation, Failure.From(error));
        }
        finally
        {
            over.Cancel();
            bool isAbandoned = call.IsAbandoned;
            call.Dispose();
            lock (_lock) _calls.Remove(correlation);
            try
            {
                if (isAbandoned || answer is null) answer?.Dispose();
                else await _link.SendAsync(answer);
            }
            catch (ClusterException)
            {
                // The connection is over; the caller learns that by himself.
            }
            TaskCompletionSource? idle = null;
            lock (_lock)
            {
                if (--_runningCount == 0) (idle, _idle) = (_idle, null);
            }
            idle?.TrySetResult();
        }
    }

    private async Task ExpireAsync(RpcCall call, TimeSpan timeout, CancellationToken over)
    {
        try
        {
            await _clock.Delay(timeout, over);
            call.Expire();
        }
        catch (OperationCanceledException)
        {
            // Answered in time.
        }
    }

    private void Fail(ClusterException reason)
    {
        RpcCall[] calls;
        lock (_lock)
        {
            calls = [.. _calls.Values];
            _calls.Clear();
        }
        foreach (RpcCall call in calls) call.Abandon(RpcLink.Copy(reason));
    }
}

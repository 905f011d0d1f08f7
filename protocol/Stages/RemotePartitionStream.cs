using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Stages;

/// <summary>A partition of a task in another process. The call begins when the stream is made.</summary>
internal sealed class RemotePartitionStream : PartitionStream
{
    private readonly CancellationTokenSource _leave = new();
    private readonly Signal _isOpen = new();
    private readonly Task<RpcStream> _opening;
    private long _takenBytes;

    /// <summary>Asks for a partition.</summary>
    /// <param name="connect">Gives the connection to the worker.</param>
    /// <param name="request">What is read.</param>
    /// <param name="timeout">How long the whole reading may take.</param>
    public RemotePartitionStream(
        Func<CancellationToken, ValueTask<RpcConnection>> connect, ReadPartition request, TimeSpan timeout)
    {
        _opening = OpenAsync(connect, request, timeout);
        _ = TellAsync();
    }

    public override long ReceivedBytes => Interlocked.Read(ref _takenBytes);

    public override bool TryRead([NotNullWhen(true)] out PartitionBody? body, out Signal? wait)
    {
        body = null;
        wait = null;
        if (!_opening.IsCompleted)
        {
            wait = _isOpen;
            return false;
        }
        // Completed: throws what went wrong, and never waits.
        RpcStream call = _opening.GetAwaiter().GetResult();
        if (!call.TryRead(out Frame? frame, out wait))
        {
            if (wait is null) CheckEnd(call);
            return false;
        }
        if (!frame!.IsData(DataType.Batches))
        {
            frame.Dispose();
            throw Broken("something else than batches");
        }
        _takenBytes += frame.Body.Length;
        body = new ManagedBody(frame, frame.Body);
        return true;
    }

    public override async ValueTask DisposeAsync()
    {
        _leave.Cancel();
        try
        {
            await (await _opening).DisposeAsync();
        }
        catch (Exception error) when (error is ColFragException or OperationCanceledException)
        {
            // There was no call.
        }
        _leave.Dispose();
    }

    private async Task<RpcStream> OpenAsync(
        Func<CancellationToken, ValueTask<RpcConnection>> connect, ReadPartition request, TimeSpan timeout)
    {
        RpcConnection connection = await connect(_leave.Token);
        return await connection.StartAsync(request, timeout, _leave.Token);
    }

    private async Task TellAsync()
    {
        await _opening.EndedAsync();
        _isOpen.Set();
    }

    private void CheckEnd(RpcStream call)
    {
        if (!call.Reply.IsCompletedSuccessfully || call.Reply.Result is not PartitionSent sent)
            throw Broken("no end that fits");
        if (sent.Bytes != _takenBytes) throw Broken($"{_takenBytes} bytes of {sent.Bytes}");
    }

    private ClusterException Broken(string what) => new(
        $"The rows of a task did not arrive whole: {what} from {Sender}", sqlState: SqlStates.ProtocolViolation);
}

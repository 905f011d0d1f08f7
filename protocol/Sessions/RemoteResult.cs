using ColFrag.Engine;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Sessions;

/// <summary>What a statement gives at the client: batches as they arrive, then the outcome.</summary>
internal sealed class RemoteResult : QueryResult
{
    private readonly RemoteSession _session;
    private readonly RpcStream _call;
    private readonly long _number;
    private readonly Stream? _copyInput;
    private readonly Stream? _copyOutput;
    private readonly CancellationTokenSource _stopCopy = new();
    private Task _copying = Task.CompletedTask;
    private volatile bool _hasInputFailed;
    private BatchReader? _reader;
    private Batch? _batch;
    private ResultBatch? _shown;
    private StatementDone? _done;
    private bool _isDisposed;

    internal RemoteResult(RemoteSession session, RpcStream call, long number, Stream? copyInput, Stream? copyOutput)
    {
        _session = session;
        _call = call;
        _number = number;
        _copyInput = copyInput;
        _copyOutput = copyOutput;
    }

    /// <summary>Is told how far the statement is, while rows are read or waited for.</summary>
    public IProgress<StatementProgress>? Progress { get; init; }

    /// <inheritdoc/>
    public override Schema Schema => _schema;

    private Schema _schema = new();
    private volatile bool _isStopping;

    /// <inheritdoc/>
    public override string CommandTag => _done?.CommandTag ?? "";

    /// <inheritdoc/>
    public override long RowsAffected => _done?.RowsAffected ?? -1;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices => _done?.Notices ?? [];

    /// <inheritdoc/>
    public override async ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (_done is not null) return null;
        // One cancel is enough: reads that follow take what is under way, and must not flood the server with more of
        // them.
        await using CancellationTokenRegistration registration = _isStopping
            ? default
            : cancellationToken.Register(Stop);
        while (true)
        {
            if (_reader is not null && _reader.TryRead(_batch!)) return _shown!.Show(_batch!);
            if (!await ReceiveAsync()) return null;
        }
    }

    /// <summary>Stops the statement if it still runs, and learns what became of the transaction.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        try
        {
            if (_done is null && !_call.Reply.IsCompleted) await _session.StopAsync(_number);
            while (_done is null)
            {
                using Frame? frame = await _call.ReadAsync();
                if (frame is null) await FinishAsync();
            }
        }
        catch (Exception)
        {
            // The caller has left: what is wrong with the rest is no matter of his.
        }
        finally
        {
            await _call.DisposeAsync();
            _reader?.Dispose();
            _batch?.Dispose();
            _stopCopy.Cancel();
            _stopCopy.Dispose();
        }
    }

    /// <summary>Waits for the columns, and where there are none for the outcome.</summary>
    internal async Task OpenAsync(CancellationToken cancellationToken)
    {
        await using CancellationTokenRegistration registration = _session.CancelOn(_number, cancellationToken);
        while (_reader is null || Schema.Count == 0)
        {
            if (!await ReceiveAsync()) return;
        }
    }

    private void Stop()
    {
        _isStopping = true;
        _ = _session.StopAsync(_number);
    }

    /// <summary>Takes the next frame of the call. False at its end, when the outcome is known.</summary>
    private async ValueTask<bool> ReceiveAsync()
    {
        using Frame? frame = await _call.ReadAsync();
        if (frame is null)
        {
            await FinishAsync();
            return false;
        }
        if (frame.IsData(DataType.Batches) && _reader is not null)
        {
            if (frame.TakeBody() is { } body) _reader.Open(body);
            else _reader.Open(frame.Body.Span);
        }
        else if (frame.IsData(DataType.Copy) && _copyOutput is not null)
        {
            await _copyOutput.WriteAsync(frame.Body);
        }
        else
        {
            Take(frame.Kind == FrameKind.Item ? MessageRegistry.Read(frame, _call.PeerName) : null);
        }
        return true;
    }

    private void Take(IMessage? item)
    {
        switch (item)
        {
            case ResultHeader header when _reader is null:
                _schema = header.Schema;
                _reader = new BatchReader(_schema, MemoryAccount.Untracked, _call.PeerName);
                _batch = new Batch(_schema);
                _shown = new ResultBatch(_schema.Count);
                break;
            case CopyInputWanted when _copyInput is not null:
                _copying = SendCopyAsync(_copyInput);
                break;
            case ProgressReport report when Progress is not null:
                Progress.Report(new StatementProgress(
                    report.RowsRead, report.RowsTotal, report.PiecesRead, report.PiecesTotal));
                break;
            default:
                throw new ClusterException(
                    $"Unexpected answer from {_call.PeerName} to a statement", isTransient: false,
                    SqlStates.ProtocolViolation);
        }
    }

    private async Task FinishAsync()
    {
        _done = await _call.GetReplyAsync<StatementDone>();
        if (_done.Error is not null) _stopCopy.Cancel();
        try
        {
            _session.Take(_done);
        }
        catch (QueryException) when (_hasInputFailed)
        {
            // The server was stopped because the input failed: that is the error to tell.
            await _copying;
        }
        await _copying;
    }

    /// <summary>Sends the bytes of a COPY, in step with what the server takes.</summary>
    private async Task SendCopyAsync(Stream input)
    {
        try
        {
            while (true)
            {
                ByteWriter data = _call.BeginData(DataType.Copy, 64 << 10);
                Memory<byte> room = data.GetMemory(32 << 10);
                int count = await input.ReadAsync(room, _stopCopy.Token);
                if (count == 0)
                {
                    data.Dispose();
                    _call.EndSending();
                    return;
                }
                data.Advance(count);
                await _call.SendDataAsync(data);
            }
        }
        catch (Exception error) when (error is ColFragException ||
            (error is OperationCanceledException && _stopCopy.IsCancellationRequested))
        {
            // The statement has ended before it took all; its reply says why.
        }
        catch
        {
            // The input failed: the server must not take half of it for the whole. Noted first: its answer may be here
            // before this task has ended.
            _hasInputFailed = true;
            await _session.StopAsync(_number);
            throw;
        }
    }
}

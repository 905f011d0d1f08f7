using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Segments;

/// <summary>
/// Sends the rows of one segment to its first worker, which encodes them and has the others copy the files. Rows can be
/// taken before it is known who that is.
/// </summary>
internal sealed class SegmentSender : IAsyncDisposable
{
    /// <summary>Bytes that may wait for the network before the load is asked to wait.</summary>
    private const int MaxQueuedBytes = 4 << 20;

    private readonly NewSegment _segment;
    private readonly Func<CancellationToken, ValueTask<SegmentTargets>> _findTargets;
    private readonly NodeConnections _connections;
    private readonly FrameQueue _queue = new(MaxQueuedBytes);
    private readonly BatchSender _sender;
    private readonly Batch _sent = new([]);
    private readonly ColumnVector _positions = new(LogicalType.UBigInt);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<SegmentSealed> _sending;

    /// <param name="segment">What is written.</param>
    /// <param name="findTargets">Where it goes.</param>
    /// <param name="connections">The network.</param>
    public SegmentSender(
        NewSegment segment, Func<CancellationToken, ValueTask<SegmentTargets>> findTargets,
        NodeConnections connections)
    {
        _segment = segment;
        _findTargets = findTargets;
        _connections = connections;
        _sender = new BatchSender(_queue);
        _sending = SendAsync();
    }

    /// <summary>Rows taken.</summary>
    public int RowCount { get; private set; }

    /// <summary>How many rows still fit.</summary>
    public int Remaining => SegmentOptions.MaxRows - RowCount;

    /// <summary>Ends when few enough rows wait for the network; null when they do.</summary>
    public Task? Backlog => _queue.Backlog;

    /// <summary>Who gets the segment; empty before it is known.</summary>
    public SegmentTargets Targets { get; private set; } = SegmentTargets.None;

    /// <inheritdoc cref="ISegmentSink.Append"/>
    public unsafe void Append(Batch batch, ReadOnlySpan<ulong> positions)
    {
        _positions.ResetFlat();
        positions[..batch.Count].CopyTo(new Span<ulong>(_positions.Data, batch.Count));
        _positions.Count = batch.Count;
        _sent.Columns = [.. batch.Columns, _positions];
        _sent.TakeRows(batch);
        try
        {
            _sender.Add(_sent);
        }
        finally
        {
            // The vectors are the caller's.
            _sent.Columns = [];
        }
        RowCount += batch.SelectedCount;
    }

    /// <summary>Sends the rest; ends when all copies that can be made are durable and verified.</summary>
    public async Task<SegmentSealed> FinishAsync(CancellationToken cancellationToken)
    {
        _sender.Finish();
        _queue.Complete();
        SegmentSealed made = await _sending.OrCanceledAsync(cancellationToken);
        CorruptDataException.ThrowUnless(
            made.RowCount == RowCount && made.Groups.Length == _segment.Definition.Groups.Length,
            "rows of a segment that was written", $"worker at {Targets.First.Address}", 0);
        return made;
    }

    /// <summary>Stops what still goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        try
        {
            await _sending;
        }
        catch (Exception error) when (error is ColFragException or OperationCanceledException)
        {
            // Whoever gave up has the first reason already.
        }
        _sender.Dispose();
        _queue.Dispose();
        _sent.Dispose();
        _positions.Dispose();
        _stop.Dispose();
    }

    private async Task<SegmentSealed> SendAsync()
    {
        try
        {
            // The caller's thread makes rows meanwhile.
            await Task.Yield();
            Targets = await _findTargets(_stop.Token);
            return await SendAsync(Targets.First);
        }
        catch (Exception error)
        {
            bool isLost = !_stop.IsCancellationRequested && !Targets.Workers.IsEmpty && IsWorkersFault(error);
            if (!isLost)
            {
                _queue.Fail(error);
                throw;
            }
            WriteLostException lost = new((ColFragException)error);
            _queue.Fail(lost);
            throw lost;
        }
    }

    /// <summary>True for what another worker may do better.</summary>
    public static bool IsWorkersFault(Exception error) =>
        error is ClusterException { IsTransient: true } or CorruptDataException or StorageException;

    private async Task<SegmentSealed> SendAsync(WorkerAddress first)
    {
        RpcConnection connection = await _connections.GetAsync(first, _stop.Token);
        await using RpcStream call = await connection.StartAsync(Request(), Timeout.InfiniteTimeSpan, _stop.Token);
        while (await NextAsync(call) is { } frame)
        {
            using (frame)
            {
                ReadOnlyMemory<byte> body = frame.WrittenMemory[FrameHeader.Size..];
                ByteWriter sent = call.BeginData(DataType.Batches, frame.Length);
                sent.WriteBytes(body.Span);
                await call.SendDataAsync(sent, _stop.Token);
            }
        }
        call.EndSending();
        return await call.GetReplyAsync<SegmentSealed>();
    }

    /// <summary>The next rows to send; a worker that gives up before the last is noticed at once.</summary>
    private async ValueTask<ByteWriter?> NextAsync(RpcStream call)
    {
        Task<ByteWriter?> next = _queue.TakeAsync(_stop.Token).AsTask();
        if (await Waiting.FirstAsync(next, call.Reply) == call.Reply && !next.IsCompleted)
        {
            await call.Reply;
            throw new ClusterException(
                $"The worker at {Targets.First.Address} answered before it had all rows", isTransient: false,
                SqlStates.ProtocolViolation);
        }
        return await next;
    }

    private WriteSegment Request()
    {
        using ByteWriter range = new(256);
        // Where the segment goes is said by this message; homes would be another answer to the same question.
        (_segment.Range with { Homes = [] }).Write(range);
        return new WriteSegment(
            _segment.Id, _segment.Definition.ToBytes(), range.ToArray(), _segment.Attempt?.Load.Value,
            _segment.Attempt?.Try ?? 0, [.. Targets.Workers.Skip(1)], Targets.Parts);
    }
}

using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Coordinator.Placement;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// Sends the rows of one segment to its first worker, which encodes them and has the others copy the files. Where one
/// of the others failed, another worker takes its place before anything is acknowledged.
/// </summary>
internal sealed class RemoteSegmentSink : ISegmentSink
{
    /// <summary>Bytes that may wait for the network before the load is asked to wait.</summary>
    private const int MaxQueuedBytes = 4 << 20;

    private readonly NewSegment _segment;
    private readonly ImmutableArray<KnownWorker> _targets;
    private readonly SegmentCopies _copies;
    private readonly NodeConnections _connections;
    private readonly FrameQueue _queue = new(MaxQueuedBytes);
    private readonly BatchSender _sender;
    private readonly Batch _sent = new([]);
    private readonly ColumnVector _positions = new(LogicalType.UBigInt);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<SegmentSealed> _sending;
    private bool _isFinished;

    /// <param name="segment">What is written.</param>
    /// <param name="targets">Its workers, each as it was when the write began: a commit compares that.</param>
    /// <param name="copies">Makes and deletes copies.</param>
    /// <param name="connections">The network.</param>
    public RemoteSegmentSink(
        NewSegment segment, ImmutableArray<KnownWorker> targets, SegmentCopies copies, NodeConnections connections)
    {
        _segment = segment;
        _targets = targets;
        _copies = copies;
        _connections = connections;
        _sender = new BatchSender(_queue);
        _sending = SendAsync();
    }

    /// <inheritdoc/>
    public int RowCount { get; private set; }

    /// <inheritdoc/>
    public int Remaining => SegmentOptions.MaxRows - RowCount;

    /// <inheritdoc/>
    public Task? Backlog => _queue.Backlog;

    /// <inheritdoc/>
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

    /// <inheritdoc/>
    public async Task<SealedSegment> FinishAsync(CancellationToken cancellationToken = default)
    {
        _sender.Finish();
        _queue.Complete();
        SegmentSealed made = await _sending.OrCanceledAsync(cancellationToken);
        CorruptDataException.ThrowUnless(
            made.RowCount == RowCount && made.Groups.Length == _segment.Definition.Groups.Length,
            "rows of a segment that was written", $"worker {_targets[0].Number}", 0);
        ImmutableArray<KnownWorker> holders = await CompleteAsync(made, cancellationToken);
        _isFinished = true;
        ImmutableArray<long> ids = [.. holders.Select(w => w.Id)];
        return new SealedSegment(
            made.RowCount, made.Bytes,
            [.. made.Groups.Select(g => new GroupRecord(g.Group, g.ManifestHash, g.Bytes, ids))])
        {
            Guards = [.. holders.Select(GuardOf)],
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_isFinished)
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
            await _copies.DeleteAsync(
                _segment.Definition.TableId, _segment.Id, _targets.Select(t => t.Id), CancellationToken.None);
        }
        _sender.Dispose();
        _queue.Dispose();
        _sent.Dispose();
        _positions.Dispose();
        _stop.Dispose();
    }

    /// <summary>The worker is still in the life in which it answered.</summary>
    public static CatalogCompare GuardOf(KnownWorker worker) =>
        new(CompareTarget.ModRevision, CatalogKeys.Worker(worker.Id), worker.ModRevision, default);

    private async Task<SegmentSealed> SendAsync()
    {
        try
        {
            // The caller's thread makes rows meanwhile.
            await Task.Yield();
            RpcConnection connection = await _connections.GetAsync(_targets[0].Address, _stop.Token);
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
        catch (Exception error)
        {
            _queue.Fail(error);
            throw;
        }
    }

    /// <summary>The next rows to send; a worker that gives up before the last is noticed at once.</summary>
    private async ValueTask<ByteWriter?> NextAsync(RpcStream call)
    {
        Task<ByteWriter?> next = _queue.TakeAsync(_stop.Token).AsTask();
        if (await Waiting.FirstAsync(next, call.Reply) == call.Reply && !next.IsCompleted)
        {
            await call.Reply;
            throw new ClusterException(
                $"Worker {_targets[0].Number} answered before it had all rows", isTransient: false,
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
            _segment.Attempt?.Try ?? 0, [.. _targets.Skip(1).Select(t => t.Address)]);
    }

    /// <summary>All who have it: those who answered, and substitutes for those who did not.</summary>
    private async Task<ImmutableArray<KnownWorker>> CompleteAsync(
        SegmentSealed made, CancellationToken cancellationToken)
    {
        HashSet<long> sealedBy = [.. made.Groups.SelectMany(g => g.Workers)];
        List<KnownWorker> holders = [.. _targets.Where(t => sealedBy.Contains(t.Id))];
        if (holders.Count < _targets.Length)
        {
            ImmutableArray<GroupHash> groups = [.. made.Groups.Select(g => new GroupHash(g.Group, g.ManifestHash))];
            holders.AddRange(await _copies.AddSubstitutesAsync(
                _segment.Definition.TableId, _segment.Id, groups, _targets, holders, cancellationToken));
        }
        ReplicaPlacement.RequireCopies(holders.Count, _segment.Definition.Copies, _segment.Acknowledgement);
        return [.. holders];
    }
}

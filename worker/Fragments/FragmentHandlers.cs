using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;
using ColFrag.Worker.Replication;

namespace ColFrag.Worker.Fragments;

/// <summary>
/// Keeps fragments: encodes segments and has the other workers copy them, keeps delete vectors, lists and deletes.
/// Whatever is answered to the coordinator is flushed before.
/// </summary>
internal sealed class FragmentHandlers(
    LocalFragmentStore store, SegmentCache segments, FragmentFolder folder, SegmentLocks locks, CopyFence fence,
    Replicator replicator, MemoryAccount account)
{
    /// <summary>Adds its answers to those of the process.</summary>
    public RpcHandlers AddTo(RpcHandlers handlers) => handlers
        .On<WriteSegment>(WriteAsync).On<WriteDeleteVector>(WriteVectorAsync)
        .On<DeleteSegment>(DeleteAsync).On<ListSegments>(ListAsync);

    private async Task<IMessage> WriteAsync(WriteSegment request, RpcCall call)
    {
        TableDefinition definition = TableDefinition.Read(
            new CatalogEntry(new CatalogKey("wire"), request.Definition, 0, 0, 0));
        ByteReader rangeBytes = new(request.Range, call.PeerName);
        RangeRecord range = RangeRecord.Read(ref rangeBytes);
        AttemptId? attempt = request.Load is { } load ? new AttemptId(new LoadId(load), request.Try) : null;
        using IDisposable turn = await locks.EnterAsync(request.Segment, call.CancellationToken);
        if (fence.IsDead(request.Segment))
        {
            throw new ClusterException(
                "The segment was given up before its rows came", isTransient: false, SqlStates.ProtocolViolation);
        }
        NewSegment segment = new(request.Segment, definition, range, [], attempt);
        try
        {
            SealedSegment made = await EncodeAsync(segment, call);
            folder.Count(made.Bytes);
            return await SpreadAsync(definition.TableId, request, made, call.CancellationToken);
        }
        catch
        {
            // Nobody was told that it is there.
            await store.DeleteSegmentAsync(ToRecord(definition.TableId, request.Segment), CancellationToken.None);
            throw;
        }
    }

    /// <summary>Takes the rows that follow, and makes them durable here.</summary>
    private async Task<SealedSegment> EncodeAsync(NewSegment segment, RpcCall call)
    {
        Schema columns = segment.Definition.Schema;
        Schema sent = new([.. columns.Fields, new Field(WireRows.PositionColumn, LogicalType.UBigInt)]);
        using BatchReader reader = new(sent, account, call.PeerName);
        using Batch received = new(sent);
        using Batch rows = new([]);
        ulong[] positions = new ulong[Batch.MaxRows];
        await using ISegmentSink sink = store.BeginSegment(segment);
        while (await call.ReadAsync() is { } frame)
        {
            using (frame)
            {
                if (!frame.IsData(DataType.Batches)) throw Unexpected(call, "frame of another kind");
                reader.Open(frame.Body.Span);
            }
            while (reader.TryRead(received))
            {
                if (received.Count > sink.Remaining) throw Unexpected(call, "more rows than a segment has");
                ColumnVector wire = received.Columns[^1];
                for (int row = 0; row < received.Count; row++) positions[row] = (ulong)wire.GetInteger(row);
                // The same vectors without the positions; they stay the other batch's.
                rows.Columns = received.Columns[..^1];
                rows.Count = received.Count;
                sink.Append(rows, positions);
                rows.Columns = [];
            }
        }
        return await sink.FinishAsync(call.CancellationToken);
    }

    /// <summary>
    /// Has the other workers copy the segment. One that cannot is left out of the answer: the coordinator finds
    /// another.
    /// </summary>
    private async Task<SegmentSealed> SpreadAsync(
        long table, WriteSegment request, SealedSegment made, CancellationToken cancellationToken)
    {
        ImmutableArray<GroupHash> groups = [.. made.Groups.Select(g => new GroupHash(g.Group, g.ManifestHash))];
        ImmutableArray<long> copies = await replicator.PushAsync(
            table, request.Segment, groups, request.Replicas, cancellationToken);
        ImmutableArray<long> holders = [replicator.Self.Worker, .. copies];
        return new SegmentSealed(
            made.RowCount, made.Bytes,
            [.. made.Groups.Select(g => new SealedGroup(g.Group, g.ManifestHash, g.Bytes, holders))]);
    }

    private async Task<IMessage> WriteVectorAsync(WriteDeleteVector request, RpcCall call)
    {
        // Whatever is not a vector must not become a file that looks like one.
        DeleteVector.Read(request.Content, call.PeerName);
        using IDisposable turn = await locks.EnterAsync(request.Segment, call.CancellationToken);
        await store.WriteDeleteVectorAsync(
            ToRecord(request.Table, request.Segment), request.Vector, request.Content,
            cancellationToken: call.CancellationToken);
        folder.Count(request.Content.Length);
        return Done.Instance;
    }

    private async Task<IMessage> DeleteAsync(DeleteSegment request, RpcCall call)
    {
        using IDisposable turn = await locks.EnterAsync(request.Segment, call.CancellationToken);
        if (request.Vector == 0)
        {
            if (!fence.TryDelete(request.Segment, request.Revision)) return Done.Instance;
            fence.Bury(request.Segment);
        }
        SegmentRecord record = ToRecord(request.Table, request.Segment);
        long before = folder.BytesOf(request.Table, request.Segment);
        if (request.Vector != 0)
        {
            store.DeleteVectorFile(record, request.Vector);
        }
        else
        {
            segments.Forget(request.Segment);
            await store.DeleteSegmentAsync(record, call.CancellationToken);
        }
        folder.Count(folder.BytesOf(request.Table, request.Segment) - before);
        return Done.Instance;
    }

    private async Task<IMessage> ListAsync(ListSegments request, RpcCall call)
    {
        foreach (StoredSegment[] some in folder.List().Chunk(SegmentList.MaxCount))
        {
            await call.SendAsync(new SegmentList([.. some]));
        }
        return Done.Instance;
    }

    private static SegmentRecord ToRecord(long table, long segment) =>
        new(new SegmentKey(0, segment), 0, default, 0) { FolderTable = table };

    private static ClusterException Unexpected(RpcCall call, string what) => new(
        $"Unexpected rows of a segment: {what} from {call.PeerName}", isTransient: false, SqlStates.ProtocolViolation);
}

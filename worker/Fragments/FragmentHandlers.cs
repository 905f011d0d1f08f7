using System.Collections.Immutable;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
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
        ImmutableArray<PartTargets> parts = request.Parts.IsEmpty
            ? [new PartTargets(
                [.. made.Groups.Select(g => g.Group)],
                [replicator.Self.Worker, .. request.Replicas.Select(r => r.Worker)])]
            : request.Parts;
        CheckParts(parts, made);
        ImmutableArray<long>[] holders = await Waiting.AllAsync(
            parts.Select(p => SpreadAsync(table, request, made, p, cancellationToken)));
        int[] gone = [.. parts.Where((_, i) => !holders[i].Contains(replicator.Self.Worker)).SelectMany(p => p.Groups)];
        if (gone.Length > 0)
        {
            await folder.DeleteGroupsAsync(table, request.Segment, gone, cancellationToken);
            folder.Count(folder.BytesOf(table, request.Segment) - made.Bytes);
        }
        return new SegmentSealed(
            made.RowCount, made.Bytes,
            [.. made.Groups.Select(g => new SealedGroup(
                g.Group, g.ManifestHash, g.Bytes,
                holders[parts.Index().First(p => p.Item.Groups.Contains(g.Group)).Index]))]);
    }

    /// <summary>
    /// Has the workers of a part copy it; returns who has it. Where some could not, it stays here too, so that there is
    /// one to copy from.
    /// </summary>
    private async Task<ImmutableArray<long>> SpreadAsync(
        long table, WriteSegment request, SealedSegment made, PartTargets part, CancellationToken cancellationToken)
    {
        long self = replicator.Self.Worker;
        ImmutableArray<GroupHash> groups =
        [
            .. made.Groups.Where(g => part.Groups.Contains(g.Group))
                .Select(g => new GroupHash(g.Group, g.ManifestHash)),
        ];
        ImmutableArray<WorkerAddress> others = [.. request.Replicas.Where(r => part.Workers.Contains(r.Worker))];
        ImmutableArray<long> copies = await replicator.PushAsync(
            table, request.Segment, groups, others, cancellationToken);
        bool isWanted = part.Workers.Contains(self) || copies.Length < others.Length || others.IsEmpty;
        return isWanted ? [self, .. copies] : copies;
    }

    private static void CheckParts(ImmutableArray<PartTargets> parts, SealedSegment made)
    {
        bool fit = parts.SelectMany(p => p.Groups).Order().SequenceEqual(made.Groups.Select(g => g.Group).Order());
        if (fit) return;
        throw new ClusterException(
            "The parts of a segment are not its column groups", isTransient: false, SqlStates.ProtocolViolation);
    }

    private async Task<IMessage> WriteVectorAsync(WriteDeleteVector request, RpcCall call)
    {
        // Whatever is not a vector must not become a file that looks like one.
        DeleteVector.Read(request.Content, call.PeerName);
        await Buggify.PauseAsync("a delete vector has arrived");
        using IDisposable turn = await locks.EnterAsync(request.Segment, call.CancellationToken);
        await store.WriteDeleteVectorAsync(
            ToRecord(request.Table, request.Segment), request.Vector, request.Content,
            cancellationToken: call.CancellationToken);
        folder.Count(request.Content.Length);
        return Done.Instance;
    }

    private async Task<IMessage> DeleteAsync(DeleteSegment request, RpcCall call)
    {
        // Whoever asked may have given up long ago, and asked others for other things.
        await Buggify.PauseAsync("a delete has arrived");
        using IDisposable turn = await locks.EnterAsync(request.Segment, call.CancellationToken);
        if (request.Vector == 0)
        {
            if (!fence.TryDelete(request.Segment, request.Groups, request.Revision)) return Done.Instance;
            if (request.Groups.IsEmpty) fence.Bury(request.Segment);
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
            if (request.Groups.IsEmpty) await store.DeleteSegmentAsync(record, call.CancellationToken);
            else
            {
                await folder.DeleteGroupsAsync(
                    request.Table, request.Segment, request.Groups, call.CancellationToken);
            }
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

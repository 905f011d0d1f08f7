using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Membership;

/// <summary>
/// Compares a worker's folder with the catalog when it has registered. Files that no kept version names on this worker
/// are deleted: whatever began to write them compared the worker's record, which has changed, and can never commit.
/// Copies that should be there and are not are told to repair, and so are copies of segments that live on others;
/// delete vectors that were written while the worker was away are brought to it.
/// </summary>
internal sealed class WorkerAdmission(
    CatalogFollower follower, IFileSystem files, NodeConnections connections, BadCopies badCopies, SpareCopies spares)
{
    private const int MaxVectorBytes = 64 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Brings the folder of a worker in order; nobody else is to write to it before that.</summary>
    /// <exception cref="ColFragException">The worker is gone again.</exception>
    public async ValueTask RunAsync(KnownWorker worker)
    {
        RpcConnection connection = await connections.GetAsync(worker.Address);
        List<StoredSegment> stored = await ListAsync(connection);
        CatalogSnapshot catalog = follower.Newest;
        Dictionary<long, List<SegmentRecord>> named = NamedOn(worker.Id, catalog);
        HashSet<long> alive = [.. catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t)).Select(s => s.Key.Id)];
        badCopies.Forget(worker.Id);
        spares.Forget(worker.Id);
        HashSet<long> found = [];
        foreach (StoredSegment segment in stored)
        {
            if (named.TryGetValue(segment.Segment, out List<SegmentRecord>? records))
            {
                found.Add(segment.Segment);
                await MatchVectorsAsync(connection, segment, records);
                continue;
            }
            if (alive.Contains(segment.Segment))
            {
                spares.Add(new SpareCopy(segment.Table, segment.Segment, worker.Id));
                continue;
            }
            if (!Safeguards.Keep(Safeguard.OrphanFiles)) continue;
            await connection.CallAsync<Done>(
                new DeleteSegment(segment.Table, segment.Segment, 0, catalog.Revision), s_patience);
        }
        if (!Safeguards.Keep(Safeguard.MissedCopies)) return;
        foreach (long missing in named.Keys.Except(found)) badCopies.Add(missing, worker.Id);
    }

    /// <summary>What kept versions name on a worker, each segment with all of its records.</summary>
    private static Dictionary<long, List<SegmentRecord>> NamedOn(long worker, CatalogSnapshot catalog)
    {
        Dictionary<long, List<SegmentRecord>> named = [];
        foreach (SegmentRecord segment in catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t)))
        {
            if (!segment.Workers.Contains(worker)) continue;
            if (!named.TryGetValue(segment.Key.Id, out List<SegmentRecord>? records))
            {
                named.Add(segment.Key.Id, records = []);
            }
            records.Add(segment);
        }
        return named;
    }

    private async ValueTask MatchVectorsAsync(
        RpcConnection connection, StoredSegment segment, List<SegmentRecord> records)
    {
        Dictionary<long, DeleteVectorRecord> vectors = records.Select(r => r.DeleteVector)
            .OfType<DeleteVectorRecord>().Where(v => v.Journal is null).DistinctBy(v => v.Id).ToDictionary(v => v.Id);
        foreach (long unknown in segment.Vectors.Where(v => !vectors.ContainsKey(v)))
        {
            await connection.CallAsync<Done>(new DeleteSegment(segment.Table, segment.Segment, unknown), s_patience);
        }
        if (!Safeguards.Keep(Safeguard.MissedVectors)) return;
        foreach (long missing in vectors.Keys.Except(segment.Vectors))
        {
            string path = StorePaths.DeleteVector(segment.Table, segment.Segment, missing);
            byte[] bytes = files.ReadAll(path, MaxVectorBytes);
            await connection.CallAsync<Done>(
                new WriteDeleteVector(segment.Table, segment.Segment, missing, bytes), s_patience);
        }
    }

    private static async Task<List<StoredSegment>> ListAsync(RpcConnection connection)
    {
        List<StoredSegment> stored = [];
        await using RpcStream call = await connection.StartAsync(ListSegments.Instance, s_patience);
        call.EndSending();
        while (await call.ReadAsync() is { } frame)
        {
            using (frame)
            {
                if (frame.Kind != FrameKind.Item ||
                    MessageRegistry.Read(frame, connection.Name) is not SegmentList some)
                {
                    throw new ClusterException(
                        $"Unexpected answer to a request for segments from {connection.Name}", isTransient: false,
                        SqlStates.ProtocolViolation);
                }
                stored.AddRange(some.Segments);
            }
        }
        await call.GetReplyAsync<Done>();
        return stored;
    }
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
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
    CatalogFollower follower, IFileSystem files, NodeConnections connections, BadCopies badCopies, SpareCopies spares,
    VectorCopies vectorCopies, Func<KnownWorker, bool> isCurrent)
{
    private const int MaxVectorBytes = 64 << 20;

    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    /// <summary>Brings the folder of a worker in order; nobody else is to write to it before that.</summary>
    /// <exception cref="ColFragException">The worker is gone again.</exception>
    public async ValueTask RunAsync(KnownWorker worker)
    {
        RpcConnection connection = await connections.GetAsync(worker.Address);
        List<StoredSegment> stored = await ListAsync(connection);
        await Buggify.PauseAsync("a folder was listed");
        // A process that was started again meanwhile is looked at anew: what was seen here says nothing about it.
        RequireCurrent(worker);
        CatalogSnapshot catalog = follower.Newest;
        Dictionary<long, List<SegmentRecord>> named = NamedOn(worker.Id, catalog);
        Dictionary<long, SegmentRecord> alive = [];
        foreach (SegmentRecord segment in catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t)))
            alive[segment.Key.Id] = segment;
        badCopies.Forget(worker.Id);
        spares.Forget(worker.Id);
        vectorCopies.Forget(worker.Id);
        HashSet<long> found = [];
        foreach (StoredSegment segment in stored)
        {
            RequireCurrent(worker);
            if (named.TryGetValue(segment.Segment, out List<SegmentRecord>? records))
            {
                found.Add(segment.Segment);
                await MatchGroupsAsync(connection, worker.Id, segment, records, catalog.Revision);
                await MatchVectorsAsync(connection, worker.Id, segment, records);
                continue;
            }
            IEnumerable<int> groups = segment.Groups ?? [];
            if (alive.TryGetValue(segment.Segment, out SegmentRecord? record))
                groups = segment.Groups ?? [.. record.Groups.Select(g => g.Group)];
            if (record is not null && groups.Any())
            {
                foreach (int group in groups)
                    spares.Add(new SpareCopy(segment.Table, segment.Segment, group, worker.Id));
                continue;
            }
            if (!Safeguards.Keep(Safeguard.OrphanFiles)) continue;
            await connection.CallAsync<Done>(
                new DeleteSegment(segment.Table, segment.Segment, 0, catalog.Revision), s_patience);
        }
        RequireCurrent(worker);
        if (!Safeguards.Keep(Safeguard.MissedCopies)) return;
        foreach (long missing in named.Keys.Except(found))
            badCopies.Add(missing, GroupsOn(worker.Id, named[missing]), worker.Id);
    }

    /// <summary>
    /// The column groups of a segment that kept versions name on a worker, and those that lie there. What is there of
    /// others was left by a copy that was not finished.
    /// </summary>
    private async ValueTask MatchGroupsAsync(
        RpcConnection connection, long worker, StoredSegment segment, List<SegmentRecord> records, long revision)
    {
        if (segment.Groups is not { } stored) return;
        HashSet<int> wanted = GroupsOn(worker, records);
        int[] missing = [.. wanted.Where(g => !stored.Contains(g)).Order()];
        if (missing.Length > 0 && Safeguards.Keep(Safeguard.MissedCopies))
            badCopies.Add(segment.Segment, missing, worker);
        foreach (int group in stored.Where(g => !wanted.Contains(g)))
            spares.Add(new SpareCopy(segment.Table, segment.Segment, group, worker));
        int[] strange =
        [
            .. records.SelectMany(r => r.Groups).Select(g => g.Group).Distinct()
                .Where(g => !wanted.Contains(g) && !stored.Contains(g)),
        ];
        // A damaged manifest keeps a worker from telling whose a file is; it is repaired first.
        if (strange.Length == 0 || stored.IsEmpty || !Safeguards.Keep(Safeguard.OrphanFiles)) return;
        try
        {
            await connection.CallAsync<Done>(
                new DeleteSegment(segment.Table, segment.Segment, 0, revision, [.. strange]), s_patience);
        }
        catch (CorruptDataException)
        {
            badCopies.Add(segment.Segment, stored, worker);
        }
    }

    private void RequireCurrent(KnownWorker worker)
    {
        if (!isCurrent(worker)) throw new ClusterException("The worker registered anew meanwhile");
    }

    private static HashSet<int> GroupsOn(long worker, List<SegmentRecord> records) =>
        [.. records.SelectMany(r => r.Groups).Where(g => g.Workers.Contains(worker)).Select(g => g.Group)];

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
        RpcConnection connection, long worker, StoredSegment segment, List<SegmentRecord> records)
    {
        Dictionary<long, DeleteVectorRecord> vectors = records.Select(r => r.DeleteVector)
            .OfType<DeleteVectorRecord>().Where(v => v.Journal is null).DistinctBy(v => v.Id).ToDictionary(v => v.Id);
        foreach (long unknown in segment.Vectors.Where(v => !vectors.ContainsKey(v)))
        {
            await connection.CallAsync<Done>(new DeleteSegment(segment.Table, segment.Segment, unknown), s_patience);
        }
        foreach (long known in segment.Vectors.Where(vectors.ContainsKey)) vectorCopies.Add(known, worker);
        if (!Safeguards.Keep(Safeguard.MissedVectors)) return;
        foreach (long missing in vectors.Keys.Except(segment.Vectors))
        {
            string path = StorePaths.DeleteVector(segment.Table, segment.Segment, missing);
            byte[] bytes = files.ReadAll(path, MaxVectorBytes);
            await connection.CallAsync<Done>(
                new WriteDeleteVector(segment.Table, segment.Segment, missing, bytes), s_patience);
            vectorCopies.Add(missing, worker);
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

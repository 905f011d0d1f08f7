using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// Segments go to workers, as soon as there are any; what was written before lies in this process's folder until it is
/// moved. Delete vectors are files beside every copy, and one more here, because commits combine them.
/// </summary>
internal sealed class ClusterFragmentStore(
    LocalFragmentStore local, IFileSystem files, WorkerList workers, SegmentCopies copies, SpareCopies spares,
    VectorCopies vectorCopies, NodeConnections connections) : IFragmentStore
{
    private static readonly TimeSpan s_vectorPatience = TimeSpan.FromSeconds(30);

    private readonly SegmentLoans _loans = new(files, workers, connections);

    /// <summary>What is open of segments in this process; known once the store is open.</summary>
    public SegmentCache? Segments
    {
        get => _loans.Segments;
        set => _loans.Segments = value;
    }

    /// <inheritdoc/>
    public bool TakesSmallWrites => !workers.IsDistributed;

    /// <inheritdoc/>
    public bool IsReachable(IReadOnlyCollection<long> holders) => holders.Count == 0 || holders.Any(workers.IsLive);

    /// <inheritdoc/>
    public ISegmentSink BeginSegment(NewSegment segment)
    {
        if (segment.Targets.IsEmpty) return local.BeginSegment(segment);
        return new RemoteSegmentSink(segment, PlacedSegment.Of(segment.Targets, workers), copies, connections);
    }

    /// <inheritdoc/>
    public ValueTask<JournalExtent[]> AppendAsync(
        IReadOnlyList<JournalRecord> records, CancellationToken cancellationToken = default) =>
        local.AppendAsync(records, cancellationToken);

    /// <inheritdoc/>
    public IDisposable HoldJournal() => local.HoldJournal();

    /// <inheritdoc/>
    public async ValueTask WriteDeleteVectorAsync(
        SegmentRecord segment, long vectorId, ReadOnlyMemory<byte> bytes,
        Acknowledgement acknowledgement = Acknowledgement.Safe, CancellationToken cancellationToken = default)
    {
        Task here = local.WriteDeleteVectorAsync(
            segment, vectorId, bytes, cancellationToken: cancellationToken).AsTask();
        WriteDeleteVector request = new(segment.FolderTable, segment.Key.Id, vectorId, bytes.ToArray());
        long[] holders = [.. segment.Workers];
        bool[] haveIt = await Waiting.AllAsync(holders.Select(h => TryWriteAsync(h, request, cancellationToken)));
        await here;
        int needed = VectorsNeeded(acknowledgement, holders.Length), written = haveIt.Count(h => h);
        if (written >= needed) return;
        throw new ClusterException(
            written == 0
                ? $"No worker that has segment {segment.Key} can be reached"
                : $"Of the workers that have segment {segment.Key}, {needed} are needed and {written} can be reached",
            sqlState: SqlStates.CannotConnectNow,
            hint: "Start the workers that are away; colfrag_workers lists them.");
    }

    /// <summary>
    /// How many of the holders must have a delete vector, which is here besides. A worker that is away gets it when it
    /// registers.
    /// </summary>
    private static int VectorsNeeded(Acknowledgement level, int holders) => holders == 0 ? 0 : level switch
    {
        Acknowledgement.Safe => 1,
        Acknowledgement.One => 0,
        _ => AcknowledgedCopies.Of(level, holders),
    };

    /// <inheritdoc/>
    public async ValueTask DeleteSegmentAsync(SegmentRecord segment, CancellationToken cancellationToken = default)
    {
        if (segment.DeleteVector is { } vector) vectorCopies.Remove(vector.Id);
        await local.DeleteSegmentAsync(segment, cancellationToken);
        await copies.DeleteAsync(segment.FolderTable, segment.Key.Id, segment.Workers, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DeleteVectorAsync(
        SegmentRecord segment, DeleteVectorRecord vector, CancellationToken cancellationToken = default)
    {
        vectorCopies.Remove(vector.Id);
        await local.DeleteVectorAsync(segment, vector, cancellationToken);
        await copies.DeleteAsync(
            segment.FolderTable, segment.Key.Id, segment.Workers, cancellationToken, vector.Id);
    }

    /// <inheritdoc/>
    public ValueTask DeleteCopiesAsync(
        SegmentRecord old, IReadOnlyCollection<SegmentRecord> kept, CancellationToken cancellationToken = default)
    {
        if (old.IsLocal && !kept.Any(k => k.IsLocal)) _loans.DeleteOwn(old);
        foreach (GroupRecord group in old.Groups)
        {
            HashSet<long> stay = [.. kept.SelectMany(k => k.FindGroup(group.Group)?.Workers ?? [])];
            foreach (long worker in group.Workers.Where(w => !stay.Contains(w)))
                spares.Add(new SpareCopy(old.FolderTable, old.Key.Id, group.Group, worker));
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public ValueTask<IAsyncDisposable> BorrowAsync(
        IReadOnlyCollection<SegmentRecord> segments, CancellationToken cancellationToken = default) =>
        _loans.BorrowAsync(segments, cancellationToken);

    private async Task<bool> TryWriteAsync(
        long holder, WriteDeleteVector request, CancellationToken cancellationToken)
    {
        if (workers.Find(holder) is not { } worker || !workers.IsLive(worker)) return false;
        try
        {
            RpcConnection connection = await connections.GetAsync(worker.Address, cancellationToken);
            TimeSpan patience = Buggify.Shorten("a delete vector is sent", s_vectorPatience);
            await connection.CallAsync<Done>(request, patience, cancellationToken);
            // One that was started again meanwhile has told, or will tell, by itself what it has.
            if (workers.IsSame(worker)) vectorCopies.Add(request.Vector, holder);
            return true;
        }
        catch (ColFragException)
        {
            return false;
        }
    }
}

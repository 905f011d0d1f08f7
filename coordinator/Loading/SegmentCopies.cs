using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Coordinator.Placement;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Loading;

/// <summary>Has workers make, and delete, copies of segments.</summary>
/// <param name="workers">Who they are.</param>
/// <param name="placement">Chooses substitutes.</param>
/// <param name="connections">The network.</param>
/// <param name="revision">The newest state of the catalog that this process knows of.</param>
internal sealed class SegmentCopies(
    WorkerList workers, ReplicaPlacement placement, NodeConnections connections, Func<long> revision)
{
    private static readonly TimeSpan s_copyPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan s_deletePatience = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly HashSet<(long Segment, long Worker)> _claims = [];

    /// <summary>Who they are.</summary>
    public WorkerList Workers => workers;

    /// <summary>Has a worker fetch column groups; ends when they are verified and flushed.</summary>
    /// <exception cref="ColFragException">The worker, or the source, failed.</exception>
    public async Task CopyAsync(
        KnownWorker target, long table, long segment, ImmutableArray<GroupHash> groups, WorkerAddress source,
        CancellationToken cancellationToken)
    {
        RpcConnection connection = await connections.GetAsync(target.Address, cancellationToken);
        await connection.CallAsync<Done>(
            new CopySegment(table, segment, groups, source.Worker, source.Address, revision()), s_copyPatience,
            cancellationToken);
    }

    /// <summary>
    /// Copies from one of the holders to other workers until there are as many copies as there were to be, or nobody is
    /// left to ask. Returns those who have it besides.
    /// </summary>
    public async Task<ImmutableArray<KnownWorker>> AddSubstitutesAsync(
        long table, long segment, ImmutableArray<GroupHash> groups, ImmutableArray<KnownWorker> wanted,
        IReadOnlyList<KnownWorker> holders, CancellationToken cancellationToken)
    {
        List<KnownWorker> added = [];
        HashSet<long> asked = [.. wanted.Select(w => w.Id)];
        while (holders.Count + added.Count < wanted.Length && placement.ChooseSubstitute(asked) is { } substitute)
        {
            asked.Add(substitute.Id);
            try
            {
                await CopyAsync(substitute, table, segment, groups, holders[0].Address, cancellationToken);
                added.Add(substitute);
            }
            catch (ColFragException)
            {
                // Whether there are enough is looked at when nobody is left to ask.
            }
        }
        return [.. added];
    }

    /// <summary>
    /// A segment that its first worker has made, with all who have it: those who answered, and substitutes for those
    /// who did not.
    /// </summary>
    /// <exception cref="ClusterException">There are too few.</exception>
    public async Task<SealedSegment> CompleteAsync(
        NewSegment segment, SegmentSealed made, ImmutableArray<KnownWorker> wanted,
        CancellationToken cancellationToken)
    {
        HashSet<long> sealedBy = [.. made.Groups.SelectMany(g => g.Workers)];
        List<KnownWorker> holders = [.. wanted.Where(t => sealedBy.Contains(t.Id))];
        if (holders.Count < wanted.Length && holders.Count > 0)
        {
            ImmutableArray<GroupHash> groups = [.. made.Groups.Select(g => new GroupHash(g.Group, g.ManifestHash))];
            holders.AddRange(await AddSubstitutesAsync(
                segment.Definition.TableId, segment.Id, groups, wanted, [.. holders], cancellationToken));
        }
        ReplicaPlacement.RequireCopies(holders.Count, segment.Definition.Copies, segment.Acknowledgement);
        ImmutableArray<long> ids = [.. holders.Select(w => w.Id)];
        return new SealedSegment(
            made.RowCount, made.Bytes,
            [.. made.Groups.Select(g => new GroupRecord(g.Group, g.ManifestHash, g.Bytes, ids))])
        {
            Guards = [.. holders.Select(RemoteSegmentSink.GuardOf)],
        };
    }

    /// <summary>
    /// Says that copies are about to be made or named: until the result is disposed of nobody deletes them as surplus,
    /// by what he knew before.
    /// </summary>
    public IDisposable Claim(long segment, IEnumerable<long> holders) => new Claimed(this, segment, [.. holders]);

    /// <summary>True for what a copy fails with when its source is missing or damaged.</summary>
    public static bool IsBadSource(ColFragException error) =>
        error is CorruptDataException or StorageException { SqlState: SqlStates.UndefinedFile };

    /// <summary>
    /// Has a worker delete a copy that is elsewhere now, as of a revision; false when it could not be asked, or the
    /// copy is about to be named again.
    /// </summary>
    public async Task<bool> TryDeleteSpareAsync(SpareCopy copy, long asOf, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_claims.Contains((copy.Segment, copy.Worker))) return false;
        }
        return await TryDeleteAsync(
            copy.Worker, new DeleteSegment(copy.Table, copy.Segment, 0, asOf), cancellationToken);
    }

    /// <summary>
    /// Has workers delete a segment, or one delete vector of it. Those who cannot be asked find out at their next
    /// registration.
    /// </summary>
    public Task DeleteAsync(
        long table, long segment, IEnumerable<long> holders, CancellationToken cancellationToken, long vector = 0)
    {
        DeleteSegment request = new(table, segment, vector);
        return Waiting.AllAsync(holders.Select(h => TryDeleteAsync(h, request, cancellationToken)));
    }

    private async Task<bool> TryDeleteAsync(long holder, DeleteSegment request, CancellationToken cancellationToken)
    {
        if (workers.Find(holder) is not { Session: not null } worker) return false;
        try
        {
            RpcConnection connection = await connections.GetAsync(worker.Address, cancellationToken);
            await connection.CallAsync<Done>(request, s_deletePatience, cancellationToken);
            return true;
        }
        catch (ColFragException)
        {
            // An orphan costs room and nothing else.
            return false;
        }
    }

    private sealed class Claimed : IDisposable
    {
        private readonly SegmentCopies _owner;
        private readonly (long, long)[] _mine;

        public Claimed(SegmentCopies owner, long segment, long[] holders)
        {
            _owner = owner;
            lock (owner._lock) _mine = [.. holders.Select(h => (segment, h)).Where(owner._claims.Add)];
        }

        public void Dispose()
        {
            lock (_owner._lock) _owner._claims.ExceptWith(_mine);
        }
    }
}

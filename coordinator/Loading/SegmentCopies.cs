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
    /// A segment that its first worker has made, with all who have it: those who answered, and substitutes for those
    /// who did not.
    /// </summary>
    /// <exception cref="ClusterException">There are too few.</exception>
    public async Task<SealedSegment> CompleteAsync(
        NewSegment segment, SegmentSealed made, PlacedSegment wanted, CancellationToken cancellationToken)
    {
        Dictionary<int, ImmutableArray<long>> places = [];
        HashSet<KnownWorker> guards = [];
        foreach ((ImmutableArray<int> groups, ImmutableArray<long> chosen) in wanted.Parts)
        {
            SealedGroup[] sealedGroups = [.. made.Groups.Where(g => groups.Contains(g.Group))];
            List<KnownWorker> holders =
                [.. wanted.Workers.Where(w => sealedGroups.All(g => g.Workers.Contains(w.Id)))];
            if (holders.Count < chosen.Length && holders.Count > 0)
            {
                await AddSubstitutesAsync(
                    segment.Definition.TableId, segment.Id,
                    [.. sealedGroups.Select(g => new GroupHash(g.Group, g.ManifestHash))], chosen,
                    [.. made.Groups.SelectMany(g => g.Workers)], holders, cancellationToken);
            }
            ReplicaPlacement.RequireCopies(holders.Count, segment.Definition.Copies, segment.Acknowledgement);
            ImmutableArray<long> ids = [.. holders.Select(w => w.Id)];
            foreach (int group in groups) places.Add(group, ids);
            guards.UnionWith(holders);
        }
        bool arePlaced = made.Groups.All(g => places.ContainsKey(g.Group)) && made.Groups.Length == places.Count;
        if (!arePlaced)
        {
            throw new ClusterException(
                "Unexpected column groups of a segment", isTransient: false, SqlStates.ProtocolViolation);
        }
        ImmutableArray<long> all = [.. guards.Select(w => w.Id)];
        return new SealedSegment(
            made.RowCount, made.Bytes,
            [
                .. made.Groups.Select(g => new GroupRecord(
                    g.Group, g.ManifestHash, g.Bytes,
                    Safeguards.Keep(Safeguard.GroupPlaces) ? places[g.Group] : all)),
            ])
        {
            Guards = [.. guards.Select(RemoteSegmentSink.GuardOf)],
        };
    }

    /// <summary>
    /// Copies from one of the holders to other workers until there are as many copies as there were to be, or nobody is
    /// left to ask, and adds those who have it then.
    /// </summary>
    private async Task AddSubstitutesAsync(
        long table, long segment, ImmutableArray<GroupHash> groups, ImmutableArray<long> wanted,
        IReadOnlyCollection<long> others, List<KnownWorker> holders, CancellationToken cancellationToken)
    {
        WorkerAddress source = holders[0].Address;
        HashSet<long> asked = [.. wanted, .. holders.Select(h => h.Id)];
        while (holders.Count < wanted.Length && placement.ChooseSubstitute(asked, others) is { } substitute)
        {
            asked.Add(substitute.Id);
            try
            {
                await CopyAsync(substitute, table, segment, groups, source, cancellationToken);
                holders.Add(substitute);
            }
            catch (ColFragException)
            {
                // Whether there are enough is looked at when nobody is left to ask.
            }
        }
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
    /// Has a worker delete column groups that are elsewhere now, as of a revision; false when it could not be asked, or
    /// they are about to be named again.
    /// </summary>
    public async Task<bool> TryDeleteSparesAsync(
        IReadOnlyList<SpareCopy> spares, long asOf, CancellationToken cancellationToken)
    {
        SpareCopy first = spares[0];
        lock (_lock)
        {
            if (_claims.Contains((first.Segment, first.Worker))) return false;
        }
        DeleteSegment request = new(first.Table, first.Segment, 0, asOf, [.. spares.Select(s => s.Group)]);
        return await TryDeleteAsync(first.Worker, request, cancellationToken);
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
            TimeSpan patience = Buggify.Shorten("a delete is asked for", s_deletePatience);
            await connection.CallAsync<Done>(request, patience, cancellationToken);
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

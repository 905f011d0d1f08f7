using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// Which copy of each segment one query reads, and which it has found that it cannot. The copy at the worker with less
/// to do is chosen; between equals always the same one, so that the caches of two workers do not hold the same blocks.
/// </summary>
/// <param name="directory">The workers.</param>
/// <param name="loads">What other queries read.</param>
/// <param name="tableNames">Names of tables, for errors.</param>
internal sealed class ReplicaChoice(
    ISiteDirectory directory, WorkerLoads loads, IReadOnlyDictionary<long, string> tableNames) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Exception> _lost = [];
    private readonly Dictionary<(long Worker, long Segment), Exception> _bad = [];
    private readonly Dictionary<long, long> _assigned = [];

    /// <summary>The workers that this query has no reason to avoid.</summary>
    public ImmutableArray<WorkerAddress> Workers
    {
        get
        {
            lock (_lock) return [.. directory.LiveWorkers.Where(w => !_lost.ContainsKey(w.Worker))];
        }
    }

    /// <summary>The shares of a stage's tasks that read segments, or run here.</summary>
    /// <exception cref="ClusterException">Of a segment there is no copy left to try.</exception>
    public ImmutableArray<TaskShare> Assign(StagePlan stage)
    {
        if (!stage.RunsAtSegments) return Here(stage);
        List<TaskShare> shares = Assign(SegmentsOf(stage));
        // Of no segments there are no rows, but a count of them is 0.
        return shares.Count > 0 ? [.. shares] : Here(stage);
    }

    /// <summary>A stage as one task of the coordinator's, with all that it reads.</summary>
    public ImmutableArray<TaskShare> Here(StagePlan stage) =>
        [new TaskShare(directory.Coordinator, [.. SegmentsOf(stage)])];

    /// <summary>Deals segments out to workers, and to the coordinator what only it has.</summary>
    /// <exception cref="ClusterException">Of a segment there is no copy left to try.</exception>
    public List<TaskShare> Assign(IEnumerable<SnapshotSegment> segments)
    {
        Dictionary<long, WorkerAddress> live = Workers.ToDictionary(w => w.Worker);
        Dictionary<long, List<SnapshotSegment>> shares = [];
        // Large ones first: the small ones even out what is left.
        foreach (SnapshotSegment segment in segments.OrderByDescending(s => s.Record.Bytes))
        {
            long worker = Choose(segment, live);
            lock (_lock) _assigned[worker] = _assigned.GetValueOrDefault(worker) + segment.Record.Bytes;
            loads.Add(worker, segment.Record.Bytes);
            if (!shares.TryGetValue(worker, out List<SnapshotSegment>? share)) shares.Add(worker, share = []);
            share.Add(segment);
        }
        return [.. shares.OrderBy(s => s.Key).Select(s => new TaskShare(
            s.Key == 0 ? directory.Coordinator : live[s.Key], [.. s.Value]))];
    }

    /// <summary>Avoids a worker for the rest of the query, and says so.</summary>
    public void ExcludeWorker(WorkerAddress worker, Exception reason)
    {
        lock (_lock) _lost[worker.Worker] = reason;
        directory.ReportFailure(worker, reason);
    }

    /// <summary>
    /// Avoids the copies that a task could not read, and says so: the one that the error names, or else all that it was
    /// to read.
    /// </summary>
    public void ExcludeCopies(TaskShare share, Exception reason)
    {
        string? file = reason switch
        {
            CorruptDataException corrupt => corrupt.SourceName,
            StorageException storage => storage.Path,
            _ => null,
        };
        SnapshotSegment[] named = [.. share.Segments.Where(s => file?.Contains(
            StorePaths.Segment(s.Record.FolderTable, s.Record.Key.Id), StringComparison.Ordinal) == true)];
        foreach (SnapshotSegment segment in named.Length > 0 ? named : [.. share.Segments])
        {
            lock (_lock) _bad[(share.Worker.Worker, segment.Record.Key.Id)] = reason;
            if (named.Length > 0)
                directory.ReportBadCopy(share.Worker, segment.Table.TableId, segment.Record, reason);
        }
    }

    /// <summary>The query reads nothing any more.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach ((long worker, long bytes) in _assigned) loads.Add(worker, -bytes);
            _assigned.Clear();
        }
    }

    /// <summary>
    /// True for what only the coordinator has: rows of its journal, files that no worker has taken over yet.
    /// </summary>
    public static bool IsHere(SnapshotSegment segment) =>
        segment.IsRows || segment.Record.Groups.All(g => g.Workers.IsEmpty);

    /// <summary>Who has all column groups of a segment.</summary>
    private static ImmutableArray<long> CopiesOf(SnapshotSegment segment)
    {
        IEnumerable<long>? copies = null;
        foreach (GroupRecord group in segment.Record.Groups)
            copies = copies is null ? group.Workers : copies.Intersect(group.Workers);
        return copies is null ? [] : [.. copies];
    }

    private static IEnumerable<SnapshotSegment> SegmentsOf(StagePlan stage) =>
        stage.Scans.SelectMany(s => s.Snapshot.Segments).Distinct();

    private long Choose(SnapshotSegment segment, Dictionary<long, WorkerAddress> live)
    {
        if (IsHere(segment)) return 0;
        ImmutableArray<long> copies = CopiesOf(segment);
        long best = 0, bestLoad = 0;
        ulong bestRank = 0;
        foreach (long worker in copies)
        {
            if (!live.ContainsKey(worker)) continue;
            lock (_lock)
            {
                if (_bad.ContainsKey((worker, segment.Record.Key.Id))) continue;
            }
            long load = loads.Of(worker);
            ulong rank = Rank(segment.Record.Key.Id, worker);
            if (best != 0 && (load > bestLoad || (load == bestLoad && rank <= bestRank))) continue;
            (best, bestLoad, bestRank) = (worker, load, rank);
        }
        return best != 0 ? best : throw NoCopy(segment, copies);
    }

    /// <summary>Rendezvous hashing: an order of workers of its own for every segment.</summary>
    private static ulong Rank(long segment, long worker) =>
        Hashing.OfInteger((ulong)segment ^ Hashing.OfInteger((ulong)worker, 1), 2);

    private ClusterException NoCopy(SnapshotSegment segment, ImmutableArray<long> copies)
    {
        List<string> reasons = [];
        Exception? inner = null;
        foreach (long worker in copies)
        {
            Exception? reason;
            lock (_lock)
            {
                if (!_lost.TryGetValue(worker, out reason))
                    _bad.TryGetValue((worker, segment.Record.Key.Id), out reason);
            }
            inner ??= reason;
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture, $"worker {worker:x} ({reason?.Message ?? "not there"})"));
        }
        string where = reasons.Count == 0 ? "no worker has all of its columns" : string.Join(", ", reasons);
        return new ClusterException(
            "No copy of a segment can be read: segment "
            + $"{segment.Record.Key} of table {tableNames.GetValueOrDefault(segment.Table.TableId, "?")}, {where}",
            sqlState: SqlStates.CannotConnectNow,
            hint: "Start the workers again that hold it; SELECT * FROM colfrag_fragments shows where copies are.",
            inner: inner);
    }
}

/// <summary>What one task of a stage reads.</summary>
/// <param name="Worker">Where it runs; worker 0 is the coordinator.</param>
/// <param name="Segments">Its segments.</param>
internal sealed record TaskShare(WorkerAddress Worker, ImmutableArray<SnapshotSegment> Segments)
{
    /// <summary>True where the coordinator runs it.</summary>
    public bool IsHere => Worker.Worker == 0;
}

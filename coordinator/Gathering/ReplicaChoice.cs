using System.Collections.Immutable;
using System.Globalization;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Coordinator.Gathering;

/// <summary>
/// Which copy of each segment one query reads, and which it has found that it cannot. The segment is read where most
/// bytes of the column groups that the query needs are (the anchor), to which others lend the rest; of these at the
/// worker with less to do; between equals always at the same one, so that the caches of two workers do not hold the
/// same blocks.
/// </summary>
/// <param name="directory">The workers.</param>
/// <param name="loads">What other queries read.</param>
/// <param name="tableNames">Names of tables, for errors.</param>
internal sealed class ReplicaChoice(
    ISiteDirectory directory, WorkerLoads loads, IReadOnlyDictionary<long, string> tableNames) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Exception> _lost = [];
    private readonly Dictionary<(long Worker, long Segment, int Group), Exception> _bad = [];

    // Who could not get a column group from whom.
    private readonly Dictionary<(long Anchor, long Source), Exception> _unreached = [];
    private readonly Dictionary<long, long> _assigned = [];
    private ImmutableArray<long> _missed = [];

    /// <summary>The workers that this query has no reason to avoid.</summary>
    public ImmutableArray<WorkerAddress> Workers
    {
        get
        {
            lock (_lock) return [.. directory.LiveWorkers.Where(w => !_lost.ContainsKey(w.Worker))];
        }
    }

    /// <summary>
    /// Those who are said to have the segment of which there was no copy to try, and who are therefore waited for; none
    /// unless that was found since the last call. Whoever was given up meanwhile may be asked again.
    /// </summary>
    public ImmutableArray<long> TakeMissed()
    {
        lock (_lock)
        {
            ImmutableArray<long> missed = _missed;
            _missed = [];
            if (missed.IsEmpty) return missed;
            _lost.Clear();
            _unreached.Clear();
            return missed;
        }
    }

    /// <summary>The shares of a stage's tasks that read segments, or run here.</summary>
    /// <exception cref="ClusterException">Of a segment there is no copy left to try.</exception>
    public ImmutableArray<TaskShare> Assign(StagePlan stage)
    {
        if (!stage.RunsAtSegments) return Here(stage);
        List<TaskShare> shares = Assign(stage, stage.Segments);
        // Of no segments there are no rows, but a count of them is 0.
        return shares.Count > 0 ? [.. shares] : Here(stage);
    }

    /// <summary>A stage as one task of the coordinator's, with all that it reads.</summary>
    public ImmutableArray<TaskShare> Here(StagePlan stage) =>
        [new TaskShare(directory.Coordinator, [.. stage.Segments])];

    /// <summary>Deals segments of a stage out to workers, and to the coordinator what only it has.</summary>
    /// <exception cref="ClusterException">Of a segment there is no copy left to try.</exception>
    public List<TaskShare> Assign(StagePlan stage, IEnumerable<SnapshotSegment> segments) =>
        Assign(stage, segments, Workers.ToDictionary(w => w.Worker));

    private List<TaskShare> Assign(
        StagePlan stage, IEnumerable<SnapshotSegment> segments, Dictionary<long, WorkerAddress> live)
    {
        Dictionary<long, List<SnapshotSegment>> shares = [];
        // Large ones first: the small ones even out what is left.
        foreach (ImmutableArray<SnapshotSegment> unit in stage.UnitsOf(segments).OrderByDescending(u => u.Sum(BytesOf)))
        {
            long worker = Choose(unit, live);
            long bytes = unit.Sum(BytesOf);
            lock (_lock) _assigned[worker] = _assigned.GetValueOrDefault(worker) + bytes;
            loads.Add(worker, bytes);
            if (!shares.TryGetValue(worker, out List<SnapshotSegment>? share)) shares.Add(worker, share = []);
            share.AddRange(unit);
        }
        return [.. shares.OrderBy(s => s.Key).Select(s => new TaskShare(
            s.Key == 0 ? directory.Coordinator : live[s.Key], [.. s.Value]))];
    }

    /// <summary>
    /// What a share's worker is late with, dealt out to others; null where nobody else has all of it.
    /// </summary>
    public List<TaskShare>? TryAssignElsewhere(StagePlan stage, TaskShare share)
    {
        Dictionary<long, WorkerAddress> live =
            Workers.Where(w => w.Worker != share.Worker.Worker).ToDictionary(w => w.Worker);
        bool canBe = stage.UnitsOf(share.Segments).All(u => FindBest(u, live) != 0);
        return canBe ? Assign(stage, share.Segments, live) : null;
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
            SegmentRecord damaged = segment.Record with
            {
                Groups =
                [
                    .. segment.Record.Groups.Where(g => g.Workers.Contains(share.Worker.Worker) &&
                        (named.Length == 0 || MayBeOf(segment, g.Group, file!))),
                ],
            };
            Exclude(share.Worker.Worker, damaged, reason);
            if (named.Length > 0 && !damaged.Groups.IsEmpty)
                directory.ReportBadCopy(share.Worker, segment.Table.TableId, damaged, reason);
        }
    }

    /// <summary>
    /// Avoids those who did not lend what a task needs: bad copies altogether, those out of reach for this worker.
    /// </summary>
    public void ExcludeLenders(TaskShare share, IEnumerable<LoanFault> faults)
    {
        foreach (LoanFault fault in faults)
        {
            ColFragException reason = fault.Reason.ToException();
            SnapshotSegment? segment = share.Segments.FirstOrDefault(s => s.Record.Key.Id == fault.Segment);
            if (!fault.IsBad || segment?.Record.FindGroup(fault.Group) is not { } group)
            {
                lock (_lock) _unreached[(share.Worker.Worker, fault.Worker)] = reason;
                continue;
            }
            SegmentRecord damaged = segment.Record with { Groups = [group] };
            Exclude(fault.Worker, damaged, reason);
            WorkerAddress? lender = directory.LiveWorkers.FirstOrDefault(w => w.Worker == fault.Worker);
            if (lender is not null) directory.ReportBadCopy(lender, segment.Table.TableId, damaged, reason);
        }
    }

    /// <summary>What other workers must lend to the worker of a share.</summary>
    public ImmutableArray<LentGroup> LoansFor(StagePlan stage, TaskShare share)
    {
        if (share.IsHere || share.Segments.All(s => IsWhole(s, share.Worker.Worker))) return [];
        Dictionary<long, WorkerAddress> live = Workers.ToDictionary(w => w.Worker);
        HashSet<SnapshotSegment> segments = [.. share.Segments];
        Dictionary<(long Segment, int Group), LentGroup> loans = [];
        foreach (StageRead read in stage.Reads)
        {
            ILookup<int, int> columns = read.Columns.ToLookup(c => c.Group, c => c.Id);
            foreach (SnapshotSegment segment in read.Snapshot.Segments.Where(segments.Contains))
            {
                foreach (GroupRecord group in segment.Record.Groups)
                {
                    if (group.Workers.Contains(share.Worker.Worker)) continue;
                    (long, int) id = (segment.Record.Key.Id, group.Group);
                    ImmutableArray<int> before = loans.TryGetValue(id, out LentGroup? known) ? known.Columns : [];
                    loans[id] = new LentGroup(
                        segment.Record.FolderTable, segment.Record.Key.Id,
                        new GroupHash(group.Group, group.ManifestHash),
                        [.. before.Union(columns[group.Group])],
                        known?.Sources ?? LendersOf(segment, group, share.Worker.Worker, live));
                }
            }
        }
        return [.. loans.Values];
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

    /// <summary>True where a worker has all column groups that are read.</summary>
    private static bool IsWhole(SnapshotSegment segment, long worker) =>
        segment.Record.Groups.All(g => g.Workers.Contains(worker));

    /// <summary>Whether a file of a segment belongs to a column group, as far as its name tells.</summary>
    private static bool MayBeOf(SnapshotSegment segment, int group, string file)
    {
        string name = file[(file.LastIndexOf('/') + 1)..];
        if (SegmentFormat.ReadGroup(name) is { } manifest) return manifest == group;
        if (SegmentFormat.ReadColumn(name) is { } column && segment.Definition.IndexOf(column) is >= 0 and int index)
            return segment.Definition.Columns[index].Group == group;
        return SegmentFormat.ReadPack(name) is not { } pack || pack == group;
    }

    private void Exclude(long worker, SegmentRecord damaged, Exception reason)
    {
        lock (_lock)
        {
            foreach (GroupRecord group in damaged.Groups) _bad[(worker, damaged.Key.Id, group.Group)] = reason;
        }
    }

    private bool IsBad(long worker, SnapshotSegment segment, GroupRecord group)
    {
        lock (_lock) return _bad.ContainsKey((worker, segment.Record.Key.Id, group.Group));
    }

    /// <summary>Those from whom a worker can get a column group, the least busy first.</summary>
    private ImmutableArray<WorkerAddress> LendersOf(
        SnapshotSegment segment, GroupRecord group, long anchor, Dictionary<long, WorkerAddress> live)
    {
        lock (_lock)
        {
            return
            [
                .. group.Workers.Where(w => live.ContainsKey(w) && !_unreached.ContainsKey((anchor, w)) &&
                        !_bad.ContainsKey((w, segment.Record.Key.Id, group.Group)))
                    .OrderBy(loads.Of).ThenByDescending(w => Rank(segment.Record.Key.Id, w)).Select(w => live[w]),
            ];
        }
    }

    private static long BytesOf(SnapshotSegment segment) =>
        segment.Record.IsJournal ? segment.Record.Bytes : segment.Record.Groups.Sum(g => g.Bytes);

    private long Choose(ImmutableArray<SnapshotSegment> unit, Dictionary<long, WorkerAddress> live)
    {
        if (IsHere(unit[0])) return 0;
        long best = FindBest(unit, live);
        return best != 0 ? best : throw NoCopy(unit.FirstOrDefault(s => !IsReadable(s, live)) ?? unit[0]);
    }

    /// <summary>The worker that is to read segments; 0 where none can.</summary>
    private long FindBest(ImmutableArray<SnapshotSegment> unit, Dictionary<long, WorkerAddress> live)
    {
        long best = 0, bestMissing = 0, bestLoad = 0;
        ulong bestRank = 0;
        foreach (long worker in unit.SelectMany(s => s.Record.Workers).Distinct())
        {
            if (!live.ContainsKey(worker) || MissingBytes(unit, worker, live) is not { } missing) continue;
            long load = loads.Of(worker);
            ulong rank = Rank(unit[0].Record.Key.Id, worker);
            int order = (bestMissing, bestLoad).CompareTo((missing, load));
            if (best != 0 && (order < 0 || (order == 0 && rank <= bestRank))) continue;
            (best, bestMissing, bestLoad, bestRank) = (worker, missing, load, rank);
        }
        return best;
    }

    private bool IsReadable(SnapshotSegment segment, Dictionary<long, WorkerAddress> live) =>
        segment.Record.Workers.Any(w => live.ContainsKey(w) && MissingBytes([segment], w, live) is not null);

    /// <summary>
    /// Bytes of column groups that a worker would have to borrow; null where it cannot get them, or its own are bad.
    /// </summary>
    private long? MissingBytes(
        ImmutableArray<SnapshotSegment> unit, long worker, Dictionary<long, WorkerAddress> live)
    {
        long missing = 0;
        foreach (SnapshotSegment segment in unit)
        {
            if (MissingBytes(segment, worker, live) is not { } bytes) return null;
            missing += bytes;
        }
        return missing;
    }

    private long? MissingBytes(SnapshotSegment segment, long worker, Dictionary<long, WorkerAddress> live)
    {
        long missing = 0;
        foreach (GroupRecord group in segment.Record.Groups)
        {
            if (group.Workers.Contains(worker))
            {
                if (IsBad(worker, segment, group)) return null;
                continue;
            }
            if (LendersOf(segment, group, worker, live).IsEmpty) return null;
            missing += group.Bytes;
        }
        return missing;
    }

    /// <summary>Rendezvous hashing: an order of workers of its own for every segment.</summary>
    private static ulong Rank(long segment, long worker) =>
        Hashing.OfInteger((ulong)segment ^ Hashing.OfInteger((ulong)worker, 1), 2);

    private ClusterException NoCopy(SnapshotSegment segment)
    {
        List<string> reasons = [];
        List<long> missed = [];
        Exception? inner = null;
        foreach (long worker in segment.Record.Workers)
        {
            Exception? reason;
            lock (_lock)
            {
                bool isLost = _lost.TryGetValue(worker, out reason);
                reason ??= _bad.Where(b => b.Key.Worker == worker && b.Key.Segment == segment.Record.Key.Id)
                    .OrderBy(b => b.Key.Group).Select(b => b.Value).FirstOrDefault();
                // Who has a bad copy has no better one when he is back.
                if (isLost || reason is null) missed.Add(worker);
            }
            inner ??= reason;
            reasons.Add(string.Create(
                CultureInfo.InvariantCulture, $"worker {worker:x} ({reason?.Message ?? "not there"})"));
        }
        lock (_lock) _missed = [.. missed];
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

using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Store;
using ColFrag.Engine.Time;

namespace ColFrag.Coordinator.Placement;

/// <summary>
/// An explicit map, no ring: each hash range has homes, chosen when the table is created so that workers get equal
/// shares, and every segment names the workers that really have it. A home that is away is replaced by another worker
/// for the segments written meanwhile.
/// </summary>
internal sealed class ReplicaPlacement(WorkerList workers, IRandom random) : ISegmentPlacement
{
    /// <inheritdoc/>
    public ImmutableArray<RangeRecord> PlaceRanges(TableDefinition definition, int rangeCount)
    {
        HashRange[] ranges = [.. HashRange.Split(rangeCount)];
        ImmutableArray<KnownWorker> live = workers.IsDistributed ? workers.Live : [];
        // Homes of a table that is created while workers are away are chosen at its first write.
        if (live.Length < Math.Min(AcknowledgedCopies.Safe, definition.Copies))
        {
            return [.. ranges.Select(range => new RangeRecord(LocalPlacement.NewId(random), range))];
        }
        // The emptiest begin; every range moves on by one, so that all have equal shares of first and second copies.
        // What is placed apart begins behind those who have the part before it. Where there are ranges for everybody
        // that is fair anyway, and tables with the same ranges have them on the same workers: their rows are joined
        // where they lie.
        KnownWorker[] ordered = rangeCount >= live.Length
            ? Turn([.. live.OrderBy(w => w.Number)], rangeCount)
            : [.. live.OrderBy(w => w.StoredBytes).ThenBy(w => w.Number)];
        return
        [
            .. ranges.Select((range, i) => new RangeRecord(
                LocalPlacement.NewId(random), range,
                HomesOf(definition, part => Take(Turn(ordered, i + (part * definition.Copies)), definition.Copies)))),
        ];
    }

    /// <inheritdoc/>
    public ImmutableArray<HomeRecord> ChooseTargets(
        TableDefinition definition, RangeRecord range, Acknowledgement acknowledgement = Acknowledgement.Safe)
    {
        if (!workers.IsDistributed) return [];
        int copies = definition.Copies;
        ImmutableArray<KnownWorker> live = workers.LiveForWrites(AcknowledgedCopies.Of(acknowledgement, copies));
        RequireCopies(live.Length, copies, acknowledgement);
        ImmutableArray<ImmutableArray<int>> parts = definition.PlacedParts;
        return HomesOf(definition, part =>
        {
            ImmutableArray<long> homes =
                range.Homes.FirstOrDefault(h => h.Group == parts[part][0])?.Workers ?? [];
            IEnumerable<KnownWorker> atHome =
                homes.Select(h => live.FirstOrDefault(w => w.Id == h)).OfType<KnownWorker>();
            KnownWorker[] others =
                InTurn(definition, range, live.Where(w => !homes.Contains(w.Id)), part * copies);
            return Take([.. atHome, .. others], copies);
        });
    }

    /// <summary>
    /// Who gets one more copy of column groups that some workers have: in another zone, rather not where other groups
    /// of the segment are, the emptiest.
    /// </summary>
    /// <param name="holders">Who has these groups.</param>
    /// <param name="others">Who has others, where groups are placed apart; else empty.</param>
    public KnownWorker? ChooseSubstitute(IReadOnlyCollection<long> holders, IReadOnlyCollection<long> others)
    {
        ImmutableArray<KnownWorker> all = workers.All;
        HashSet<string> zones = [.. all.Where(w => holders.Contains(w.Id)).Select(w => w.Record.Zone)];
        return workers.Live.Where(w => !holders.Contains(w.Id))
            .OrderBy(w => w.Record.Zone.Length > 0 && zones.Contains(w.Record.Zone))
            .ThenBy(w => others.Contains(w.Id)).ThenBy(w => w.StoredBytes).ThenBy(w => w.Number).FirstOrDefault();
    }

    /// <summary>Refuses to write what would have too few copies.</summary>
    /// <exception cref="ClusterException">Too few workers are alive.</exception>
    public static void RequireCopies(int liveCount, int copies, Acknowledgement acknowledgement)
    {
        int needed = AcknowledgedCopies.Of(acknowledgement, copies);
        if (liveCount >= needed) return;
        throw new ClusterException(
            $"Nothing was written: rows of this table need {needed} workers and {liveCount} can be reached",
            sqlState: SqlStates.CannotConnectNow,
            hint: "Start the workers that are away, or others; colfrag_workers lists them. Reads go on meanwhile, and "
                + "SET acknowledgement says how many copies writes wait for.");
    }

    /// <summary>The first so many, those of zones that have none yet before the others.</summary>
    private static ImmutableArray<long> Take(KnownWorker[] candidates, int count)
    {
        List<KnownWorker> taken = [];
        HashSet<string> zones = [];
        foreach (KnownWorker worker in candidates)
        {
            if (taken.Count == count) break;
            if (worker.Record.Zone.Length == 0 || zones.Add(worker.Record.Zone)) taken.Add(worker);
        }
        taken.AddRange(candidates.Except(taken).Take(count - taken.Count));
        return [.. taken.Select(w => w.Id)];
    }

    /// <summary>The homes of all column groups, where each part that is placed by itself has its own.</summary>
    private static ImmutableArray<HomeRecord> HomesOf(
        TableDefinition definition, Func<int, ImmutableArray<long>> choose) =>
    [
        .. definition.PlacedParts.SelectMany((groups, part) =>
        {
            ImmutableArray<long> chosen = choose(part);
            return groups.Select(group => new HomeRecord(group, chosen));
        }),
    ];

    private static KnownWorker[] Turn(KnownWorker[] ordered, int by)
    {
        int first = by % ordered.Length;
        return [.. ordered[first..], .. ordered[..first]];
    }

    /// <summary>
    /// Workers for a range without homes, and in place of those that are away: the same for the same range, whoever
    /// asks. Where the range begins among all positions says with whom to begin, so that neighbours begin with others
    /// and the ranges of a table are spread evenly; tables begin at different workers.
    /// </summary>
    private static KnownWorker[] InTurn(
        TableDefinition definition, RangeRecord range, IEnumerable<KnownWorker> candidates, int further)
    {
        KnownWorker[] ordered = [.. candidates.OrderBy(w => w.Number)];
        if (ordered.Length == 0) return ordered;
        ulong offset = (ulong)definition.TableId % (ulong)ordered.Length;
        ulong turn = (ulong)(((UInt128)range.Range.First * (ulong)ordered.Length) >> 64);
        return Turn(ordered, (int)((offset + turn + (ulong)further) % (ulong)ordered.Length));
    }
}

using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Coordinator.Placement;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;

namespace ColFrag.Coordinator.Repair;

/// <summary>What is to be done for column groups of one segment that lie on the same workers.</summary>
/// <param name="Segment">The segment as it was seen.</param>
/// <param name="Part">The column groups.</param>
/// <param name="Targets">Who is to fetch a copy.</param>
/// <param name="Source">Who has one to fetch; null for this process's folder.</param>
/// <param name="Workers">Who has it when that is done.</param>
internal sealed record RepairJob(
    SegmentRecord Segment, SegmentPart Part, ImmutableArray<KnownWorker> Targets, KnownWorker? Source,
    ImmutableArray<long> Workers)
{
    /// <summary>True when a worker is only asked to look at all of its own copy.</summary>
    public bool IsLook => Targets.Length == 1 && Targets[0].Id == Source?.Id;

    /// <summary>True when the catalog is to name other workers than now.</summary>
    public bool ChangesPlaces => !Part.Workers.SequenceEqual(Workers);

    /// <summary>Numbers of the column groups.</summary>
    public IEnumerable<int> Groups => Part.Groups.Select(g => g.Group);

    /// <summary>True where nothing but the segment's delete vector is missing.</summary>
    public bool IsVectorOnly { get; init; }
}

/// <summary>
/// Decides which copies are missing. A worker that does not answer keeps its place in the catalog, because its disk may
/// hold the only good copy; its copies count again when it is back, and what is too much then goes.
/// </summary>
internal sealed class RepairPlan(
    WorkerList workers, ReplicaPlacement placement, BadCopies badCopies, SpareCopies spares,
    VectorCopies vectorCopies, RepairOptions options)
{
    /// <summary>True when what lies in this process's folder can go to workers.</summary>
    public bool CanMove => workers.IsDistributed && workers.Live.Length >= AcknowledgedCopies.Safe &&
        workers.SinceLastJoin >= options.Settle;

    /// <summary>Gives workers equal shares when nothing else is to be done.</summary>
    public BalancePlan Balance { get; } = new(workers, options.BalanceBytes);

    /// <summary>A worker could not make a copy: for a while others are asked.</summary>
    public void Avoid(KnownWorker target) => workers.AvoidWrites(target.Id);

    /// <summary>What is due for a segment; nothing also where nothing can be done now.</summary>
    public IEnumerable<RepairJob> For(
        CatalogSnapshot catalog, SegmentRecord segment, TableDefinition definition, RangeRecord range)
    {
        if (segment.IsJournal || segment.Groups.IsEmpty || !workers.IsDistributed) return [];
        ImmutableArray<KnownWorker> live = workers.Live;
        if (segment.IsLocal) return Move(segment, definition, range, live);
        return PartsOf(segment, range).Select(part => For(new Case(catalog, definition, segment, part, live), range))
            .OfType<RepairJob>();
    }

    private RepairJob? For(Case one, RangeRecord range)
    {
        int wanted = Math.Min(one.Definition.Copies, one.Live.Length);
        if (one.Live.Any(w => one.Names(w) && IsBad(one, w))) return Refetch(one);
        return Add(one, wanted) ?? BringVector(one) ?? Trim(one, range) ?? GoHome(one, range);
    }

    /// <summary>A delete vector that a worker has not, for which it has all else.</summary>
    private RepairJob? BringVector(Case one)
    {
        if (!Safeguards.Keep(Safeguard.MissedVectors)) return null;
        KnownWorker[] without =
            [.. one.Live.Where(w => one.Names(w) && vectorCopies.IsMissing(one.Segment, w.Id))];
        if (without.Length == 0) return null;
        return one.Job([.. without], without[0], one.Part.Workers) with { IsVectorOnly = true };
    }

    /// <summary>What lies together and has the same home.</summary>
    private static IEnumerable<SegmentPart> PartsOf(SegmentRecord segment, RangeRecord range)
    {
        ImmutableArray<SegmentPart> parts = SegmentPart.Of(segment);
        if (range.Homes.Length < 2 || segment.Groups.Length < 2) return parts;
        return parts.SelectMany(part => part.Groups
            .GroupBy(g => string.Join(' ', HomeOf(range.Homes, g)))
            .Select(same => new SegmentPart([.. same])));
    }

    /// <summary>
    /// Copies that are away from home, because a home was away when they were written or because the table is placed
    /// otherwise now: they are made at home too, and then those elsewhere are too many.
    /// </summary>
    private RepairJob? GoHome(Case one, RangeRecord range)
    {
        if (range.Homes.IsEmpty || !CanMove) return null;
        ImmutableArray<long> homes = HomesOf(one, range);
        ImmutableArray<KnownWorker> able = workers.LiveForWrites(0);
        if (homes.Any(h => !able.Any(w => w.Id == h))) return null;
        ImmutableArray<KnownWorker> missing =
            [.. one.Live.Where(w => homes.Contains(w.Id) && !one.Names(w))];
        KnownWorker? source = one.Live.FirstOrDefault(one.Names);
        return missing.IsEmpty || source is null ? null
            : one.Job(missing, source, [.. one.Part.Workers, .. missing.Select(w => w.Id)]);
    }

    /// <summary>As many homes as there are to be copies.</summary>
    private static ImmutableArray<long> HomesOf(Case one, RangeRecord range) => range.Homes.IsEmpty
        ? [] : [.. HomeOf(range.Homes, one.Part.Groups[0]).Take(one.Definition.Copies)];

    /// <summary>All column groups leave this process's folder at once, each part for its own workers.</summary>
    private IEnumerable<RepairJob> Move(
        SegmentRecord segment, TableDefinition definition, RangeRecord range, ImmutableArray<KnownWorker> live)
    {
        if (!CanMove) return [];
        ImmutableArray<HomeRecord> chosen = placement.ChooseTargets(definition, range);
        SegmentRecord moved = segment with
        {
            Groups = [.. segment.Groups.Select(g => g with { Workers = HomeOf(chosen, g) })],
        };
        return SegmentPart.Of(moved).Select(part => new RepairJob(
            segment, new SegmentPart([.. part.Groups.Select(g => g with { Workers = [] })]),
            [.. part.Workers.Select(c => live.First(w => w.Id == c))], null, part.Workers));
    }

    /// <summary>A group that the table has no more goes with the first.</summary>
    private static ImmutableArray<long> HomeOf(ImmutableArray<HomeRecord> homes, GroupRecord group) =>
        (homes.FirstOrDefault(h => h.Group == group.Group) ?? homes[0]).Workers;

    /// <summary>A worker said that its copy is bad: it fetches a good one.</summary>
    private RepairJob? Refetch(Case one)
    {
        ILookup<bool, KnownWorker> holders = one.Live.Where(one.Names).ToLookup(w => IsBad(one, w));
        KnownWorker? source = holders[false].FirstOrDefault() ?? FindSpare(one);
        if (source is not null) return one.Job([.. holders[true]], source, one.Part.Workers);
        // Where nobody has a good one, each is asked once to look at its own: only a delete vector may have been bad,
        // of which the coordinator has a copy.
        return holders[true].FirstOrDefault(
            w => !badCopies.AreConfirmed(one.Segment.Key.Id, one.Groups, w.Id)) is { } doubtful
            ? one.Job([doubtful], doubtful, one.Part.Workers) : null;
    }

    /// <summary>
    /// Who has a copy though the newest version does not say so: an older one does, or it waits to be deleted.
    /// </summary>
    private KnownWorker? FindSpare(Case one)
    {
        long id = one.Segment.Key.Id;
        SegmentRecord[] before =
            [.. KeptSegments.Of(one.Catalog, one.Definition.TableId).Where(s => s.Key == one.Segment.Key)];
        return one.Live.FirstOrDefault(w => !one.Names(w) && !IsBad(one, w) && one.Groups.All(
            g => before.Any(s => s.FindGroup(g)?.Workers.Contains(w.Id) == true) || spares.Contains(id, g, w.Id)));
    }

    private RepairJob? Add(Case one, int wanted)
    {
        KnownWorker[] good = [.. one.Live.Where(w => one.Names(w) && !IsBad(one, w))];
        int expected = one.Part.Workers.Select(workers.Find).OfType<KnownWorker>()
            .Count(w => !workers.IsLive(w) && workers.AbsenceOf(w) < options.Grace);
        if (good.Length + expected >= wanted) return null;
        if (good.Length == 0)
        {
            // Those that are named are gone, perhaps for good: a spare copy is looked at and named again.
            return FindSpare(one) is { } spare ? one.Job([spare], spare, [.. one.Part.Workers, spare.Id]) : null;
        }
        return placement.ChooseSubstitute([.. one.Part.Workers], [.. one.Segment.Workers]) is { } target
            ? one.Job([target], good[0], [.. one.Part.Workers, target.Id]) : null;
    }

    /// <summary>
    /// More good copies than wanted: those at home stay, then those on the emptiest workers. Those that stay are looked
    /// at before the others go: nobody may have read them for long, and the one that goes may be the only good one.
    /// </summary>
    private static RepairJob? Trim(Case one, RangeRecord range)
    {
        int wanted = one.Definition.Copies;
        KnownWorker[] good = [.. one.Live.Where(one.Names)];
        if (good.Length <= wanted) return null;
        ImmutableArray<long> homes = HomesOf(one, range);
        HashSet<long> surplus =
        [
            .. good.OrderByDescending(w => homes.Contains(w.Id)).ThenBy(w => w.StoredBytes).ThenBy(w => w.Number)
                .Skip(wanted).Select(w => w.Id),
        ];
        KnownWorker[] kept = [.. good.Where(w => !surplus.Contains(w.Id))];
        return one.Job(
            [.. kept], good.First(w => surplus.Contains(w.Id)),
            [.. one.Part.Workers.Where(w => !surplus.Contains(w))]);
    }

    private bool IsBad(Case one, KnownWorker worker) =>
        badCopies.ContainsAny(one.Segment.Key.Id, one.Groups, worker.Id);

    /// <summary>A part of a segment, and what is known around it.</summary>
    private sealed record Case(
        CatalogSnapshot Catalog, TableDefinition Definition, SegmentRecord Segment, SegmentPart Part,
        ImmutableArray<KnownWorker> Live)
    {
        public IEnumerable<int> Groups => Part.Groups.Select(g => g.Group);

        /// <summary>True where the newest version says that a worker has it.</summary>
        public bool Names(KnownWorker worker) => Part.Workers.Contains(worker.Id);

        public RepairJob Job(
            ImmutableArray<KnownWorker> targets, KnownWorker source, ImmutableArray<long> workersAfter) =>
            new(Segment, Part, targets, source, workersAfter);
    }
}

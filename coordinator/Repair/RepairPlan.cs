using System.Collections.Immutable;
using ColFrag.Coordinator.Membership;
using ColFrag.Coordinator.Placement;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Store;

namespace ColFrag.Coordinator.Repair;

/// <summary>What is to be done for one segment.</summary>
/// <param name="Segment">The segment as it was seen.</param>
/// <param name="Targets">Who is to fetch a copy.</param>
/// <param name="Source">Who has one to fetch; null for this process's folder.</param>
/// <param name="Workers">Who has it when that is done.</param>
internal sealed record RepairJob(
    SegmentRecord Segment, ImmutableArray<KnownWorker> Targets, KnownWorker? Source, ImmutableArray<long> Workers)
{
    /// <summary>True when a worker is only asked to look at all of its own copy.</summary>
    public bool IsLook => Targets.Length == 1 && Targets[0].Id == Source?.Id;

    /// <summary>True when the catalog is to name other workers than now.</summary>
    public bool ChangesPlaces => !Segment.Workers.SequenceEqual(Workers);
}

/// <summary>
/// Decides which copies are missing. A worker that does not answer keeps its place in the catalog, because its disk may
/// hold the only good copy; its copies count again when it is back, and what is too much then goes.
/// </summary>
internal sealed class RepairPlan(
    WorkerList workers, ReplicaPlacement placement, BadCopies badCopies, SpareCopies spares, RepairOptions options)
{
    /// <summary>True when what lies in this process's folder can go to workers.</summary>
    public bool CanMove => workers.IsDistributed && workers.Live.Length >= AcknowledgedCopies.Safe &&
        workers.SinceLastJoin >= options.Settle;

    /// <summary>Gives workers equal shares when nothing else is to be done.</summary>
    public BalancePlan Balance { get; } = new(workers, options.BalanceBytes);

    /// <summary>What is due for a segment; null for nothing, or where nothing can be done now.</summary>
    public RepairJob? For(
        CatalogSnapshot catalog, SegmentRecord segment, TableDefinition definition, RangeRecord range)
    {
        if (segment.IsJournal || segment.Groups.IsEmpty || !workers.IsDistributed) return null;
        ImmutableArray<KnownWorker> live = workers.Live;
        int wanted = Math.Min(definition.Copies, live.Length);
        if (segment.IsLocal) return Move(segment, definition, range, live);
        return live.Any(w => segment.Workers.Contains(w.Id) && badCopies.Contains(segment.Key.Id, w.Id))
            ? Refetch(catalog, definition, segment, live)
            : Add(catalog, definition, segment, live, wanted) ?? Trim(segment, range, live, definition);
    }

    /// <summary>How many good copies can be read now; one where the segment lies in this process's folder.</summary>
    public int CountGood(SegmentRecord segment) => segment.IsJournal || segment.IsLocal
        ? 1 : segment.Workers.Count(w => workers.IsLive(w) && !badCopies.Contains(segment.Key.Id, w));

    private RepairJob? Move(
        SegmentRecord segment, TableDefinition definition, RangeRecord range, ImmutableArray<KnownWorker> live)
    {
        if (!CanMove) return null;
        ImmutableArray<long> chosen = placement.ChooseTargets(definition, range)[0].Workers;
        return new RepairJob(segment, [.. chosen.Select(c => live.First(w => w.Id == c))], null, chosen);
    }

    /// <summary>A worker said that its copy is bad: it fetches a good one.</summary>
    private RepairJob? Refetch(
        CatalogSnapshot catalog, TableDefinition definition, SegmentRecord segment, ImmutableArray<KnownWorker> live)
    {
        ILookup<bool, KnownWorker> holders = live.Where(w => segment.Workers.Contains(w.Id))
            .ToLookup(w => badCopies.Contains(segment.Key.Id, w.Id));
        KnownWorker? source = holders[false].FirstOrDefault() ?? FindSpare(catalog, definition, segment, live);
        if (source is not null) return new RepairJob(segment, [.. holders[true]], source, [.. segment.Workers]);
        // Where nobody has a good one, each is asked once to look at its own: only a delete vector may have been bad,
        // of which the coordinator has a copy.
        return holders[true].FirstOrDefault(w => !badCopies.IsConfirmed(segment.Key.Id, w.Id)) is { } doubtful
            ? new RepairJob(segment, [doubtful], doubtful, [.. segment.Workers]) : null;
    }

    /// <summary>
    /// Who has a copy though the newest version does not say so: an older one does, or it waits to be deleted.
    /// </summary>
    private KnownWorker? FindSpare(
        CatalogSnapshot catalog, TableDefinition definition, SegmentRecord segment, ImmutableArray<KnownWorker> live)
    {
        long id = segment.Key.Id;
        HashSet<long> before = [.. KeptSegments.Of(catalog, definition.TableId)
            .Where(s => s.Key == segment.Key).SelectMany(s => s.Workers)];
        return live.FirstOrDefault(w => !segment.Workers.Contains(w.Id) && !badCopies.Contains(id, w.Id) &&
            (before.Contains(w.Id) || spares.Contains(id, w.Id)));
    }

    private RepairJob? Add(
        CatalogSnapshot catalog, TableDefinition definition, SegmentRecord segment, ImmutableArray<KnownWorker> live,
        int wanted)
    {
        KnownWorker[] good =
        [
            .. live.Where(w => segment.Workers.Contains(w.Id) && !badCopies.Contains(segment.Key.Id, w.Id)),
        ];
        int expected = segment.Workers.Select(workers.Find).OfType<KnownWorker>()
            .Count(w => !workers.IsLive(w) && workers.AbsenceOf(w) < options.Grace);
        if (good.Length + expected >= wanted) return null;
        if (good.Length == 0)
        {
            // Those that are named are gone, perhaps for good: a spare copy is looked at and named again.
            return FindSpare(catalog, definition, segment, live) is { } spare
                ? new RepairJob(segment, [spare], spare, [.. segment.Workers, spare.Id]) : null;
        }
        return placement.ChooseSubstitute([.. segment.Workers]) is { } target
            ? new RepairJob(segment, [target], good[0], [.. segment.Workers, target.Id]) : null;
    }

    /// <summary>
    /// More good copies than wanted: those at home stay, then those on the emptiest workers. Those that stay are looked
    /// at before the others go: nobody may have read them for long, and the one that goes may be the only good one.
    /// </summary>
    private static RepairJob? Trim(
        SegmentRecord segment, RangeRecord range, ImmutableArray<KnownWorker> live, TableDefinition definition)
    {
        int wanted = definition.Copies;
        KnownWorker[] good = [.. live.Where(w => segment.Workers.Contains(w.Id))];
        if (good.Length <= wanted) return null;
        ImmutableArray<long> homes = range.Homes.IsEmpty ? [] : range.Homes[0].Workers;
        HashSet<long> surplus =
        [
            .. good.OrderByDescending(w => homes.Contains(w.Id)).ThenBy(w => w.StoredBytes).ThenBy(w => w.Number)
                .Skip(wanted).Select(w => w.Id),
        ];
        KnownWorker[] kept = [.. good.Where(w => !surplus.Contains(w.Id))];
        return new RepairJob(
            segment, [.. kept], good.First(w => surplus.Contains(w.Id)),
            [.. segment.Workers.Where(w => !surplus.Contains(w))]);
    }
}

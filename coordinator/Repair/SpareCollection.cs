using ColFrag.Engine.Time;
using System.Collections.Immutable;
using ColFrag.Coordinator.Loading;
using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Coordinator.Repair;

/// <summary>
/// Deletes spare copies. Each goes only after as many as its table wants were read and found whole where the catalog
/// names them now: what was looked at before the commit that named them may have been damaged, or its disk exchanged,
/// before that commit. One that is damaged is fetched anew from the copy that was to go.
/// </summary>
internal sealed class SpareCollection(
    TableStore store, WorkerList workers, SpareCopies spares, BadCopies badCopies, SegmentCopies copies)
{
    /// <summary>Deletes what can go now; returns how many did.</summary>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken)
    {
        ImmutableArray<SpareCopy> due = [.. spares.All.Where(c => workers.IsLive(c.Worker))];
        if (due.IsEmpty) return 0;
        // Nobody collects a segment while its copies are read.
        using Pins.Pin pin = store.Pins.Add(() => store.Follower.Newest);
        CatalogSnapshot catalog = pin.Catalog;
        HashSet<long> wanted = [.. due.Select(c => c.Segment)];
        ILookup<long, (SegmentRecord Record, int Copies)> kept = catalog.TableIds
            .SelectMany(t => KeptSegments.Of(catalog, t).Select(s => (Record: s, catalog.GetDefinition(t).Copies)))
            .Where(s => wanted.Contains(s.Record.Key.Id)).ToLookup(s => s.Record.Key.Id);
        int deleted = 0;
        foreach (IGrouping<(long Segment, long Worker), SpareCopy> some in due.GroupBy(c => (c.Segment, c.Worker)))
        {
            if (await TryEndAsync([.. some], [.. kept[some.Key.Segment]], catalog.Revision, cancellationToken))
                deleted++;
        }
        return deleted;
    }

    /// <summary>Ends what a worker has of a segment, as far as it can go.</summary>
    private async ValueTask<bool> TryEndAsync(
        SpareCopy[] all, (SegmentRecord Record, int Copies)[] kept, long revision, CancellationToken cancellationToken)
    {
        List<SpareCopy> ended = [];
        foreach (SpareCopy spare in all)
        {
            if (NamedFor(spare, kept).Contains(spare.Worker)) spares.Remove(spare);
            else if (workers.Find(spare.Worker) is { } holder &&
                await AreOthersGoodAsync(spare, holder, kept, cancellationToken)) ended.Add(spare);
        }
        if (ended.Count > 0) await Buggify.PauseAsync("a spare copy is about to go");
        if (ended.Count == 0 || !await copies.TryDeleteSparesAsync(ended, revision, cancellationToken)) return false;
        foreach (SpareCopy spare in ended) spares.Remove(spare);
        return true;
    }

    /// <summary>Who has the column group by the records of versions that are kept.</summary>
    private static HashSet<long> NamedFor(SpareCopy spare, (SegmentRecord Record, int Copies)[] kept) =>
        [.. kept.SelectMany(k => k.Record.FindGroup(spare.Group)?.Workers ?? [])];

    private async ValueTask<bool> AreOthersGoodAsync(
        SpareCopy spare, KnownWorker holder, (SegmentRecord Record, int Copies)[] kept,
        CancellationToken cancellationToken)
    {
        HashSet<long> named = NamedFor(spare, kept);
        if (named.Count == 0 || !Safeguards.Keep(Safeguard.SpareLook)) return true;
        int wanted = Math.Min(kept.Max(k => k.Copies), named.Count);
        KnownWorker[] readable =
        [
            .. named.Select(workers.Find).OfType<KnownWorker>()
                .Where(w => workers.IsLive(w) && !badCopies.ContainsAny(spare.Segment, [spare.Group], w.Id)),
        ];
        if (readable.Length < wanted) return false;
        ImmutableArray<GroupHash> groups =
            [new GroupHash(spare.Group, kept[^1].Record.FindGroup(spare.Group)!.ManifestHash)];
        int good = 0;
        foreach (KnownWorker worker in readable)
        {
            if (await TryVerifyAsync(worker, spare, groups, holder, cancellationToken) && ++good == wanted) return true;
        }
        return false;
    }

    private async ValueTask<bool> TryVerifyAsync(
        KnownWorker worker, SpareCopy spare, ImmutableArray<GroupHash> groups, KnownWorker holder,
        CancellationToken cancellationToken)
    {
        try
        {
            await copies.CopyAsync(
                worker, spare.Table, spare.Segment, groups, holder.Address, cancellationToken);
            return true;
        }
        catch (ColFragException error)
        {
            // It is not whole, and the spare one is not either.
            if (SegmentCopies.IsBadSource(error)) badCopies.Add(spare.Segment, [spare.Group], worker.Id);
            return false;
        }
    }
}

using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using System.Collections.Immutable;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Store;

/// <summary>
/// Writes a version of a table as a whole when its deltas have become many, so that reading it from the catalog stays
/// short. The pages come first; the head names the checkpoint only when all are there.
/// </summary>
internal sealed class Checkpoints(TableStore store)
{
    /// <summary>
    /// Roughly the bytes of a segment in a page: a checkpoint should not cost more than the deltas it replaces.
    /// </summary>
    private const int SegmentBytes = 100;

    private const int PagesPerTransaction = 8;

    /// <summary>Writes the checkpoint of a table if it is due; returns whether it was.</summary>
    public async ValueTask<bool> RunAsync(long table, CancellationToken cancellationToken = default)
    {
        CatalogSnapshot catalog = store.Follower.Newest;
        if (catalog.FindHead(table) is not { DropTime: null } head || !IsDue(head)) return false;
        TableState state = catalog.GetTable(table);
        ImmutableArray<byte[]> pages = CheckpointPage.ToPages(state);
        for (int first = 0; first < pages.Length; first += PagesPerTransaction)
        {
            CatalogTransaction some = new();
            for (int page = first; page < Math.Min(first + PagesPerTransaction, pages.Length); page++)
            {
                some.Put(CatalogKeys.Page(table, state.Version, page), pages[page]);
            }
            await store.Catalog.CommitAsync(some, cancellationToken);
        }
        CatalogSnapshot newest = store.Follower.Newest;
        if (newest.FindHead(table) is not { DropTime: null } now) return false;
        // Commits that came meanwhile are deltas on top of it.
        TableHead named = now with
        {
            CheckpointVersion = state.Version, DeltaBytes = Math.Max(0, now.DeltaBytes - head.DeltaBytes),
        };
        CatalogKey key = CatalogKeys.Head(table);
        CatalogTransaction transaction = new CatalogTransaction().Put(key, named.ToBytes());
        if (Safeguards.Keep(Safeguard.CheckpointCompare))
            transaction.WhenUnchanged(key, newest.State.Find(key)!.ModRevision);
        await Buggify.PauseAsync("a checkpoint is about to be named");
        return (await store.Catalog.CommitAsync(transaction, cancellationToken)).Succeeded;
    }

    private bool IsDue(TableHead head) =>
        head.DeltaBytes >= Math.Max(store.Options.CheckpointBytes, 2L * head.SegmentCount * SegmentBytes) ||
        head.Version - head.CheckpointVersion >= Math.Max(store.Options.CheckpointVersions, head.SegmentCount);
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// Ends what is no longer kept: versions past their time that nobody reads, tables dropped long ago, and then the files
/// that no kept version names. The catalog goes first; a crash in between leaves files that <see cref="Recovery"/>
/// deletes at the next start.
/// </summary>
internal sealed class Collection(TableStore store, IFileSystem files, Journal journal)
{
    /// <summary>Ends what is due; returns how many files and folders were deleted.</summary>
    public async ValueTask<int> RunAsync(CancellationToken cancellationToken = default)
    {
        int deleted = 0;
        foreach (long table in store.Follower.Newest.TableIds.ToArray())
        {
            cancellationToken.ThrowIfCancellationRequested();
            deleted += await CollectTableAsync(table, cancellationToken);
        }
        return deleted + CollectJournals();
    }

    private async ValueTask<int> CollectTableAsync(long table, CancellationToken cancellationToken)
    {
        CatalogSnapshot catalog = store.Follower.Newest;
        if (catalog.FindHead(table) is not { } head) return 0;
        TableDefinition definition = catalog.GetDefinition(table);
        // Nobody asks for what was to end with a session anyway, and its files are mostly still to be written.
        TimeSpan usual = definition.EndsWithSession && head.DropTime is not null
            ? TimeSpan.Zero : store.Options.Retention;
        TimeSpan retention = definition.Retention ?? usual;
        DateTime limit = store.Clock.UtcNow - retention;
        if (head.DropTime <= limit && !store.Pins.Any(c => c.FindHead(table) is { DropTime: null }))
        {
            return await DeleteTableAsync(catalog, table, head, cancellationToken);
        }
        long oldest = FindOldest(catalog, table, head, limit);
        return oldest > head.OldestVersion
            ? await EndVersionsAsync(catalog, table, head, oldest, cancellationToken) : 0;
    }

    /// <summary>
    /// The first version that must stay: in use, or the newest at some time that is not long enough ago.
    /// </summary>
    private long FindOldest(CatalogSnapshot catalog, long table, TableHead head, DateTime limit)
    {
        long oldest = head.Version;
        if (head.CommitTime > limit)
        {
            oldest = head.OldestVersion;
            foreach (TableDelta delta in catalog.GetDeltas(table, head.OldestVersion + 1, head.Version))
            {
                if (delta.CommitTime > limit) break;
                oldest = delta.Version;
            }
            oldest = Math.Max(oldest, head.Version - store.Options.RetainedVersions);
        }
        if (Safeguards.Keep(Safeguard.PinnedVersions)) oldest = store.Pins.LowestVersion(table, oldest);
        return Math.Max(head.OldestVersion, oldest);
    }

    private async ValueTask<int> EndVersionsAsync(
        CatalogSnapshot catalog, long table, TableHead head, long oldest, CancellationToken cancellationToken)
    {
        CatalogKey key = CatalogKeys.Head(table);
        CatalogTransaction transaction = new CatalogTransaction()
            .Put(key, (head with { OldestVersion = oldest }).ToBytes());
        if (Safeguards.Keep(Safeguard.CollectionCompare))
            transaction.WhenUnchanged(key, catalog.State.Find(key)!.ModRevision);
        await Buggify.PauseAsync("versions are about to end");
        CatalogOutcome outcome = await store.Catalog.CommitAsync(transaction, cancellationToken);
        if (!outcome.Succeeded) return 0;
        await DeleteKeysAsync(UnusedKeys(catalog, table, oldest), cancellationToken);
        int deleted = 0;
        ILookup<long, SegmentRecord> kept = KeptSegments.Of(store.Follower.Newest, table).ToLookup(s => s.Key.Id);
        TableState state = catalog.GetTable(table, head.OldestVersion);
        foreach (TableDelta delta in catalog.GetDeltas(table, head.OldestVersion + 1, oldest))
        {
            TableState next = state.After(delta);
            foreach (SegmentRecord old in state.Segments.Values)
            {
                SegmentRecord? now = next.Segments.GetValueOrDefault(old.Key);
                if (now is null) deleted += await DeleteSegmentAsync(catalog, table, head, old, cancellationToken);
                else if (!head.SharesFiles) deleted += await EndRecordAsync(old, now, kept, cancellationToken);
            }
            state = next;
        }
        return deleted;
    }

    /// <summary>
    /// Deltas before the newest checkpoint that the oldest kept version can be made from, and older pages.
    /// </summary>
    private static IEnumerable<CatalogKey> UnusedKeys(CatalogSnapshot catalog, long table, long oldest)
    {
        CatalogKeyRange pages = new(CatalogKeys.Page(table, 0, 0), CatalogKeys.Page(table, oldest + 1, 0));
        CatalogKey[] pageKeys = [.. catalog.State.Read(pages, 0).Entries.Select(e => e.Key)];
        long checkpoint = pageKeys.Length == 0 ? 0 : CatalogKeys.ReadVersion(pageKeys[^1]);
        IEnumerable<CatalogKey> deltas =
            catalog.State.Read(CatalogKeys.Deltas(table, 0, checkpoint), 0).Entries.Select(e => e.Key);
        return pageKeys.Where(k => CatalogKeys.ReadVersion(k) < checkpoint).Concat(deltas);
    }

    private async ValueTask<int> DeleteTableAsync(
        CatalogSnapshot catalog, long table, TableHead head, CancellationToken cancellationToken)
    {
        SegmentRecord[] segments = [.. KeptSegments.Of(catalog, table)];
        CatalogTransaction transaction = new CatalogTransaction()
            .WhenUnchanged(CatalogKeys.Head(table), catalog.State.Find(CatalogKeys.Head(table))!.ModRevision)
            .Delete(CatalogKeys.Head(table));
        CatalogEntry? name = catalog.State.Read(CatalogKeys.AllDropped, 0).Entries
            .FirstOrDefault(e => NameRecord.Read(e).Id == table);
        if (name is not null) transaction.Delete(name.Key);
        CatalogOutcome outcome = await store.Catalog.CommitAsync(transaction, cancellationToken);
        if (!outcome.Succeeded) return 0;
        store.Follower.Tables.Remove(table);
        await DeleteKeysAsync(
            catalog.State.Read(CatalogKeys.Table(table), 0).Entries.Select(e => e.Key), cancellationToken);
        int deleted = 0;
        foreach (SegmentRecord segment in segments.DistinctBy(s => s.Key))
        {
            deleted += await DeleteSegmentAsync(catalog, table, head, segment, cancellationToken);
        }
        store.Segments.Summaries.Remove(table);
        if (files.List(StorePaths.Table(table)).Count == 0) files.DeleteFolder(StorePaths.Table(table));
        return deleted;
    }

    private async ValueTask DeleteKeysAsync(IEnumerable<CatalogKey> keys, CancellationToken cancellationToken)
    {
        foreach (CatalogKey[] some in keys.ToArray().Chunk(CatalogTransaction.MaxOperations))
        {
            CatalogTransaction transaction = new();
            foreach (CatalogKey key in some) transaction.Delete(key);
            await store.Catalog.CommitAsync(transaction, cancellationToken);
        }
    }

    private async ValueTask<int> DeleteSegmentAsync(
        CatalogSnapshot catalog, long table, TableHead head, SegmentRecord segment, CancellationToken cancellationToken)
    {
        if (head.SharesFiles && IsNamedElsewhere(catalog, table, segment)) return 0;
        store.Segments.Forget(segment.Key.Id);
        bool isThere = segment.Workers.Any() ||
            files.FolderExists(StorePaths.Segment(segment.FolderTable, segment.Key.Id));
        await store.Fragments.DeleteSegmentAsync(segment, cancellationToken);
        return isThere ? 1 : 0;
    }

    /// <summary>
    /// Ends what only the older record of a segment names: its delete vector, and copies that are elsewhere now. A
    /// clone may name the same; then all of it stays until the segment goes.
    /// </summary>
    private async ValueTask<int> EndRecordAsync(
        SegmentRecord old, SegmentRecord now, ILookup<long, SegmentRecord> kept, CancellationToken cancellationToken)
    {
        int deleted = 0;
        if (old.DeleteVector is { Journal: null } vector && now.DeleteVector?.Id != vector.Id)
        {
            await store.Fragments.DeleteVectorAsync(old, vector, cancellationToken);
            deleted++;
        }
        if (!now.HasPlacesOf(old))
        {
            await store.Fragments.DeleteCopiesAsync(old, [.. kept[old.Key.Id]], cancellationToken);
            deleted++;
        }
        return deleted;
    }

    private static bool IsNamedElsewhere(CatalogSnapshot catalog, long table, SegmentRecord segment) => catalog.TableIds
        .Where(other => other != table && catalog.FindHead(other)!.SharesFiles)
        .Any(other => KeptSegments.Of(catalog, other).Any(s => s.Key.Id == segment.Key.Id));

    private int CollectJournals()
    {
        // Looked at before the snapshot: what is committed in between is in the snapshot.
        long needed = journal.OldestNeededFile;
        CatalogSnapshot catalog = store.Follower.Newest;
        HashSet<long> named = [.. catalog.TableIds
            .SelectMany(t => KeptSegments.Of(catalog, t)).SelectMany(KeptSegments.ExtentsOf).Select(e => e.File)];
        int deleted = 0;
        foreach ((long file, string path) in StorePaths.List(files, StorePaths.Journal, folders: false))
        {
            if (file < needed && !named.Contains(file) && files.DeleteFile(path)) deleted++;
        }
        return deleted;
    }
}

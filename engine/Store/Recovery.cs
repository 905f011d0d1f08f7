using ColFrag.Engine.Catalog;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Store;

/// <summary>
/// What a start does after a crash. The catalog says what is true; every file that no kept version names is left over
/// from something that nobody was told had happened, and is deleted. Nothing is redone.
/// </summary>
internal static class Recovery
{
    public static async ValueTask RunAsync(
        IFileSystem files, TableStore store, CancellationToken cancellationToken = default)
    {
        CatalogSnapshot catalog = store.Follower.Newest;
        HashSet<(long Table, long Segment)> segments = [], local = [];
        HashSet<(long Segment, long Vector)> vectors = [];
        HashSet<long> journals = [];
        foreach (SegmentRecord segment in catalog.TableIds.SelectMany(t => KeptSegments.Of(catalog, t)))
        {
            segments.Add((segment.FolderTable, segment.Key.Id));
            if (segment.IsLocal) local.Add((segment.FolderTable, segment.Key.Id));
            if (segment.DeleteVector is { } vector) vectors.Add((segment.Key.Id, vector.Id));
            foreach (JournalExtent extent in KeptSegments.ExtentsOf(segment)) journals.Add(extent.File);
        }
        foreach ((long file, string path) in StorePaths.List(files, StorePaths.Journal, folders: false))
        {
            if (!journals.Contains(file)) files.DeleteFile(path);
        }
        foreach ((long table, string path) in StorePaths.List(files, StorePaths.Tables, folders: true))
        {
            cancellationToken.ThrowIfCancellationRequested();
            DeleteUnnamed(files, table, path, segments, local, vectors);
        }
        await DeleteOrphanKeysAsync(store, catalog, cancellationToken);
    }

    private static void DeleteUnnamed(
        IFileSystem files, long table, string tablePath, HashSet<(long Table, long Segment)> segments,
        HashSet<(long Table, long Segment)> local, HashSet<(long Segment, long Vector)> vectors)
    {
        bool isEmpty = true;
        foreach ((long segment, string path) in StorePaths.List(files, tablePath, folders: true))
        {
            if (!segments.Contains((table, segment)))
            {
                files.DeleteFolder(path);
                continue;
            }
            isEmpty = false;
            files.DeleteTempFiles(path);
            foreach (FileEntry entry in files.List(path))
            {
                // Keys stay with their segment, wherever its column files are.
                bool isNamed = StorePaths.IsKeys(entry.Name) || (StorePaths.ReadVectorId(entry.Name) is { } vector
                    ? vectors.Contains((segment, vector)) : local.Contains((table, segment)));
                if (!isNamed) files.DeleteFile(FilePath.Combine(path, entry.Name));
            }
        }
        if (isEmpty) files.DeleteFolder(tablePath);
    }

    /// <summary>Keys of tables whose head is gone: their deletion was cut short.</summary>
    private static async ValueTask DeleteOrphanKeysAsync(
        TableStore store, CatalogSnapshot catalog, CancellationToken cancellationToken)
    {
        HashSet<long> tables = [.. catalog.TableIds];
        CatalogKey[] orphans = [.. catalog.State.Read(CatalogKeys.Tables, 0).Entries
            .Where(e => !tables.Contains(CatalogKeys.ReadId(e.Key))).Select(e => e.Key)];
        foreach (CatalogKey[] some in orphans.Chunk(CatalogTransaction.MaxOperations))
        {
            CatalogTransaction transaction = new();
            foreach (CatalogKey key in some) transaction.Delete(key);
            await store.Catalog.CommitAsync(transaction, cancellationToken);
        }
    }
}

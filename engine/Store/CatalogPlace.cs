using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Engine.Store;

/// <summary>A catalog that several machines keep, and how to reach it.</summary>
/// <param name="Address">Where it is, for people.</param>
/// <param name="OpenAsync">Opens what it has of a cluster, which may be nothing.</param>
internal sealed record OutsideCatalog(
    string Address, Func<Guid, CancellationToken, ValueTask<ICatalog>> OpenAsync);

/// <summary>
/// The file <c>catalog-place</c> of a folder whose catalog lies outside: where, and whether it is there as a whole.
/// <code>
///   colfrag catalog
///   ADDRESS
///   moving, or moved
/// </code>
/// It is written before anything is put there. From then on the folder's own catalog is no longer opened: it would be
/// out of date, and the files that it does not name would be deleted.
/// </summary>
internal sealed record CatalogPlace(string Address, bool IsMoved)
{
    private const string Title = "colfrag catalog", Moving = "moving", Moved = "moved";
    private const int MaxBytes = 64 << 10;

    /// <summary>The place; null where the catalog is in the folder.</summary>
    /// <exception cref="CorruptDataException">The file is damaged.</exception>
    public static CatalogPlace? TryRead(IFileSystem files)
    {
        if (!files.FileExists(StorePaths.CatalogPlace)) return null;
        string[] lines = Encoding.UTF8.GetString(files.ReadAll(StorePaths.CatalogPlace, MaxBytes)).Split('\n');
        CorruptDataException.ThrowUnless(
            lines is [Title, { Length: > 0 }, Moving or Moved, ""], "the place of the catalog", StorePaths.CatalogPlace,
            0);
        return new CatalogPlace(lines[1], lines[2] == Moved);
    }

    /// <summary>Throws when the folder's own catalog is not the one that counts.</summary>
    public static void ThrowIfOutside(IFileSystem files)
    {
        if (TryRead(files) is not { } place) return;
        throw new StorageException(
            $"The catalog of this folder lies in {place.Address}", files.Root,
            $"Serve it: colfrag serve DIR --catalog {place.Address}");
    }

    /// <summary>Opens the catalog outside; the first time, what the folder's own catalog has is moved there.</summary>
    /// <exception cref="StorageException">
    /// The folder has workers already, or its catalog is not where the folder says.
    /// </exception>
    public static async ValueTask<ICatalog> OpenAsync(
        IFileSystem files, FolderIdentity identity, OutsideCatalog outside, Func<ValueTask<LogCatalog>> openOwn,
        CancellationToken cancellationToken)
    {
        CatalogPlace? place = TryRead(files);
        ICatalog catalog = await outside.OpenAsync(identity.ClusterId, cancellationToken);
        try
        {
            CatalogEntry? database =
                (await catalog.ReadAsync(CatalogRead.Of(CatalogKeys.Database), cancellationToken)).Single;
            if (database is null && place is { IsMoved: true })
            {
                throw new StorageException(
                    $"{outside.Address} does not have the catalog of this folder", files.Root,
                    $"It was in {place.Address}: give that address, or bring etcd's own backup back.");
            }
            if (database is not null && place is null)
            {
                throw new StorageException(
                    $"{outside.Address} has the catalog of another folder of the same cluster", files.Root,
                    "A copy of a folder cannot be served beside it. Serve the copy without --catalog.");
            }
            if (database is null && files.FolderExists(StorePaths.Catalog))
            {
                await MoveAsync(files, catalog, outside, openOwn, cancellationToken);
            }
            else if (place is null)
            {
                await new CatalogPlace(outside.Address, IsMoved: false).WriteAsync(files, cancellationToken);
            }
            return catalog;
        }
        catch
        {
            await catalog.DisposeAsync();
            throw;
        }
    }

    /// <summary>Says that the catalog is outside as a whole, after which the folder's own one goes.</summary>
    public static async ValueTask FinishAsync(
        IFileSystem files, OutsideCatalog outside, CancellationToken cancellationToken)
    {
        CatalogPlace place = new(outside.Address, IsMoved: true);
        if (TryRead(files) != place) await place.WriteAsync(files, cancellationToken);
        if (files.FolderExists(StorePaths.Catalog)) files.DeleteFolder(StorePaths.Catalog);
    }

    /// <summary>Puts everything but the record of the database, which whoever opens puts last.</summary>
    private static async ValueTask MoveAsync(
        IFileSystem files, ICatalog catalog, OutsideCatalog outside, Func<ValueTask<LogCatalog>> openOwn,
        CancellationToken cancellationToken)
    {
        await using LogCatalog own = await openOwn();
        CatalogState state = own.Newest;
        if (!state.Read(CatalogKeys.Workers, 1).Entries.IsEmpty)
        {
            // Workers remember revisions of the catalog, and those of another one are not comparable.
            throw new StorageException(
                "The catalog of a cluster that has workers cannot be moved", files.Root,
                "Export the tables (EXPORT DATABASE) and import them into a cluster that begins with --catalog.");
        }
        await new CatalogPlace(outside.Address, IsMoved: false).WriteAsync(files, cancellationToken);
        CatalogTransaction transaction = Begin();
        foreach (CatalogEntry entry in state.Entries)
        {
            if (entry.Key == CatalogKeys.Database || entry.LeaseId != 0) continue;
            if (transaction.Writes.Count == CatalogTransaction.MaxOperations ||
                transaction.SizeBytes + entry.Value.Length > CatalogTransaction.MaxBytes)
            {
                await SendAsync();
                transaction = Begin();
            }
            transaction.Put(entry.Key, entry.Value);
        }
        await SendAsync();

        static CatalogTransaction Begin() => new CatalogTransaction().WhenAbsent(CatalogKeys.Database);

        async ValueTask SendAsync()
        {
            if ((await catalog.CommitAsync(transaction, cancellationToken)).Succeeded) return;
            throw new StorageException(
                "Another process moved the catalog of this cluster at the same time", files.Root,
                "Serve the folder from one place only.");
        }
    }

    private async ValueTask WriteAsync(IFileSystem files, CancellationToken cancellationToken)
    {
        string text = $"{Title}\n{Address}\n{(IsMoved ? Moved : Moving)}\n";
        using TempFile file = TempFile.Create(files, StorePaths.CatalogPlace);
        file.File.Append(Encoding.UTF8.GetBytes(text));
        await file.PublishAsync(cancellationToken);
    }
}

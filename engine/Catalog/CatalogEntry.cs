namespace ColFrag.Engine.Catalog;

/// <summary>A key with its value at some revision.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value; never changed in place.</param>
/// <param name="CreateRevision">The revision that put it where nothing was before.</param>
/// <param name="ModRevision">The revision that put it last.</param>
/// <param name="LeaseId">The lease that it goes with, or 0.</param>
internal sealed record CatalogEntry(
    CatalogKey Key, ReadOnlyMemory<byte> Value, long CreateRevision, long ModRevision, long LeaseId);

/// <summary>A put or a delete, as a watcher sees it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Entry">What is there now; null when it was deleted.</param>
internal readonly record struct CatalogChange(CatalogKey Key, CatalogEntry? Entry)
{
    public bool IsDelete => Entry is null;
}

/// <summary>
/// What one transaction changed among the watched keys. With no changes it only says that the watcher has seen
/// everything up to the revision.
/// </summary>
internal sealed record CatalogChanges(long Revision, IReadOnlyList<CatalogChange> Changes);

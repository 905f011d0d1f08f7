using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Tests.Catalog;

/// <summary>The same catalog without its state at hand, as another process has it.</summary>
internal sealed class Elsewhere(ICatalog catalog) : ICatalog
{
    public ValueTask<CatalogEntries> ReadAsync(CatalogRead read, CancellationToken cancellationToken = default) =>
        catalog.ReadAsync(read, cancellationToken);

    public ValueTask<CatalogOutcome> CommitAsync(
        CatalogTransaction transaction, CancellationToken cancellationToken = default) =>
        catalog.CommitAsync(transaction, cancellationToken);

    public ValueTask<ICatalogWatch> WatchAsync(
        CatalogKeyRange keys, long fromRevision, CancellationToken cancellationToken = default) =>
        catalog.WatchAsync(keys, fromRevision, cancellationToken);

    public ValueTask<ICatalogLease> GrantLeaseAsync(
        TimeSpan timeToLive, CancellationToken cancellationToken = default) =>
        catalog.GrantLeaseAsync(timeToLive, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

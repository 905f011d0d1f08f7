using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Catalog;

/// <summary>
/// Ordered keys and values with one revision number for every change, the model of etcd. All knowledge that processes
/// must agree on lives here, and nothing else is agreed on anywhere.
/// </summary>
/// <remarks>
/// Providers: the fsynced log in the process; in the protocol project one that asks a coordinator, and etcd.
/// One conformance suite runs against all.
/// </remarks>
internal interface ICatalog : IAsyncDisposable
{
    /// <summary>Reads entries in key order.</summary>
    /// <exception cref="CatalogCompactedException">The revision that was asked for is no longer kept.</exception>
    /// <exception cref="ClusterException">The catalog does not answer.</exception>
    ValueTask<CatalogEntries> ReadAsync(CatalogRead read, CancellationToken cancellationToken = default);

    /// <summary>
    /// Runs a transaction. An exception leaves its outcome <b>unknown</b>: it may take effect, even later. The caller
    /// decides by reading, or by sending the same transaction again where its compares make that safe.
    /// </summary>
    /// <exception cref="ClusterException">The catalog does not answer.</exception>
    /// <exception cref="StorageException">The disk failed; this catalog takes no more transactions.</exception>
    ValueTask<CatalogOutcome> CommitAsync(
        CatalogTransaction transaction, CancellationToken cancellationToken = default);

    /// <summary>Follows changes of keys, beginning with those of <paramref name="fromRevision"/>.</summary>
    ValueTask<ICatalogWatch> WatchAsync(
        CatalogKeyRange keys, long fromRevision, CancellationToken cancellationToken = default);

    /// <summary>
    /// Grants a lease. Without <see cref="ICatalogLease.KeepAliveAsync"/> it ends after at least the given time (longer
    /// when the catalog restarts meanwhile) and takes along the keys that were put with it.
    /// </summary>
    ValueTask<ICatalogLease> GrantLeaseAsync(TimeSpan timeToLive, CancellationToken cancellationToken = default);
}

/// <summary>A catalog whose whole state is at hand, so that nobody needs to follow it with a copy.</summary>
internal interface ILocalCatalog
{
    /// <summary>The newest state that is durable.</summary>
    CatalogState Newest { get; }
}

/// <summary>Changes of watched keys in the order of their revisions, none left out.</summary>
internal interface ICatalogWatch : IAsyncDisposable
{
    /// <summary>Waits for the next changes.</summary>
    /// <exception cref="CatalogCompactedException">They are no longer kept: read everything anew.</exception>
    /// <exception cref="ClusterException">The catalog is out of reach: watch again from the revision after the last one
    /// seen.</exception>
    ValueTask<CatalogChanges> NextAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Asks for a <see cref="CatalogChanges"/> without changes that says how far this watch has come, since revisions
    /// that change none of its keys are not reported.
    /// </summary>
    ValueTask RequestProgressAsync(CancellationToken cancellationToken = default);
}

/// <summary>A lease; disposing it revokes it and deletes its keys.</summary>
internal interface ICatalogLease : IAsyncDisposable
{
    /// <summary>What puts name.</summary>
    long Id { get; }

    TimeSpan TimeToLive { get; }

    /// <summary>Starts the time anew; false when the lease has ended.</summary>
    ValueTask<bool> KeepAliveAsync(CancellationToken cancellationToken = default);
}

/// <summary>The revision that was asked for is older than what the catalog keeps.</summary>
internal sealed class CatalogCompactedException(long oldestRevision) : ColFragException(
    SqlStates.ConnectionFailure, $"The catalog no longer keeps this revision; the oldest is {oldestRevision}",
    "Read the newest state and watch from there.")
{
    /// <summary>The oldest revision that can be read or watched from.</summary>
    public long OldestRevision { get; } = oldestRevision;

    /// <inheritdoc/>
    public override bool IsTransient => true;
}

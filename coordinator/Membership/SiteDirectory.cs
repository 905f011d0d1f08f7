using System.Collections.Immutable;
using ColFrag.Coordinator.Gathering;
using ColFrag.Engine.Catalog;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Membership;

/// <summary>What queries may know of the workers, and where they report what was wrong with one.</summary>
internal sealed class SiteDirectory(
    WorkerList workers, NodeConnections connections, BadCopies badCopies, Func<string> ownAddress) : ISiteDirectory
{
    /// <inheritdoc/>
    public ImmutableArray<WorkerAddress> LiveWorkers => [.. workers.Live.Select(w => w.Address)];

    /// <inheritdoc/>
    public WorkerAddress Coordinator => new(0, ownAddress());

    /// <inheritdoc/>
    public ValueTask<RpcConnection> ConnectAsync(
        WorkerAddress worker, CancellationToken cancellationToken = default) =>
        connections.GetAsync(worker, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<bool> AwaitReturnAsync(
        IReadOnlyCollection<long> awaited, CancellationToken cancellationToken = default) =>
        workers.AwaitReturnAsync(awaited, cancellationToken);

    /// <inheritdoc/>
    public void ReportFailure(WorkerAddress worker, Exception reason)
    {
        // Whether it lives is said by its own connection and heartbeats: one unlucky query is no proof. A process that
        // is gone is noticed there at the same time.
    }

    /// <inheritdoc/>
    public void ReportBadCopy(WorkerAddress worker, long tableId, SegmentRecord segment, Exception reason) =>
        badCopies.Add(segment.Key.Id, segment.Groups.Select(g => g.Group), worker.Worker);
}

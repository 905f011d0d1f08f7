using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Coordinator.Gathering;

/// <summary>What queries need to know of the workers, and where they tell what was wrong with one.</summary>
internal interface ISiteDirectory
{
    /// <summary>
    /// The workers that can be asked now, by id. Nobody is in doubt only because a query was unlucky.
    /// </summary>
    ImmutableArray<WorkerAddress> LiveWorkers { get; }

    /// <summary>
    /// Where workers reach this coordinator, to fetch what it has computed; worker 0.
    /// </summary>
    WorkerAddress Coordinator { get; }

    /// <summary>The connection to a worker, for calls.</summary>
    /// <exception cref="ClusterException">It does not answer.</exception>
    ValueTask<RpcConnection> ConnectAsync(WorkerAddress worker, CancellationToken cancellationToken = default);

    /// <summary>
    /// Waits a little for some workers, one of which is needed; false at once where none of them is to be expected.
    /// </summary>
    ValueTask<bool> AwaitReturnAsync(
        IReadOnlyCollection<long> awaited, CancellationToken cancellationToken = default);

    /// <summary>Says that a worker did not answer, or answered what it must not.</summary>
    void ReportFailure(WorkerAddress worker, Exception reason);

    /// <summary>
    /// Says that a worker could not read its copy of the column groups of a segment that the record names; they are
    /// missing or damaged. Asks for repair.
    /// </summary>
    void ReportBadCopy(WorkerAddress worker, long tableId, SegmentRecord segment, Exception reason);
}

using ColFrag.Coordinator.Membership;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;

namespace ColFrag.Coordinator.Loading;

/// <summary>
/// Sends the rows of one segment to its first worker, which encodes them and has the others copy the files. Where one
/// of the others failed, another worker takes its place before anything is acknowledged; where the first one failed,
/// the rows are lost, and it is avoided for a while.
/// </summary>
internal sealed class RemoteSegmentSink : ISegmentSink
{
    private readonly NewSegment _segment;
    private readonly PlacedSegment _targets;
    private readonly SegmentCopies _copies;
    private readonly SegmentSender _sender;
    private bool _isFinished;

    /// <param name="segment">What is written.</param>
    /// <param name="targets">Its workers: a commit compares that they are as they were.</param>
    /// <param name="copies">Makes and deletes copies.</param>
    /// <param name="connections">The network.</param>
    public RemoteSegmentSink(
        NewSegment segment, PlacedSegment targets, SegmentCopies copies, NodeConnections connections)
    {
        _segment = segment;
        _targets = targets;
        _copies = copies;
        SegmentTargets addresses = targets.ToTargets();
        _sender = new SegmentSender(segment, _ => ValueTask.FromResult(addresses), connections);
    }

    /// <inheritdoc/>
    public int RowCount => _sender.RowCount;

    /// <inheritdoc/>
    public int Remaining => _sender.Remaining;

    /// <inheritdoc/>
    public Task? Backlog => _sender.Backlog;

    /// <inheritdoc/>
    public void Append(Batch batch, ReadOnlySpan<ulong> positions)
    {
        try
        {
            _sender.Append(batch, positions);
        }
        catch (WriteLostException)
        {
            _copies.Workers.AvoidWrites(_targets.Workers[0].Id);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<SealedSegment> FinishAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            SegmentSealed made = await _sender.FinishAsync(cancellationToken);
            SealedSegment complete = await _copies.CompleteAsync(
                _segment, made, _targets, cancellationToken);
            _isFinished = true;
            return complete;
        }
        catch (WriteLostException)
        {
            _copies.Workers.AvoidWrites(_targets.Workers[0].Id);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        if (_isFinished) return;
        await _copies.DeleteAsync(
            _segment.Definition.TableId, _segment.Id, _targets.Ids, CancellationToken.None);
    }

    /// <summary>The worker is still in the life in which it answered.</summary>
    public static CatalogCompare GuardOf(KnownWorker worker) =>
        new(CompareTarget.ModRevision, CatalogKeys.Worker(worker.Id), worker.ModRevision, default);
}

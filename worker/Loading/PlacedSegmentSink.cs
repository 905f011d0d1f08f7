using ColFrag.Engine.Catalog;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Messages.Cluster;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Segments;

namespace ColFrag.Worker.Loading;

/// <summary>A segment of a load, on its way to the workers that the coordinator says.</summary>
internal sealed class PlacedSegmentSink : ISegmentSink
{
    private readonly FileLoad _load;
    private readonly NewSegment _segment;
    private readonly SegmentSender _sender;
    private bool _isFinished;

    public PlacedSegmentSink(FileLoad load, NewSegment segment, NodeConnections connections)
    {
        _load = load;
        _segment = segment;
        _sender = new SegmentSender(segment, stop => load.PlaceAsync(segment, stop), connections);
    }

    public int RowCount => _sender.RowCount;

    public int Remaining => _sender.Remaining;

    public Task? Backlog => _sender.Backlog;

    public void Append(Batch batch, ReadOnlySpan<ulong> positions)
    {
        try
        {
            _sender.Append(batch, positions);
        }
        catch (WriteLostException)
        {
            _load.NoteLost(_sender.Targets.First.Worker);
            throw;
        }
    }

    public async Task<SealedSegment> FinishAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            SegmentSealed made = await _sender.FinishAsync(cancellationToken);
            _isFinished = true;
            return new SealedSegment(
                made.RowCount, made.Bytes,
                [.. made.Groups.Select(g => new GroupRecord(g.Group, g.ManifestHash, g.Bytes, g.Workers))]);
        }
        catch (WriteLostException)
        {
            _load.NoteLost(_sender.Targets.First.Worker);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _sender.DisposeAsync();
        if (!_isFinished) await _load.DeleteAsync(_segment.Id);
    }
}

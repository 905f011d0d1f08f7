using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The answer to <see cref="SegmentWanted"/>.</summary>
/// <param name="Segment">Id of the segment.</param>
/// <param name="Targets">The workers that get it; the first one encodes.</param>
internal sealed record SegmentPlaced(long Segment, ImmutableArray<WorkerAddress> Targets) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Segment);
        target.WriteList(Targets, static (t, w) => w.Write(t));
    }

    internal static SegmentPlaced Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new SegmentPlaced(
            source.ReadInt64(),
            [.. source.ReadList(static s => s.ReadNested(WorkerAddress.Read), WorkerAddress.MaxCount)]);
    }
}

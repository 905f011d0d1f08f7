using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The answer to <see cref="SegmentWanted"/>.</summary>
/// <param name="Segment">Id of the segment.</param>
/// <param name="Targets">The workers that get it; the first one encodes.</param>
/// <param name="Parts">Which of them get which column groups; empty where all get all.</param>
internal sealed record SegmentPlaced(
    long Segment, ImmutableArray<WorkerAddress> Targets, ImmutableArray<PartTargets> Parts) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Segment);
        target.WriteList(Targets, static (t, w) => w.Write(t));
        target.WriteList(Parts, static (t, p) => p.Write(t));
    }

    internal static SegmentPlaced Read(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: 2);
        return new SegmentPlaced(
            source.ReadInt64(),
            [.. source.ReadList(static s => s.ReadNested(WorkerAddress.Read), WorkerAddress.MaxCount)],
            count > 2 ? [.. source.ReadList(static s => s.ReadNested(PartTargets.Read), PartTargets.MaxCount)] : []);
    }
}

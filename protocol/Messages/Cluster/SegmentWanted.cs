using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Worker to coordinator inside <see cref="LoadFiles"/>: where does a segment go? Before the answer
/// <see cref="SegmentPlaced"/> nobody writes anything of it, so that the coordinator knows all that may have to be
/// deleted.
/// </summary>
/// <param name="Segment">The id that the worker chose.</param>
/// <param name="Range">Id of its hash range.</param>
internal sealed record SegmentWanted(long Segment, long Range) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Segment);
        target.Write(Range);
    }

    internal static SegmentWanted Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new SegmentWanted(source.ReadInt64(), source.ReadInt64());
    }
}

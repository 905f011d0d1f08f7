using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Some of the segments in a worker's folder, in answer to <see cref="ListSegments"/>.</summary>
/// <param name="Segments">The segments.</param>
internal sealed record SegmentList(ImmutableArray<StoredSegment> Segments) : IMessage
{
    /// <summary>The most segments in one message.</summary>
    public const int MaxCount = 4096;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.WriteList(Segments, static (t, s) => s.Write(t));
    }

    internal static SegmentList Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        return new SegmentList([.. source.ReadList(static s => s.ReadNested(StoredSegment.Read), max: MaxCount)]);
    }
}

using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The answer to <see cref="WriteSegment"/>: durable and verified on all that are named.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Groups">The column groups.</param>
internal sealed record SegmentSealed(int RowCount, long Bytes, ImmutableArray<SealedGroup> Groups) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(RowCount);
        target.Write(Bytes);
        target.WriteList(Groups, static (t, g) => g.Write(t));
    }

    internal static SegmentSealed Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        int rowCount = source.ReadInt32();
        long bytes = source.ReadInt64();
        ImmutableArray<SealedGroup> groups =
            [.. source.ReadList(static s => s.ReadNested(SealedGroup.Read), max: SealedGroup.MaxCount)];
        return new SegmentSealed(rowCount, bytes, groups);
    }
}

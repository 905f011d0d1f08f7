using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A segment of a load, durable and verified, inside <see cref="FilesLoaded"/>.</summary>
/// <param name="Segment">Its id.</param>
/// <param name="RowCount">Rows.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Groups">The column groups.</param>
internal sealed record LoadedSegment(
    long Segment, int RowCount, long Bytes, ImmutableArray<SealedGroup> Groups) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 1 << 20;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(Segment);
        target.Write(RowCount);
        target.Write(Bytes);
        target.WriteList(Groups, static (t, g) => g.Write(t));
    }

    internal static LoadedSegment Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        return new LoadedSegment(
            source.ReadInt64(), source.ReadInt32(), source.ReadInt64(),
            [.. source.ReadList(static s => s.ReadNested(SealedGroup.Read), SealedGroup.MaxCount)]);
    }
}

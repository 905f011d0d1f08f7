using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Column groups of a new segment that go to the same workers, inside <see cref="WriteSegment"/> and
/// <see cref="SegmentPlaced"/>.
/// </summary>
/// <param name="Groups">Numbers of the groups.</param>
/// <param name="Workers">Ids of the workers, which the message names with their addresses.</param>
internal sealed record PartTargets(ImmutableArray<int> Groups, ImmutableArray<long> Workers) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = SealedGroup.MaxCount;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.WriteList(Groups, static (t, g) => t.Write(g));
        target.WriteList(Workers.AsSpan());
    }

    internal static PartTargets Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new PartTargets(
            [.. source.ReadList(static s => s.ReadInt32(), SealedGroup.MaxCount)],
            [.. source.ReadInt64List(max: WorkerAddress.MaxCount)]);
    }
}

using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A segment that lies in a worker's folder, inside <see cref="SegmentList"/>.</summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="Bytes">Bytes of its files.</param>
/// <param name="Vectors">Ids of the delete vectors beside it.</param>
/// <param name="Groups">The column groups whose manifests lie there; null from a worker that does not say.</param>
internal sealed record StoredSegment(
    long Table, long Segment, long Bytes, ImmutableArray<long> Vectors, ImmutableArray<int>? Groups) : IMessage
{
    /// <summary>The most delete vectors of one segment.</summary>
    public const int MaxVectors = 65_536;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(5);
        target.Write(Table);
        target.Write(Segment);
        target.Write(Bytes);
        target.WriteList(Vectors.AsSpan());
        if (Groups is { } groups) target.WriteList(groups, static (t, g) => t.Write(g));
        else target.WriteNil();
    }

    internal static StoredSegment Read(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: 4);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        long bytes = source.ReadInt64();
        ImmutableArray<long> vectors = [.. source.ReadInt64List(max: MaxVectors)];
        ImmutableArray<int>? groups = null;
        if (count > 4 && !source.TryReadNil())
            groups = [.. source.ReadList(static s => s.ReadInt32(), GroupHash.MaxCount)];
        return new StoredSegment(table, segment, bytes, vectors, groups);
    }
}

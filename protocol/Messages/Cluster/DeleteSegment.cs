using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: no version names this segment, or one of its delete vectors, any more; delete the files.
/// </summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="Vector">The delete vector that goes alone; 0 where the segment goes with all it has.</param>
/// <param name="Revision">
/// The state of the catalog by which that was decided: a copy that was asked for later stays.
/// </param>
/// <param name="Groups">The column groups that go, with whatever belongs to none of the others; empty for all.</param>
internal sealed record DeleteSegment(
    long Table, long Segment, long Vector, long Revision, ImmutableArray<int> Groups) : IMessage
{
    /// <summary>All that a worker has of a segment, or one of its delete vectors.</summary>
    public DeleteSegment(long table, long segment, long vector, long revision = long.MaxValue)
        : this(table, segment, vector, revision, [])
    {
    }

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(5);
        target.Write(Table);
        target.Write(Segment);
        target.Write(Vector);
        target.Write(Revision);
        target.WriteList(Groups, static (t, g) => t.Write(g));
    }

    internal static DeleteSegment Read(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: 3);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        long vector = source.ReadInt64();
        long revision = count > 3 ? source.ReadInt64() : long.MaxValue;
        return new DeleteSegment(
            table, segment, vector, revision,
            count > 4 ? [.. source.ReadList(static s => s.ReadInt32(), GroupHash.MaxCount)] : []);
    }
}

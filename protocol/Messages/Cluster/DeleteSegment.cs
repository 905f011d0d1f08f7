using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: no version names this segment, or one of its delete vectors, any more; delete the files.
/// </summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="Vector">The delete vector that goes alone; 0 where the segment goes with all it has.</param>
internal sealed record DeleteSegment(long Table, long Segment, long Vector) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Table);
        target.Write(Segment);
        target.Write(Vector);
    }

    internal static DeleteSegment Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        long vector = source.ReadInt64();
        return new DeleteSegment(table, segment, vector);
    }
}

using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Coordinator to every worker of a segment: keep this vector of deleted rows beside it.</summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="Vector">Id of the vector.</param>
/// <param name="Content">The vector's bytes.</param>
internal sealed record WriteDeleteVector(long Table, long Segment, long Vector, byte[] Content) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(Table);
        target.Write(Segment);
        target.Write(Vector);
        target.WriteBinary(Content);
    }

    internal static WriteDeleteVector Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        long vector = source.ReadInt64();
        byte[] content = source.ReadBinary().ToArray();
        return new WriteDeleteVector(table, segment, vector, content);
    }
}

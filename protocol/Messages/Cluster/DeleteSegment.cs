using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Coordinator to worker: no version names this segment any more; delete its files.</summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
internal sealed record DeleteSegment(long Table, long Segment) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Table);
        target.Write(Segment);
    }

    internal static DeleteSegment Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        return new DeleteSegment(table, segment);
    }
}

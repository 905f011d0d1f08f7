using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A worker that copies to one that has: which files does this segment have?</summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
internal sealed record ListSegmentFiles(long Table, long Segment) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Table);
        target.Write(Segment);
    }

    internal static ListSegmentFiles Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        return new ListSegmentFiles(table, segment);
    }
}

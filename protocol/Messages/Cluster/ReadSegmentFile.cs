using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A worker that copies to one that has: send this file. Its bytes follow as data.</summary>
/// <param name="Table">The table in whose folder it lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="File">Name of the file, without folders.</param>
internal sealed record ReadSegmentFile(long Table, long Segment, string File) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Table);
        target.Write(Segment);
        target.Write(File);
    }

    internal static ReadSegmentFile Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        string file = source.ReadString();
        return new ReadSegmentFile(table, segment, file);
    }
}

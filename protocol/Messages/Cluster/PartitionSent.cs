using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The end of a partition: the task has ended well, and this is all of it.</summary>
/// <param name="Rows">Its rows.</param>
/// <param name="Bytes">Bytes of the bodies that were sent, by which the reader knows that nothing is missing.</param>
internal sealed record PartitionSent(long Rows, long Bytes) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Rows);
        target.Write(Bytes);
    }

    internal static PartitionSent Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        return new PartitionSent(source.ReadInt64(), source.ReadInt64());
    }
}

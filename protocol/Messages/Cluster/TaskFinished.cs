using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The end of a partition: what the task did.</summary>
/// <param name="Rows">Rows of the partition.</param>
/// <param name="Statistics">Figures of its operators, where the run was measured; else empty.</param>
internal sealed record TaskFinished(long Rows, byte[] Statistics) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Rows);
        target.WriteBinary(Statistics);
    }

    internal static TaskFinished Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        long rows = source.ReadInt64();
        byte[] statistics = source.ReadBinary().ToArray();
        return new TaskFinished(rows, statistics);
    }
}

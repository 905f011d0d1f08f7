using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: run a stage over these segments. Its rows wait in partitions until <see
/// cref="ReadPartition"/> fetches them.
/// </summary>
/// <param name="Query">The query.</param>
/// <param name="Task">Number of the task within the query.</param>
/// <param name="Stage">The stage: plan, inputs, how the output is cut.</param>
/// <param name="MemoryBytes">Bytes that the task may use.</param>
internal sealed record StartTask(Guid Query, int Task, byte[] Stage, long MemoryBytes) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(Query);
        target.Write(Task);
        target.WriteBinary(Stage);
        target.Write(MemoryBytes);
    }

    internal static StartTask Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        Guid query = source.ReadGuid();
        int task = source.ReadInt32();
        byte[] stage = source.ReadBinary().ToArray();
        long memoryBytes = source.ReadInt64();
        return new StartTask(query, task, stage, memoryBytes);
    }
}

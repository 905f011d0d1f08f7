using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Whoever needs the rows of a task to the worker that runs it: batches follow as data; the answer is <see
/// cref="PartitionSent"/> when the task has ended and all its rows of this partition were sent. A partition is read
/// once: its rows are not kept.
/// </summary>
/// <param name="Query">The try of the query.</param>
/// <param name="Task">Number of the task.</param>
/// <param name="Partition">Which part of its output.</param>
internal sealed record ReadPartition(Guid Query, int Task, int Partition) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(3);
        target.Write(Query);
        target.Write(Task);
        target.Write(Partition);
    }

    internal static ReadPartition Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 3);
        Guid query = source.ReadGuid();
        int task = source.ReadInt32();
        int partition = source.ReadInt32();
        return new ReadPartition(query, task, partition);
    }
}

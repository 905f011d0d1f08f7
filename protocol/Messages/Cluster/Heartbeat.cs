using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Worker to coordinator, once a second: alive, and this full.</summary>
/// <param name="Worker">Its id.</param>
/// <param name="Incarnation">Of its registration.</param>
/// <param name="FreeBytes">Free bytes of its disk.</param>
/// <param name="StoredBytes">Bytes of the segments it holds.</param>
/// <param name="RunningTasks">Tasks at work.</param>
internal sealed record Heartbeat(
    long Worker, long Incarnation, long FreeBytes, long StoredBytes, int RunningTasks) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(5);
        target.Write(Worker);
        target.Write(Incarnation);
        target.Write(FreeBytes);
        target.Write(StoredBytes);
        target.Write(RunningTasks);
    }

    internal static Heartbeat Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 5);
        long worker = source.ReadInt64();
        long incarnation = source.ReadInt64();
        long freeBytes = source.ReadInt64();
        long storedBytes = source.ReadInt64();
        int runningTasks = source.ReadInt32();
        return new Heartbeat(worker, incarnation, freeBytes, storedBytes, runningTasks);
    }
}

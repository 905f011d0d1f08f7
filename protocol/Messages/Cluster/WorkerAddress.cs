using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Where a worker answers, inside other messages.</summary>
/// <param name="Worker">Its id.</param>
/// <param name="Address"><c>host:port</c></param>
internal sealed record WorkerAddress(long Worker, string Address) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 1024;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Worker);
        target.Write(Address);
    }

    internal static WorkerAddress Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        long worker = source.ReadInt64();
        string address = source.ReadString();
        return new WorkerAddress(worker, address);
    }
}

using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The answer to <see cref="RegisterWorker"/>: the worker is known from now on.</summary>
/// <param name="Cluster">The cluster it belongs to.</param>
/// <param name="Incarnation">One more at every registration.</param>
internal sealed record WorkerRegistered(Guid Cluster, long Incarnation) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Cluster);
        target.Write(Incarnation);
    }

    internal static WorkerRegistered Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        Guid cluster = source.ReadGuid();
        long incarnation = source.ReadInt64();
        return new WorkerRegistered(cluster, incarnation);
    }
}

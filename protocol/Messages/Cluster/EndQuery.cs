using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>Coordinator to worker: nobody needs the tasks of this query any more.</summary>
/// <param name="Query">The query.</param>
internal sealed record EndQuery(Guid Query) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.Write(Query);
    }

    internal static EndQuery Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        Guid query = source.ReadGuid();
        return new EndQuery(query);
    }
}

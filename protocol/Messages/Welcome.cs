using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>Whoever was connected to answers the hello: who he is, and the version that both use from now on.</summary>
/// <param name="Version">The protocol version of this connection.</param>
/// <param name="Receiver">Who answers.</param>
/// <param name="Software">Name and release, for people.</param>
internal sealed record Welcome(int Version, NodeIdentity Receiver, string Software) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(Version);
        target.Write(Receiver.Cluster);
        target.Write((int)Receiver.Kind);
        target.Write(Receiver.Node);
        target.Write(Receiver.Incarnation);
        target.Write(Software);
    }

    internal static Welcome Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 6);
        int version = source.ReadInt32();
        NodeIdentity receiver = new(
            source.ReadGuid(), source.ReadEnum<NodeKind>(), source.ReadUInt64(), source.ReadInt64());
        return new Welcome(version, receiver, source.ReadString());
    }
}

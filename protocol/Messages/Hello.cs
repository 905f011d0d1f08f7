using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages;

/// <summary>
/// Who connects to whom is answered, once per connection: who speaks, in which versions, and whom he expects to find.
/// </summary>
/// <param name="OldestVersion">The oldest protocol version the sender speaks.</param>
/// <param name="NewestVersion">The newest protocol version the sender speaks.</param>
/// <param name="Sender">The sender; an empty cluster id when he is about to join and knows none.</param>
/// <param name="ExpectedNode">The node expected at the other end; 0 = any.</param>
/// <param name="ExpectedIncarnation">The incarnation expected at the other end; 0 = any.</param>
/// <param name="Software">Name and release, for people.</param>
internal sealed record Hello(
    int OldestVersion, int NewestVersion, NodeIdentity Sender, ulong ExpectedNode, long ExpectedIncarnation,
    string Software) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(9);
        target.Write(OldestVersion);
        target.Write(NewestVersion);
        target.Write(Sender.Cluster);
        target.Write((int)Sender.Kind);
        target.Write(Sender.Node);
        target.Write(Sender.Incarnation);
        target.Write(ExpectedNode);
        target.Write(ExpectedIncarnation);
        target.Write(Software);
    }

    internal static Hello Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 9);
        int oldest = source.ReadInt32(), newest = source.ReadInt32();
        NodeIdentity sender = new(
            source.ReadGuid(), source.ReadEnum<NodeKind>(), source.ReadUInt64(), source.ReadInt64());
        return new Hello(oldest, newest, sender, source.ReadUInt64(), source.ReadInt64(), source.ReadString());
    }
}

using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A column group of a segment and the hash of its manifest, inside other messages.</summary>
/// <param name="Group">Number of the group.</param>
/// <param name="ManifestHash">XXH128 of the manifest.</param>
internal sealed record GroupHash(int Group, UInt128 ManifestHash) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 4096;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(2);
        target.Write(Group);
        target.WriteUInt128(ManifestHash);
    }

    internal static GroupHash Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 2);
        int group = source.ReadInt32();
        UInt128 manifestHash = source.ReadUInt128();
        return new GroupHash(group, manifestHash);
    }
}

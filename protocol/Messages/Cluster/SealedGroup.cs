using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>A column group that is durable, inside <see cref="SegmentSealed"/>.</summary>
/// <param name="Group">Number of the group.</param>
/// <param name="ManifestHash">XXH128 of the manifest.</param>
/// <param name="Bytes">Bytes of its files.</param>
/// <param name="Workers">Who has a verified copy.</param>
internal sealed record SealedGroup(
    int Group, UInt128 ManifestHash, long Bytes, ImmutableArray<long> Workers) : IMessage
{
    /// <summary>The most of them in one message.</summary>
    public const int MaxCount = 4096;

    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(4);
        target.Write(Group);
        target.WriteUInt128(ManifestHash);
        target.Write(Bytes);
        target.WriteList(Workers.AsSpan());
    }

    internal static SealedGroup Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 4);
        int group = source.ReadInt32();
        UInt128 manifestHash = source.ReadUInt128();
        long bytes = source.ReadInt64();
        ImmutableArray<long> workers = [.. source.ReadInt64List(max: WorkerAddress.MaxCount)];
        return new SealedGroup(group, manifestHash, bytes, workers);
    }
}

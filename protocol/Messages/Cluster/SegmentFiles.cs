using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>The answer to <see cref="ListSegmentFiles"/>.</summary>
/// <param name="Names">Names of the files, without folders.</param>
internal sealed record SegmentFiles(ImmutableArray<string> Names) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(1);
        target.WriteList(Names);
    }

    internal static SegmentFiles Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 1);
        ImmutableArray<string> names = [.. source.ReadStringList(max: 65_536)];
        return new SegmentFiles(names);
    }
}

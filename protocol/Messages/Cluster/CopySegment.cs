using System.Collections.Immutable;
using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Anyone to a worker that gets a copy: fetch the files of a segment from another worker, verify and keep them.
/// </summary>
/// <param name="Table">The table in whose folder the segment lies.</param>
/// <param name="Segment">Its id.</param>
/// <param name="Groups">Which column groups, and what their manifests hash to.</param>
/// <param name="SourceNode">Id of the worker to fetch from.</param>
/// <param name="SourceAddress">Where that one answers.</param>
/// <param name="Revision">The state of the catalog when it was asked for; see <see cref="DeleteSegment"/>.</param>
internal sealed record CopySegment(
    long Table, long Segment, ImmutableArray<GroupHash> Groups, long SourceNode, string SourceAddress,
    long Revision = 0) : IMessage
{
    /// <inheritdoc/>
    public void Write(MessagePackWriter target)
    {
        target.WriteArrayHeader(6);
        target.Write(Table);
        target.Write(Segment);
        target.WriteList(Groups, static (t, g) => g.Write(t));
        target.Write(SourceNode);
        target.Write(SourceAddress);
        target.Write(Revision);
    }

    internal static CopySegment Read(MessagePackReader source)
    {
        int count = source.ReadArrayHeader(min: 5);
        long table = source.ReadInt64();
        long segment = source.ReadInt64();
        ImmutableArray<GroupHash> groups =
            [.. source.ReadList(static s => s.ReadNested(GroupHash.Read), max: GroupHash.MaxCount)];
        long sourceNode = source.ReadInt64();
        string sourceAddress = source.ReadString();
        long revision = count > 5 ? source.ReadInt64() : 0;
        return new CopySegment(table, segment, groups, sourceNode, sourceAddress, revision);
    }
}

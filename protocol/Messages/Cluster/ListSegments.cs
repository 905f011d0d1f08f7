using ColFrag.Engine.Bytes;

namespace ColFrag.Protocol.Messages.Cluster;

/// <summary>
/// Coordinator to worker: what lies in your folder? Items of <see cref="SegmentList"/> follow, then done.
/// </summary>
internal sealed record ListSegments : IMessage
{
    /// <summary>The only one.</summary>
    public static ListSegments Instance { get; } = new();

    /// <inheritdoc/>
    public void Write(MessagePackWriter target) => target.WriteArrayHeader(0);

    internal static ListSegments Read(MessagePackReader source)
    {
        source.ReadArrayHeader(min: 0);
        return Instance;
    }
}

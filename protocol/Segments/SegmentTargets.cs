using System.Collections.Immutable;
using ColFrag.Protocol.Messages.Cluster;

namespace ColFrag.Protocol.Segments;

/// <summary>Where a new segment goes.</summary>
/// <param name="Workers">The workers that get anything of it; the first one encodes.</param>
/// <param name="Parts">Which of them get which column groups; empty where all get all.</param>
internal sealed record SegmentTargets(ImmutableArray<WorkerAddress> Workers, ImmutableArray<PartTargets> Parts)
{
    /// <summary>Nowhere, as long as nobody has said.</summary>
    public static SegmentTargets None { get; } = new([], []);

    /// <summary>Who encodes.</summary>
    public WorkerAddress First => Workers[0];
}

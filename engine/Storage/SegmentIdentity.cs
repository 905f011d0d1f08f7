namespace ColFrag.Engine.Storage;

/// <summary>
/// Whose rows a segment holds; written into every manifest, so that a stray file is never taken for another's.
/// </summary>
internal sealed record SegmentIdentity(
    Guid Cluster, long TableId, long RangeId, long SegmentId, long LoadId = 0, int SchemaVersion = 0);

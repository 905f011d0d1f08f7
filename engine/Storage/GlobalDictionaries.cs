using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Table-wide dictionaries, derived from those of the segments: built when first asked for, kept while memory allows,
/// never above <see cref="MaxEntries"/>.
/// </summary>
internal sealed class GlobalDictionaries
{
    /// <summary>Columns with more distinct values get none.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>
    /// The dictionary of a column over these segments (those of a table version); null when a segment has blocks without
    /// codes or there are too many values.
    /// </summary>
    public GlobalDictionary? TryGet(IReadOnlyList<SegmentReader> segments, int columnId) =>
        throw new NotImplementedException();
}

/// <summary>The distinct values of a column in a set of segments, and how each segment's codes map to it.</summary>
internal sealed class GlobalDictionary
{
    /// <summary>The values, in byte order.</summary>
    public VectorDictionary Dictionary => throw new NotImplementedException();

    /// <summary>Table-wide code of each code of a segment; null where they are the same.</summary>
    public uint[]? GetRemap(SegmentReader segment) => throw new NotImplementedException();
}

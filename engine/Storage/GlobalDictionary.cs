using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>The distinct values of a column in a set of segments, and how each segment's codes map to it.</summary>
internal sealed class GlobalDictionary
{
    private readonly Dictionary<long, CodeRemap?> _remaps;

    /// <param name="dictionary">The values, in byte order.</param>
    /// <param name="remaps">The new code of each code of a segment, by its number; null where they stay.</param>
    internal GlobalDictionary(VectorDictionary dictionary, IReadOnlyDictionary<long, uint[]?> remaps)
    {
        Dictionary = dictionary;
        PhysicalType lane = CodesBlock.LaneOf(dictionary.Count);
        _remaps = remaps.ToDictionary(
            r => r.Key, r => r.Value is { } codes ? new CodeRemap(codes, lane) : null);
        Bytes = (dictionary.Count * 40L) + remaps.Values.Sum(r => (r?.Length ?? 0) * 4L);
    }

    /// <summary>The values, in byte order.</summary>
    public VectorDictionary Dictionary { get; }

    /// <summary>Bytes of the remaps and, about, of the values.</summary>
    internal long Bytes { get; }

    /// <summary>
    /// Table-wide code of each code of a segment, null where they are the same; false for other segments.
    /// </summary>
    public bool TryGetRemap(SegmentReader segment, out CodeRemap? codes) =>
        _remaps.TryGetValue(segment.Number, out codes);
}

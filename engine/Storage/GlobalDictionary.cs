using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>The distinct values of a column in a set of segments, and how each segment's codes map to it.</summary>
internal sealed class GlobalDictionary
{
    private readonly Dictionary<long, uint[]?> _remaps;

    internal GlobalDictionary(VectorDictionary dictionary, Dictionary<long, uint[]?> remaps)
    {
        Dictionary = dictionary;
        _remaps = remaps;
    }

    /// <summary>The values, in byte order.</summary>
    public VectorDictionary Dictionary { get; }

    /// <summary>Segments it knows, by number.</summary>
    internal IReadOnlyDictionary<long, uint[]?> Remaps => _remaps;

    /// <summary>Bytes of the remaps and, about, of the values.</summary>
    internal long Bytes => (Dictionary.Count * 40L) + _remaps.Values.Sum(r => (r?.Length ?? 0) * 4L);

    /// <summary>
    /// Table-wide code of each code of a segment, null where they are the same; false for other segments.
    /// </summary>
    public bool TryGetRemap(SegmentReader segment, out uint[]? codes) => _remaps.TryGetValue(segment.Number, out codes);
}

using System.Collections.Immutable;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Time;

namespace ColFrag.Engine.Store;

/// <summary>
/// A uniform sample of positions (Vitter's algorithm R), from which ranges of equal numbers of rows are cut.
/// </summary>
internal sealed class PositionSample(IRandom random)
{
    private const int MaxSize = 1 << 16;

    private readonly List<ulong> _positions = [];
    private long _seen;

    /// <summary>Takes part of the sample with the chance that all others have.</summary>
    public void Add(ulong position)
    {
        _seen++;
        if (_positions.Count < MaxSize)
        {
            _positions.Add(position);
            return;
        }
        ulong place = random.NextUInt64() % (ulong)_seen;
        if (place < MaxSize) _positions[(int)place] = position;
    }

    /// <summary>
    /// At most <paramref name="count"/> ranges with about as many rows each; fewer where one position has the rows of
    /// several ranges.
    /// </summary>
    public ImmutableArray<HashRange> Cut(int count)
    {
        _positions.Sort();
        List<ulong> firsts = [0];
        for (int i = 1; i < count && _positions.Count > 0; i++)
        {
            ulong first = _positions[(int)((long)_positions.Count * i / count)];
            if (first > firsts[^1]) firsts.Add(first);
        }
        return
        [
            .. firsts.Select((first, i) => new HashRange(first, i + 1 < firsts.Count ? firsts[i + 1] - 1
                : ulong.MaxValue)),
        ];
    }
}

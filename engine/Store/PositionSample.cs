using System.Collections.Immutable;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Time;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// A uniform sample of positions (Vitter's algorithm R), from which ranges of equal numbers of rows are cut.
/// </summary>
internal sealed class PositionSample(IRandom random)
{
    private const int MaxSize = 1 << 16;

    /// <summary>Of many rows at once, one of so many is looked at.</summary>
    private const int Step = 16;

    private readonly Lock _lock = new();
    private readonly List<ulong> _positions = [];
    private long _seen;

    /// <summary>Number of positions that took part.</summary>
    public long Seen => _seen;

    /// <summary>A part of the rows of a batch takes part; from any thread.</summary>
    public void AddSome(Batch batch, ReadOnlySpan<ulong> positions)
    {
        int step = batch.Count < 64 ? 1 : Step;
        lock (_lock)
        {
            for (int row = random.Next(step); row < batch.Count; row += step)
            {
                if (!batch.IsMasked || batch.Mask[row]) Add(positions[row]);
            }
        }
    }

    /// <summary>How many times the mean of so many ranges the fullest of some ranges has.</summary>
    public double SkewOf(HashRangeMap map, int count)
    {
        long[] rows = new long[map.Ranges.Length];
        foreach (ulong position in _positions) rows[map.IndexOf(position)]++;
        return _positions.Count == 0 ? 1 : rows.Max() * (double)count / _positions.Count;
    }

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
    /// several ranges, and then it is one of its own.
    /// </summary>
    public ImmutableArray<HashRange> Cut(int count)
    {
        _positions.Sort();
        List<ulong> firsts = [0];
        for (int i = 1; i < count && _positions.Count > 0; i++)
        {
            ulong first = _positions[(int)((long)_positions.Count * i / count)];
            if (first == firsts[^1] && first < _positions[^1]) first++;
            if (first > firsts[^1]) firsts.Add(first);
        }
        return
        [
            .. firsts.Select((first, i) => new HashRange(first, i + 1 < firsts.Count ? firsts[i + 1] - 1
                : ulong.MaxValue)),
        ];
    }
}

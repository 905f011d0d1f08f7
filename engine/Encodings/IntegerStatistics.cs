using System.Numerics;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// What is known about a stream of integers before it is encoded. Bounds are exact; the rest is worked out when an
/// encoding asks, by a vector pass where there is one, else on a sample.
/// </summary>
internal sealed unsafe class IntegerStatistics
{
    /// <summary>Values that are looked at for the things that are only estimated.</summary>
    private const int SampleCount = 2048;

    private readonly long* _values;
    private int _runCount = -1;
    private int _descentCount = -1;
    private ulong _divisor;
    private DeltaBounds? _deltas, _secondDeltas;
    private (long Mode, int Count)? _mode;
    private long[]? _distinct;
    private bool _hasDistinct;

    /// <summary>Looks at values, which stay where they are while this is used.</summary>
    public IntegerStatistics(long* values, int count, int vectorRows)
    {
        _values = values;
        Count = count;
        VectorRows = vectorRows;
        int vectors = (count + vectorRows - 1) / vectorRows;
        VectorMins = new long[vectors];
        VectorMaxes = new long[vectors];
        for (int v = 0; v < vectors; v++)
        {
            int first = v * vectorRows;
            (VectorMins[v], VectorMaxes[v]) = Extremes.Find(values + first, Math.Min(vectorRows, count - first));
        }
        if (count == 0) return;
        Min = VectorMins.Min();
        Max = VectorMaxes.Max();
    }

    /// <summary>The values.</summary>
    public ReadOnlySpan<long> Values => new(_values, Count);

    /// <summary>Number of values.</summary>
    public int Count { get; }

    /// <summary>Rows of a vector.</summary>
    public int VectorRows { get; }

    /// <summary>The smallest value; 0 without values.</summary>
    public long Min { get; }

    /// <summary>The largest value; 0 without values.</summary>
    public long Max { get; }

    /// <summary>The smallest value of each vector.</summary>
    public long[] VectorMins { get; }

    /// <summary>The largest value of each vector.</summary>
    public long[] VectorMaxes { get; }

    /// <summary>The largest offset from the smallest value.</summary>
    public ulong Range => (ulong)Max - (ulong)Min;

    /// <summary>Bits of the largest offset.</summary>
    public int Bits => BitPacking.BitsFor(Range);

    /// <summary>Vectors.</summary>
    public int VectorCount => VectorMins.Length;

    /// <summary>Runs of equal values.</summary>
    public int RunCount => _runCount >= 0 ? _runCount : _runCount = CountRuns();

    /// <summary>Values that are below the one before them: 0 where they ascend.</summary>
    public int DescentCount => _descentCount >= 0 ? _descentCount : _descentCount = CountDescents();

    /// <summary>The largest number that divides every offset from the smallest value; at least 1.</summary>
    public ulong Divisor => _divisor != 0 ? _divisor : _divisor = FindDivisor();

    /// <summary>The most frequent value and how often it occurs, exact where it is above half; else a guess.</summary>
    public (long Value, int Count) Mode => _mode ??= FindMode();

    /// <summary>
    /// Bounds of the differences between neighbours in each vector; none when they do not fit or do not help.
    /// </summary>
    public DeltaBounds Deltas => _deltas ??= FindDeltas(1);

    /// <summary>
    /// Bounds of the differences of differences in each vector; none when they do not fit or do not help.
    /// </summary>
    public DeltaBounds SecondDeltas => _secondDeltas ??= FindDeltas(2);

    /// <summary>The distinct values in order; null when there are more than a fraction of the values.</summary>
    public long[]? Distinct
    {
        get
        {
            if (!_hasDistinct) _distinct = FindDistinct();
            _hasDistinct = true;
            return _distinct;
        }
    }

    /// <summary>Rows of one vector.</summary>
    public int RowsOf(int vector) => Math.Min(VectorRows, Count - (vector * VectorRows));

    private int CountRuns()
    {
        if (Count == 0) return 0;
        int runs = 1;
        int i = 1;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= Count - 8; i += 8)
            {
                ulong same = Vector512.Equals(Vector512.Load(_values + i), Vector512.Load(_values + i - 1))
                    .ExtractMostSignificantBits();
                runs += 8 - BitOperations.PopCount(same);
            }
        }
        for (; i < Count; i++) runs += _values[i] != _values[i - 1] ? 1 : 0;
        return runs;
    }

    private int CountDescents()
    {
        int descents = 0;
        int i = 1;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= Count - 8; i += 8)
            {
                descents += BitOperations.PopCount(Vector512.LessThan(
                    Vector512.Load(_values + i), Vector512.Load(_values + i - 1)).ExtractMostSignificantBits());
            }
        }
        for (; i < Count; i++) descents += _values[i] < _values[i - 1] ? 1 : 0;
        return descents;
    }

    private ulong FindDivisor()
    {
        if (Range == 0) return 1;
        ulong divisor = Range;
        for (int i = 0; i < Count && divisor != 1; i++)
        {
            // Most offsets are multiples of the divisor found so far: one division, then the next.
            ulong rest = ((ulong)_values[i] - (ulong)Min) % divisor;
            while (rest != 0) (divisor, rest) = (rest, divisor % rest);
        }
        return divisor;
    }

    private (long Value, int Count) FindMode()
    {
        if (Count == 0) return (0, 0);
        // A majority of the sample is found by voting (Boyer and Moore), then counted over all.
        int step = Math.Max(1, Count / SampleCount);
        long candidate = _values[0];
        int votes = 0;
        for (int i = 0; i < Count; i += step)
        {
            if (votes == 0) candidate = _values[i];
            votes += _values[i] == candidate ? 1 : -1;
        }
        int occurrences = 0;
        int row = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<long> all = Vector512.Create(candidate);
            for (; row <= Count - 8; row += 8)
            {
                occurrences += BitOperations.PopCount(
                    Vector512.Equals(Vector512.Load(_values + row), all).ExtractMostSignificantBits());
            }
        }
        for (; row < Count; row++) occurrences += _values[row] == candidate ? 1 : 0;
        return (candidate, occurrences);
    }

    private DeltaBounds FindDeltas(int order)
    {
        // Differences wrap when the range takes all bits; then nothing is gained by them anyway.
        if (Range >= 1UL << 60 || VectorCount == 0) return DeltaBounds.None;
        long[] mins = new long[VectorCount], maxes = new long[VectorCount];
        bool isPromising = false;
        foreach (int v in (ReadOnlySpan<int>)[0, VectorCount / 2, VectorCount - 1])
        {
            (long min, long max) = FindDeltas(v, order);
            ulong range = (ulong)VectorMaxes[v] - (ulong)VectorMins[v];
            isPromising |= BitPacking.BitsFor((ulong)(max - min)) < BitPacking.BitsFor(range);
        }
        if (!isPromising) return DeltaBounds.None;
        for (int v = 0; v < VectorCount; v++) (mins[v], maxes[v]) = FindDeltas(v, order);
        return new DeltaBounds(mins, maxes);
    }

    private (long Min, long Max) FindDeltas(int vector, int order)
    {
        long* at = _values + ((long)vector * VectorRows);
        int rows = RowsOf(vector);
        if (rows <= order) return (0, 0);
        long min = long.MaxValue, max = long.MinValue;
        int i = order;
        if (Vector512.IsHardwareAccelerated && rows >= order + 8)
        {
            Vector512<long> low = Vector512.Create(min), high = Vector512.Create(max);
            for (; i <= rows - 8; i += 8)
            {
                Vector512<long> previous = Vector512.Load(at + i - 1);
                Vector512<long> delta = Vector512.Load(at + i) - previous;
                if (order == 2) delta = delta - previous + Vector512.Load(at + i - 2);
                low = Vector512.Min(low, delta);
                high = Vector512.Max(high, delta);
            }
            for (int lane = 0; lane < 8; lane++)
            {
                min = Math.Min(min, low[lane]);
                max = Math.Max(max, high[lane]);
            }
        }
        for (; i < rows; i++)
        {
            long delta = order == 1 ? at[i] - at[i - 1] : at[i] - (2 * at[i - 1]) + at[i - 2];
            min = Math.Min(min, delta);
            max = Math.Max(max, delta);
        }
        return (min, max);
    }

    private long[]? FindDistinct()
    {
        // No dictionary pays when half of the values are different, or their number takes nearly as many bits as they
        // do.
        int limit = Math.Min(Count / 2, ushort.MaxValue);
        int step = Math.Max(1, Count / SampleCount);
        LongSet seen = new(Math.Min(Count, 4096));
        int looked = 0;
        for (int i = 0; i < Count; i += step, looked++) seen.Add(_values[i]);
        if (BitPacking.BitsFor((ulong)seen.Count) >= Bits - 1) return null;
        if (seen.Count > limit || (looked >= SampleCount && seen.Count > looked * 3 / 4)) return null;
        for (int i = 1; i < Count; i++)
        {
            if (_values[i] != _values[i - 1] && seen.Add(_values[i]) && seen.Count > limit) return null;
        }
        return seen.ToSorted();
    }
}

/// <summary>Bounds of differences per vector.</summary>
internal sealed class DeltaBounds(long[] mins, long[] maxes)
{
    /// <summary>Stands for differences that do not fit.</summary>
    public static DeltaBounds None { get; } = new([], []);

    /// <summary>True when there is nothing here.</summary>
    public bool IsNone => Mins.Length == 0;

    /// <summary>The smallest difference in each vector.</summary>
    public long[] Mins { get; } = mins;

    /// <summary>The largest difference in each vector.</summary>
    public long[] Maxes { get; } = maxes;
}

using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Statistics;

/// <summary>
/// How the values of a column lie, as keys (see ZoneKey): bounds between which there are equally many values. Built
/// from a sample; parts merge.
/// <code>
///   bytes    field
///   8        values it stands for
///   varint   bounds, B, at most 65; 0 when there is nothing
///   varint   the first bound, 128-bit zigzag; then for each other: its distance from the one before, unsigned
/// </code>
/// </summary>
internal sealed class Histogram
{
    /// <summary>Parts of equally many values.</summary>
    public const int MaxBuckets = 64;

    private readonly Int128[] _bounds;

    private Histogram(double count, Int128[] bounds)
    {
        Count = count;
        _bounds = bounds;
    }

    /// <summary>Knows nothing.</summary>
    public static Histogram Empty { get; } = new(0, []);

    /// <summary>Values it stands for.</summary>
    public double Count { get; }

    /// <summary>The bounds, ascending; between neighbours lie equally many values.</summary>
    public ReadOnlySpan<Int128> Bounds => _bounds;

    /// <summary>Makes a histogram of a sample that stands for so many values.</summary>
    public static Histogram FromSample(IEnumerable<Int128> sample, double count)
    {
        Int128[] sorted = [.. sample];
        if (sorted.Length == 0 || count <= 0) return Empty;
        Array.Sort(sorted);
        int buckets = Math.Min(MaxBuckets, Math.Max(1, sorted.Length - 1));
        Int128[] bounds = new Int128[buckets + 1];
        for (int b = 0; b <= buckets; b++) bounds[b] = sorted[(int)((long)b * (sorted.Length - 1) / buckets)];
        return new Histogram(count, bounds);
    }

    /// <summary>The histogram of the values of all parts.</summary>
    public static Histogram Merge(IEnumerable<Histogram> parts)
    {
        List<(Int128 Key, double Weight)> points = [];
        double count = 0;
        foreach (Histogram part in parts)
        {
            if (part._bounds.Length == 0) continue;
            count += part.Count;
            foreach (Int128 bound in part._bounds) points.Add((bound, part.Count / part._bounds.Length));
        }
        if (points.Count == 0) return Empty;
        points.Sort(static (x, y) => x.Key.CompareTo(y.Key));
        int buckets = Math.Min(MaxBuckets, Math.Max(1, points.Count - 1));
        Int128[] bounds = new Int128[buckets + 1];
        double seen = 0;
        int at = 0;
        for (int b = 0; b <= buckets; b++)
        {
            double wanted = count * b / buckets;
            while (at < points.Count - 1 && seen + points[at].Weight <= wanted) seen += points[at++].Weight;
            bounds[b] = points[at].Key;
        }
        (bounds[0], bounds[buckets]) = (points[0].Key, points[^1].Key);
        return new Histogram(count, bounds);
    }

    /// <summary>The share of values between two keys, both in; 0 to 1.</summary>
    public double EstimateShare(Int128 low, Int128 high)
    {
        if (_bounds.Length == 0) return 1;
        if (low > high) return 0;
        return Math.Clamp(ShareUpTo(high) - (low == Int128.MinValue ? 0 : ShareUpTo(low - 1)), 0, 1);
    }

    /// <summary>
    /// The share of values that have a key. A key that is several bounds is a frequent one and known by how many; the
    /// others share what is left evenly.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="distinct">Different keys of all values.</param>
    public double EstimateEqual(Int128 key, double distinct)
    {
        double buckets = _bounds.Length - 1;
        double frequentShare = 0;
        double frequent = 0;
        for (int first = 0; first < _bounds.Length;)
        {
            int last = first;
            while (last + 1 < _bounds.Length && _bounds[last + 1] == _bounds[first]) last++;
            if (last > first)
            {
                if (_bounds[first] == key) return (last - first) / buckets;
                frequentShare += (last - first) / buckets;
                frequent++;
            }
            first = last + 1;
        }
        // Rarer than what would show as a frequent key.
        double even = (1 - frequentShare) / Math.Max(1, distinct - frequent);
        return buckets > 0 ? Math.Min(even, 1.5 / buckets) : even;
    }

    /// <summary>Writes the histogram.</summary>
    public void Write(ByteWriter target)
    {
        target.WriteDouble(Count);
        target.WriteVarUInt64((ulong)_bounds.Length);
        for (int b = 0; b < _bounds.Length; b++)
        {
            VarInt128.Write(target, b == 0 ? _bounds[0] : (Int128)((UInt128)_bounds[b] - (UInt128)_bounds[b - 1]));
        }
    }

    /// <summary>Reads a histogram.</summary>
    public static Histogram Read(ref ByteReader source)
    {
        double count = source.ReadDouble();
        source.ThrowUnless(double.IsFinite(count) && count >= 0, "values of a histogram");
        Int128[] bounds = new Int128[source.ReadVarCount(MaxBuckets + 1)];
        for (int b = 0; b < bounds.Length; b++)
        {
            Int128 step = VarInt128.Read(ref source);
            bounds[b] = b == 0 ? step : (Int128)((UInt128)bounds[b - 1] + (UInt128)step);
            source.ThrowUnless(b == 0 || bounds[b] >= bounds[b - 1], "bound of a histogram");
        }
        return new Histogram(count, bounds);
    }

    /// <summary>The share of values up to a key, taking them as evenly spread between bounds.</summary>
    private double ShareUpTo(Int128 key)
    {
        if (key < _bounds[0]) return 0;
        if (key >= _bounds[^1]) return 1;
        // The last bound at or below the key; many equal ones are one frequent value.
        int first = 0, last = _bounds.Length - 1;
        while (last - first > 1)
        {
            int middle = (first + last) / 2;
            if (_bounds[middle] <= key) first = middle;
            else last = middle;
        }
        double width = (double)(UInt128)(_bounds[last] - _bounds[first]);
        double inside = width == 0 ? 0 : (double)(UInt128)(key - _bounds[first]) / width;
        return (first + inside) / (_bounds.Length - 1);
    }
}

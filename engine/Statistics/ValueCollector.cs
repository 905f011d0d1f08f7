namespace ColFrag.Engine.Statistics;

/// <summary>
/// Sees every value of a column while it is written: keeps a distinct sketch, a sample of keys for the histogram, and
/// the hashes where the column wants a bloom filter.
/// </summary>
internal sealed unsafe class ValueCollector(bool keepsHashes = false)
{
    /// <summary>Hashes that are made at once.</summary>
    private const int ChunkHashes = 256;

    private readonly List<ulong>? _hashes = keepsHashes ? [] : null;
    private readonly List<Int128> _sample = [];

    /// <summary>The distinct values.</summary>
    public HyperLogLog Sketch { get; } = new();

    /// <summary>Hashes of the values, with repetitions; empty unless they are kept.</summary>
    public IReadOnlyList<ulong> Hashes => _hashes ?? (IReadOnlyList<ulong>)[];

    /// <summary>Keys of some of the values.</summary>
    public List<Int128> Sample => _sample;

    /// <summary>
    /// Adds a value by its <see cref="SketchHash"/>; neighbours that are equal need to be added once.
    /// </summary>
    public void Add(ulong hash)
    {
        Sketch.Add(hash);
        _hashes?.Add(hash);
    }

    /// <summary>Adds integers of up to 64 bits.</summary>
    public void AddIntegers(long* values, int count)
    {
        ulong* hashes = stackalloc ulong[ChunkHashes];
        for (int first = 0; first < count; first += ChunkHashes)
        {
            int n = Math.Min(ChunkHashes, count - first);
            SketchHash.OfIntegers(values + first, n, hashes);
            Add(hashes, n);
        }
    }

    /// <summary>Adds floats.</summary>
    public void AddDoubles(double* values, int count)
    {
        ulong* hashes = stackalloc ulong[ChunkHashes];
        for (int first = 0; first < count; first += ChunkHashes)
        {
            int n = Math.Min(ChunkHashes, count - first);
            SketchHash.OfDoubles(values + first, n, hashes);
            Add(hashes, n);
        }
    }

    /// <summary>Adds the key of a value that was picked for the sample.</summary>
    public void AddSample(Int128 key) => _sample.Add(key);

    private void Add(ulong* hashes, int count)
    {
        Sketch.Add(new ReadOnlySpan<ulong>(hashes, count));
        if (_hashes is null) return;
        for (int i = 0; i < count; i++)
        {
            if (i == 0 || hashes[i] != hashes[i - 1]) _hashes.Add(hashes[i]);
        }
    }
}

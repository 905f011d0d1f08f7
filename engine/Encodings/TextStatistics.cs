using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>What is known about a stream of texts before it is encoded. NULL rows are empty texts.</summary>
internal sealed unsafe class TextStatistics
{
    /// <summary>Texts that the estimate of repetition looks at.</summary>
    private const int SampleCount = 1024;

    private readonly Utf8View* _values;
    private readonly FsstMemory? _memory;
    private FsstTable? _fsst;
    private double _fsstRatio;
    private long _sharedPrefixBytes = -1;
    private double _distinctShare = -1;
    private DistinctTexts? _distinct;
    private bool _hasDistinct;

    /// <summary>Looks at texts, which stay where they are while this is used.</summary>
    public TextStatistics(Utf8View* values, int count, int vectorRows, FsstMemory? memory = null)
    {
        _memory = memory;
        _values = values;
        Count = count;
        VectorRows = vectorRows;
        IsConstant = true;
        for (int i = 0; i < count; i++)
        {
            TotalBytes += values[i].Length;
            MaxLength = Math.Max(MaxLength, values[i].Length);
            if (IsConstant && i > 0) IsConstant = values[i].SameAs(values[0]);
        }
    }

    /// <summary>Number of texts.</summary>
    public int Count { get; }

    /// <summary>Rows of a vector.</summary>
    public int VectorRows { get; }

    /// <summary>Bytes of all texts.</summary>
    public long TotalBytes { get; }

    /// <summary>Bytes of the longest.</summary>
    public int MaxLength { get; }

    /// <summary>True when all are the same.</summary>
    public bool IsConstant { get; }

    /// <summary>The texts.</summary>
    public Utf8View* Values => _values;

    /// <summary>A symbol table trained on a sample, or that of the block before where it does as well.</summary>
    public FsstTable Fsst
    {
        get
        {
            if (_fsst is null) (_fsst, _fsstRatio) = _memory?.Find(_values, Count) ?? FsstTrainer.Train(_values, Count);
            return _fsst;
        }
    }

    /// <summary>Compressed bytes per byte on the sample, with that table.</summary>
    public double FsstRatio
    {
        get
        {
            _ = Fsst;
            return _fsstRatio;
        }
    }

    /// <summary>
    /// Bytes that texts have in common with the text before, in the same vector; from a sample of vectors.
    /// </summary>
    public long SharedPrefixBytes =>
        _sharedPrefixBytes >= 0 ? _sharedPrefixBytes : _sharedPrefixBytes = FindSharedPrefixes();

    /// <summary>Distinct texts of a sample, as a share of it.</summary>
    public double DistinctShare => _distinctShare >= 0 ? _distinctShare : _distinctShare = FindDistinctShare();

    /// <summary>The distinct texts with a code per row; null when they are more than half of the rows.</summary>
    public DistinctTexts? Distinct
    {
        get
        {
            if (!_hasDistinct) _distinct = DistinctTexts.Find(_values, Count, Count / 2);
            _hasDistinct = true;
            return _distinct;
        }
    }

    private long FindSharedPrefixes()
    {
        if (Count < 2) return 0;
        int vectors = (Count + VectorRows - 1) / VectorRows;
        int step = Math.Max(1, vectors / 4);
        long shared = 0;
        int rows = 0;
        for (int v = 0; v < vectors; v += step)
        {
            int first = v * VectorRows, last = Math.Min(Count, first + VectorRows);
            for (int i = first + 1; i < last; i++) shared += _values[i].Span.CommonPrefixLength(_values[i - 1].Span);
            rows += last - first;
        }
        return (long)((double)shared * Count / rows);
    }

    private double FindDistinctShare()
    {
        if (Count == 0) return 1;
        HashSet<ulong> seen = [];
        int step = Math.Max(1, Count / SampleCount);
        int looked = 0;
        for (int i = 0; i < Count; i += step, looked++) seen.Add(Kernels.Hashing.OfBytes(_values[i].Span));
        return (double)seen.Count / looked;
    }
}

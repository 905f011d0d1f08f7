using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Table-wide dictionaries, derived from those of the segments: built when first asked for, kept while memory allows,
/// never above <see cref="MaxEntries"/>.
/// </summary>
internal sealed unsafe class GlobalDictionaries(MemoryAccount account)
{
    /// <summary>Columns with more distinct values get none.</summary>
    public const int MaxEntries = 1_000_000;

    /// <summary>How many are kept: one per column that queries group by, and those of the last few versions.</summary>
    private const int MaxKept = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<Key, GlobalDictionary> _kept = [];
    private readonly Queue<Key> _order = new();
    private long _hits;
    private long _misses;

    /// <summary>Dictionaries found and not found so far.</summary>
    public (long Hits, long Misses) Counts => (Interlocked.Read(ref _hits), Interlocked.Read(ref _misses));

    /// <summary>Number of dictionaries kept now.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _kept.Count;
        }
    }

    /// <summary>Bytes of them, about.</summary>
    public long Bytes
    {
        get
        {
            lock (_lock) return _kept.Values.Sum(d => d.Bytes);
        }
    }

    /// <summary>
    /// The dictionary of a column over these segments (those of a table version); null when a segment has blocks
    /// without codes, there are too many values, or it would have to be made of more entries than the caller finds
    /// worth it.
    /// </summary>
    public GlobalDictionary? TryGet(
        IReadOnlyList<SegmentReader> segments, int columnId, long mostEntries = long.MaxValue)
    {
        if (segments.Count == 0) return null;
        Key key = new(columnId, segments);
        lock (_lock)
        {
            if (_kept.TryGetValue(key, out GlobalDictionary? known))
            {
                _hits++;
                return known;
            }
            _misses++;
        }
        if (mostEntries < long.MaxValue &&
            segments.Sum(s => (long)s.GetFooter(columnId).DictionaryCount) > mostEntries) return null;
        GlobalDictionary? built = Build(segments, columnId);
        if (built is null) return null;
        lock (_lock)
        {
            // The first one stays, so that all vectors share one object.
            if (_kept.TryGetValue(key, out GlobalDictionary? first)) return first;
            _kept.Add(key, built);
            _order.Enqueue(key);
            while (_kept.Count > MaxKept) _kept.Remove(_order.Dequeue());
            return built;
        }
    }

    /// <summary>Forgets all; memory goes with the last vector that uses one. Returns the bytes, about.</summary>
    public long Shrink()
    {
        lock (_lock)
        {
            long bytes = _kept.Values.Sum(d => d.Bytes);
            _kept.Clear();
            _order.Clear();
            return bytes;
        }
    }

    private GlobalDictionary? Build(IReadOnlyList<SegmentReader> segments, int columnId)
    {
        List<(SegmentReader Segment, VectorDictionary? Dictionary)> sources = [];
        foreach (SegmentReader segment in segments)
        {
            ColumnFooter footer = segment.GetFooter(columnId);
            // Where a column has a dictionary all its blocks have codes; without one a segment may only have NULLs.
            if (footer.Dictionary is null && footer.NullCount < footer.RowCount) return null;
            if (footer.DictionaryCount > MaxEntries) return null;
            sources.Add((segment, segment.GetDictionary(columnId)));
        }
        VectorDictionary? largest = sources.Select(s => s.Dictionary).Where(d => d is not null).MaxBy(d => d!.Count);
        if (largest is null) return null;
        VectorDictionary? merged =
            sources.All(s => s.Dictionary is null || s.Dictionary == largest || Same(s.Dictionary, largest))
            ? Adopt(largest) : Merge(sources, largest.Values.Type);
        if (merged is null) return null;
        Dictionary<long, uint[]?> remaps = [];
        foreach ((SegmentReader segment, VectorDictionary? dictionary) in sources)
        {
            remaps[segment.Number] = dictionary is null ? null : MakeRemap(dictionary, merged);
        }
        return new GlobalDictionary(merged, remaps);
    }

    private static bool Same(VectorDictionary x, VectorDictionary y)
    {
        if (x.Count != y.Count) return false;
        Utf8View* a = (Utf8View*)x.Values.Data, b = (Utf8View*)y.Values.Data;
        for (int i = 0; i < x.Count; i++)
        {
            if (!a[i].SameAs(b[i])) return false;
        }
        return true;
    }

    /// <summary>The dictionary of one segment serves all.</summary>
    private VectorDictionary Adopt(VectorDictionary dictionary)
    {
        ColumnVector values = new(dictionary.Values.Type, account);
        values.ShareFrom(dictionary.Values);
        return new VectorDictionary(values, isSorted: true) { IsGlobal = true };
    }

    /// <summary>All values in order, by merging dictionaries that are sorted; null when there are too many.</summary>
    private VectorDictionary? Merge(
        List<(SegmentReader Segment, VectorDictionary? Dictionary)> sources, LogicalType type)
    {
        VectorDictionary[] parts = [.. sources.Select(s => s.Dictionary).OfType<VectorDictionary>()];
        List<Utf8View> merged = [];
        PriorityQueue<(int Part, int Code), Utf8View> next = new(
            Comparer<Utf8View>.Create(static (x, y) => x.CompareTo(y)));
        for (int part = 0; part < parts.Length; part++)
        {
            if (parts[part].Count > 0) next.Enqueue((part, 0), ((Utf8View*)parts[part].Values.Data)[0]);
        }
        while (next.TryDequeue(out (int Part, int Code) at, out Utf8View value))
        {
            if (merged.Count == 0 || !merged[^1].SameAs(value))
            {
                if (merged.Count == MaxEntries) return null;
                merged.Add(value);
            }
            VectorDictionary part = parts[at.Part];
            if (at.Code + 1 == part.Count) continue;
            next.Enqueue((at.Part, at.Code + 1), ((Utf8View*)part.Values.Data)[at.Code + 1]);
        }
        ColumnVector values = new(type, account);
        values.ResetFlat(Math.Max(1, merged.Count));
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(merged).CopyTo(
            new Span<Utf8View>(values.Data, merged.Count));
        values.Count = merged.Count;
        foreach (VectorDictionary part in parts) values.KeepAliveFrom(part.Values);
        return new VectorDictionary(values, isSorted: true) { IsGlobal = true };
    }

    private static uint[]? MakeRemap(VectorDictionary dictionary, VectorDictionary merged)
    {
        uint[] codes = new uint[dictionary.Count];
        Utf8View* own = (Utf8View*)dictionary.Values.Data, all = (Utf8View*)merged.Values.Data;
        bool isSame = dictionary.Count == merged.Count;
        uint code = 0;
        for (int i = 0; i < codes.Length; i++)
        {
            // Both are in order: one walk finds all.
            while (!all[code].SameAs(own[i])) code++;
            codes[i] = code;
            isSame &= code == i;
        }
        return isSame ? null : codes;
    }

    /// <summary>A column over a set of open segments.</summary>
    private readonly struct Key(int column, IReadOnlyList<SegmentReader> segments) : IEquatable<Key>
    {
        private readonly int _column = column;
        private readonly long[] _numbers = [.. segments.Select(s => s.Number).Order()];

        public bool Equals(Key other) => _column == other._column && _numbers.AsSpan().SequenceEqual(other._numbers);

        public override bool Equals(object? obj) => obj is Key other && Equals(other);

        public override int GetHashCode()
        {
            HashCode hash = default;
            hash.Add(_column);
            foreach (long number in _numbers) hash.Add(number);
            return hash.ToHashCode();
        }
    }
}

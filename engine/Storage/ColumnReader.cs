using ColFrag.Engine.Encodings;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>Reads one column of a segment, for one thread; any vector of any block, in any order.</summary>
internal sealed unsafe class ColumnReader : IDisposable
{
    private readonly SegmentReader _segment;
    private readonly TextHeap _heap;
    private readonly BlockReadContext _context;
    private readonly ColumnVector _filtered;
    private readonly TextMeasurer _measurer;
    private LoadedBlock? _block;
    private int _blockNumber = -1;
    private bool _hasDictionary;

    // The rows that the last filter decoded, should they be asked for next.
    private (int Block, int FirstRow, int Count) _filteredRows = (-1, 0, 0);
    private readonly ulong[] _filteredMask = new ulong[Batch.MaxRows / 64];

    internal ColumnReader(SegmentReader segment, ColumnFooter footer, LogicalType type, MemoryAccount account)
    {
        _segment = segment;
        Footer = footer;
        Type = type;
        _heap = new TextHeap(account);
        _context = new BlockReadContext(_heap) { StoredCodeCount = footer.DictionaryCount };
        _filtered = new ColumnVector(type, account);
        _measurer = new TextMeasurer(account);
    }

    /// <summary>The type of the vectors it fills.</summary>
    public LogicalType Type { get; }

    /// <summary>The column's statistics and zone maps.</summary>
    public ColumnFooter Footer { get; }

    /// <summary>
    /// False when no row of the segment can pass a filter: by its bounds, and by the bloom filter where there is one.
    /// </summary>
    public bool MayPass(ScanFilter filter)
    {
        if (filter.Check(Footer.Zone) == ZoneMatch.None) return false;
        if (filter is not IPointFilter points || _segment.GetBloom(Footer.Column.Id) is not { } bloom) return true;
        return points.MayPass(new BloomTest(bloom));
    }

    /// <summary>What a block's bounds say about a filter; reads nothing.</summary>
    public ZoneMatch Check(ScanFilter filter, int block) => filter.Check(Footer.GetZone(block));

    /// <summary>What a zone's bounds say about a filter, for the zone with the block's row; reads nothing.</summary>
    public ZoneMatch Check(ScanFilter filter, int block, int firstRow) => filter.Check(Footer.GetZone(block, firstRow));

    /// <summary>
    /// Decodes rows of a block into the cheapest shape: constant, codes of the segment's dictionary, a narrow lane
    /// whose base is one for the block, else flat. The vector stays good after the next read (buffers are
    /// reference-counted).
    /// </summary>
    /// <param name="block">The block, from 0.</param>
    /// <param name="firstRow">First row in the block, a multiple of the vector rows.</param>
    /// <param name="count">Rows, at most Batch.MaxRows and not past the block's end.</param>
    /// <param name="target">A vector of <see cref="Type"/>.</param>
    public void ReadVector(int block, int firstRow, int count, ColumnVector target) =>
        ReadVector(block, firstRow, count, null, target);

    /// <summary>
    /// As the other form, but only the rows whose bits are set must be right: costly values (compressed text) of
    /// others are left out and read as empty.
    /// </summary>
    public void ReadVector(int block, int firstRow, int count, ulong* mask, ColumnVector target)
    {
        if (HasFiltered(block, firstRow, count, mask))
        {
            target.ShareFrom(_filtered);
            return;
        }
        Read(block, firstRow, count, mask, target);
    }

    /// <summary>
    /// Reads the lengths of texts: from encoded bytes where they tell, else by decoding. Only the rows whose bits are
    /// set must be right; null: all.
    /// </summary>
    public void MeasureVector(
        int block, int firstRow, int count, ulong* mask, TextMeasure measure, ColumnVector target)
    {
        Invariant.Holds(count <= Batch.MaxRows);
        if (!HasFiltered(block, firstRow, count, mask))
        {
            if (Open(block).TryMeasure(firstRow, count, measure, target)) return;
            ReadFiltered(block, firstRow, count, mask);
        }
        _measurer.Measure(_filtered, measure, target);
    }

    /// <summary>
    /// Clears the bits of rows that fail, before they are decoded where the encoding can, else on the narrow lanes or
    /// codes it decodes to, which a following <c>ReadVector</c> of the same rows uses again.
    /// </summary>
    public void Filter(ScanFilter filter, int block, int firstRow, int count, ulong* mask)
    {
        if (!HasFiltered(block, firstRow, count, mask))
        {
            if (TryFilter(filter, block, firstRow, count, mask)) return;
            ReadFiltered(block, firstRow, count, mask);
        }
        filter.AndInto(_filtered, mask);
    }

    /// <summary>
    /// Clears the bits of rows that fail, on encoded bytes; false when the encoding or filter cannot.
    /// </summary>
    public bool TryFilter(ScanFilter filter, int block, int firstRow, int count, ulong* mask)
    {
        Invariant.Holds(count <= Batch.MaxRows);
        return Open(block).TryFilter(filter, firstRow, count, mask);
    }

    /// <summary>
    /// From now on text vectors carry codes of this dictionary. False when a block of the column has no codes.
    /// </summary>
    public bool UseDictionary(GlobalDictionary dictionary)
    {
        if (!dictionary.TryGetRemap(_segment, out CodeRemap? codes)) return false;
        _hasDictionary = true;
        _context.Dictionary = dictionary.Dictionary;
        _context.Remap = codes;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _block?.Release();
        _block = null;
        _filtered.Dispose();
        _measurer.Dispose();
        _heap.Dispose();
    }

    /// <summary>True when the last filter decoded all of these rows that are wanted; null wants every row.</summary>
    private bool HasFiltered(int block, int firstRow, int count, ulong* mask)
    {
        if (_filteredRows != (block, firstRow, count)) return false;
        for (int w = 0; w < Bitmap.WordCount(count); w++)
        {
            int left = Math.Min(64, count - (w * 64));
            ulong wanted = (mask is null ? ulong.MaxValue : mask[w]) & ulong.MaxValue >> (64 - left);
            if ((wanted & ~_filteredMask[w]) != 0) return false;
        }
        return true;
    }

    /// <summary>Decodes rows into the reader's own vector, should they be asked for again.</summary>
    private void ReadFiltered(int block, int firstRow, int count, ulong* mask)
    {
        Read(block, firstRow, count, mask, _filtered);
        _filteredRows = (block, firstRow, count);
        Span<ulong> decoded = _filteredMask.AsSpan(0, Bitmap.WordCount(count));
        if (mask is null) decoded.Fill(ulong.MaxValue);
        else new ReadOnlySpan<ulong>(mask, decoded.Length).CopyTo(decoded);
    }

    private void Read(int block, int firstRow, int count, ulong* mask, ColumnVector target)
    {
        Invariant.Holds(firstRow >= 0 && firstRow % _segment.VectorRows == 0);
        Invariant.Holds(count >= 0 && count <= Batch.MaxRows && firstRow <= _segment.GetBlockRowCount(block) - count);
        if (count == 0)
        {
            target.ResetFlat(1);
            target.Count = 0;
            return;
        }
        if (!_hasDictionary && Footer.Dictionary is not null)
        {
            _context.Dictionary = _segment.GetDictionary(Footer.Column.Id);
            _hasDictionary = true;
        }
        Open(block).Read(firstRow, count, mask, target, _context);
    }

    private BlockDecoder Open(int block)
    {
        if (_blockNumber == block) return _block!.Decoder;
        _filteredRows = (-1, 0, 0);
        LoadedBlock loaded = _segment.GetBlock(Footer, block);
        _block?.Release();
        _block = loaded;
        _blockNumber = block;
        return loaded.Decoder;
    }

    /// <summary>Asks a bloom filter of a file.</summary>
    private sealed class BloomTest(BloomFilter bloom) : IPointTest
    {
        public bool MayContain(Int128 value) => bloom.MayContain(SketchHash.OfInteger(value));

        public bool MayContain(ReadOnlySpan<byte> text) => bloom.MayContain(SketchHash.OfText(text));
    }
}

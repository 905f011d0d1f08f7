using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// A segment open in one lane: column readers, made when a column is first wanted; the rows of an L0 segment; deleted
/// rows. Columns that the segment does not have yet are constant.
/// </summary>
internal sealed unsafe class SegmentScan : IDisposable
{
    private readonly ImmutableArray<TableColumn?> _columns;
    private readonly ImmutableArray<GlobalDictionary?> _dictionaries;
    private readonly ImmutableArray<TextMeasure> _measures;
    private readonly Arena _constants;
    private TextMeasurer? _measurer;
    private readonly DeleteVector? _deleted;
    private readonly SegmentHandle? _handle;
    private readonly ColumnReader?[] _readers;
    private readonly Store.RowBuffer? _rows;
    private RowBlockReader? _blocks;
    private readonly Batch? _block;

    public SegmentScan(
        SnapshotSegment segment, ImmutableArray<TableColumn?> columns, ImmutableArray<GlobalDictionary?> dictionaries,
        ImmutableArray<TextMeasure> measures, Arena constants)
    {
        Segment = segment;
        _columns = columns;
        _dictionaries = dictionaries;
        _measures = measures;
        _constants = constants;
        _readers = new ColumnReader?[columns.Length];
        _deleted = segment.OpenDeleted();
        if (segment.IsRows)
        {
            _rows = segment.OpenRows();
            _block = _rows.CreateBatch();
        }
        else
        {
            _handle = segment.OpenReader();
        }
    }

    public SnapshotSegment Segment { get; }

    /// <summary>True when the rows are in memory and not in column files.</summary>
    public bool IsRows => _rows is not null;

    private SegmentReader Reader => _handle!.Reader;

    /// <summary>Rows of a block.</summary>
    public int BlockRows(int block) => Reader.GetBlockRowCount(block);

    /// <summary>The number in the segment of a block's first row.</summary>
    public int FirstRowOf(int block) => _handle is null ? 0 : block * Reader.BlockRows;

    /// <summary>The block of a row of the segment, and the first row there of its vector.</summary>
    public (int Block, int FirstRow) VectorOf(int row)
    {
        (int block, int inBlock) = Math.DivRem(row, Reader.BlockRows);
        int vectorRows = Math.Min(Reader.VectorRows, Batch.MaxRows);
        return (block, inBlock - (inBlock % vectorRows));
    }

    /// <summary>Rows of the vector that begins at a row of a block.</summary>
    public int RowsAt(int block, int firstRow) =>
        Math.Min(Math.Min(Reader.VectorRows, Batch.MaxRows), BlockRows(block) - firstRow);

    /// <summary>What the bounds of a block say.</summary>
    public ZoneMatch Check(ScanFilter filter, int block) =>
        ReaderFor(filter) is { } reader ? reader.Check(filter, block) : CheckMissing(filter);

    /// <summary>What the bounds of a vector say.</summary>
    public ZoneMatch Check(ScanFilter filter, int block, int firstRow) =>
        ReaderFor(filter) is { } reader ? reader.Check(filter, block, firstRow) : CheckMissing(filter);

    /// <summary>Clears the bits of rows that fail, on encoded data where that can be.</summary>
    public void Filter(ScanFilter filter, int block, int firstRow, int count, RowMask mask)
    {
        if (ReaderFor(filter) is { } reader) reader.Filter(filter, block, firstRow, count, mask.Words);
        else if (CheckMissing(filter) == ZoneMatch.None) mask.ClearAll(count);
    }

    /// <summary>Decodes a column of the scan.</summary>
    public void Read(int column, int block, int firstRow, int count, RowMask? mask, ColumnVector target)
    {
        if (ReaderOf(column) is not { } reader)
        {
            FillMissing(column, target, count);
            return;
        }
        if (_measures[column] != TextMeasure.None)
        {
            reader.MeasureVector(
                block, firstRow, count, mask is null ? null : mask.Words, _measures[column], target);
            return;
        }
        if (mask is null) reader.ReadVector(block, firstRow, count, target);
        else reader.ReadVector(block, firstRow, count, mask.Words, target);
    }

    /// <summary>Masks deleted rows; false when no row is left.</summary>
    public bool MaskDeleted(int block, int firstRow, Batch batch)
    {
        if (_deleted is null) return true;
        ulong* deleted = stackalloc ulong[Batch.MaxRows / 64];
        fixed (ulong* words = _deleted.Words) Bitmap.Copy(words, FirstRowOf(block) + firstRow, batch.Count, deleted);
        if (Bitmap.IsEmpty(deleted, batch.Count)) return true;
        RowMask mask = batch.BeginMask();
        Bitmap.AndNot(mask.Words, deleted, batch.Count);
        return !mask.IsEmpty;
    }

    /// <summary>Begins with the first rows of an L0 segment.</summary>
    public void BeginRows() => _blocks = _rows!.OpenReader();

    /// <summary>Fills the batch with the next rows of an L0 segment; false after the last.</summary>
    public bool ReadRows(Batch target)
    {
        target.Reset();
        if (!_blocks!.Read(_block!)) return false;
        target.Count = _block!.Count;
        for (int c = 0; c < _columns.Length; c++)
        {
            if (_columns[c] is not { } column) continue;
            int index = _rows!.IndexOf(column.Id, out LogicalType? type);
            if (index < 0) FillMissing(c, target.Columns[c], _block.Count);
            else if (_measures[c] != TextMeasure.None) Measure(_block.Columns[index], c, target.Columns[c]);
            else if (type!.Equals(column.Type)) target.Columns[c].ShareFrom(_block.Columns[index]);
            else TypeWidening.Widen(_block.Columns[index], target.Columns[c]);
        }
        return true;
    }

    /// <summary>Which column of the scan has an id, and its values; -1 for none.</summary>
    public int IndexOf(int columnId)
    {
        for (int c = 0; c < _columns.Length; c++)
        {
            if (_columns[c]?.Id == columnId && _measures[c] == TextMeasure.None) return c;
        }
        return -1;
    }

    public void Dispose()
    {
        foreach (ColumnReader? reader in _readers) reader?.Dispose();
        _measurer?.Dispose();
        _block?.Dispose();
        _rows?.Dispose();
        _handle?.Dispose();
    }

    private ColumnReader? ReaderFor(ScanFilter filter)
    {
        int column = IndexOf(filter.Column);
        return column < 0 ? null : ReaderOf(column);
    }

    private ColumnReader? ReaderOf(int column)
    {
        // A column whose texts are tested and measured has one reader, which decodes once.
        TableColumn wanted = _columns[column]!;
        int first = 0;
        while (_columns[first]?.Id != wanted.Id) first++;
        if (_readers[first] is { } open) return open;
        if (!Reader.Contains(wanted.Id)) return null;
        ColumnReader reader = _readers[first] = Reader.OpenColumn(wanted.Id, wanted.Type);
        for (int c = first; c < _columns.Length; c++)
        {
            if (_columns[c]?.Id != wanted.Id || _dictionaries[c] is not { } dictionary) continue;
            reader.UseDictionary(dictionary);
            break;
        }
        return reader;
    }

    private ZoneMatch CheckMissing(ScanFilter filter)
    {
        int column = IndexOf(filter.Column);
        if (column < 0) return ZoneMatch.All;
        using ColumnVector value = new(_columns[column]!.Type);
        VectorBuilder.BuildConstant(value, MissingValue(column), 1, _constants);
        ulong passes = 1;
        filter.AndInto(value, &passes);
        return passes == 0 ? ZoneMatch.None : ZoneMatch.All;
    }

    private void FillMissing(int column, ColumnVector target, int count)
    {
        if (_measures[column] == TextMeasure.None)
        {
            VectorBuilder.BuildConstant(target, MissingValue(column), count, _constants);
            return;
        }
        using ColumnVector text = new(_columns[column]!.Type);
        VectorBuilder.BuildConstant(text, MissingValue(column), count, _constants);
        Measure(text, column, target);
    }

    private Value MissingValue(int column) => _columns[column]!.MissingValue ?? Value.Null(_columns[column]!.Type);

    private void Measure(ColumnVector texts, int column, ColumnVector target) =>
        (_measurer ??= new TextMeasurer(MemoryAccount.Untracked)).Measure(texts, _measures[column], target);
}

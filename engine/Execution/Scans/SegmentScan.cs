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
    private readonly Arena _constants;
    private readonly DeleteVector? _deleted;
    private readonly SegmentHandle? _handle;
    private readonly ColumnReader?[] _readers;
    private readonly Store.RowBuffer? _rows;
    private RowBlockReader? _blocks;
    private readonly Batch? _block;

    public SegmentScan(
        SnapshotSegment segment, ImmutableArray<TableColumn?> columns, ImmutableArray<GlobalDictionary?> dictionaries,
        Arena constants)
    {
        Segment = segment;
        _columns = columns;
        _dictionaries = dictionaries;
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
            FillMissing(_columns[column]!, target, count);
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
    public bool ReadRows(Batch target, ImmutableArray<TableColumn?> columns)
    {
        target.Reset();
        if (!_blocks!.Read(_block!)) return false;
        target.Count = _block!.Count;
        for (int c = 0; c < columns.Length; c++)
        {
            if (columns[c] is not { } column) continue;
            int index = _rows!.IndexOf(column.Id, out LogicalType? type);
            if (index < 0) FillMissing(column, target.Columns[c], _block.Count);
            else if (type!.Equals(column.Type)) target.Columns[c].ShareFrom(_block.Columns[index]);
            else TypeWidening.Widen(_block.Columns[index], target.Columns[c]);
        }
        return true;
    }

    /// <summary>Which column of the scan has an id; -1 for none.</summary>
    public int IndexOf(int columnId)
    {
        for (int c = 0; c < _columns.Length; c++)
        {
            if (_columns[c]?.Id == columnId) return c;
        }
        return -1;
    }

    public void Dispose()
    {
        foreach (ColumnReader? reader in _readers) reader?.Dispose();
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
        if (_readers[column] is { } open) return open;
        TableColumn wanted = _columns[column]!;
        if (!Reader.Contains(wanted.Id)) return null;
        ColumnReader reader = _readers[column] = Reader.OpenColumn(wanted.Id, wanted.Type);
        if (_dictionaries[column] is { } dictionary) reader.UseDictionary(dictionary);
        return reader;
    }

    private ZoneMatch CheckMissing(ScanFilter filter)
    {
        int column = IndexOf(filter.Column);
        if (column < 0) return ZoneMatch.All;
        using ColumnVector value = new(_columns[column]!.Type);
        FillMissing(_columns[column]!, value, 1);
        ulong passes = 1;
        filter.AndInto(value, &passes);
        return passes == 0 ? ZoneMatch.None : ZoneMatch.All;
    }

    private void FillMissing(TableColumn column, ColumnVector target, int count) =>
        VectorBuilder.BuildConstant(target, column.MissingValue ?? Value.Null(column.Type), count, _constants);
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Store;

/// <summary>
/// Reads all rows of a segment in order, whatever form they have: columns that the segment does not have yet are filled
/// in, narrower types widened, deleted rows masked. For maintenance and small reads; scans read column files
/// themselves.
/// </summary>
internal sealed unsafe class SegmentRowReader : IDisposable
{
    private readonly SnapshotSegment _segment;
    private readonly TableColumn[] _columns;
    private readonly DeleteVector? _deleted;
    private readonly Arena _constants = new(MemoryAccount.Untracked, 256);
    private readonly SegmentHandle? _handle;
    private readonly ColumnReader?[] _readers;
    private readonly RowBuffer? _rows;
    private readonly RowBlockReader? _blocks;
    private readonly Batch? _block;
    private int _nextBlock;
    private int _nextRowInBlock;
    private int _nextRow;

    /// <param name="segment">The segment.</param>
    /// <param name="columns">The columns wanted, of the definition of the snapshot.</param>
    public SegmentRowReader(SnapshotSegment segment, IEnumerable<TableColumn> columns)
    {
        _segment = segment;
        _columns = [.. columns];
        _deleted = segment.OpenDeleted();
        _readers = new ColumnReader?[_columns.Length];
        if (segment.IsRows)
        {
            _rows = segment.OpenRows();
            _blocks = _rows.OpenReader();
            _block = _rows.CreateBatch();
            return;
        }
        _handle = segment.OpenReader();
        for (int c = 0; c < _columns.Length; c++)
        {
            if (!_handle.Reader.Contains(_columns[c].Id)) continue;
            _readers[c] = _handle.Reader.OpenColumn(_columns[c].Id, _columns[c].Type);
        }
    }

    /// <summary>Number in the segment of the first row of the batch that was read last.</summary>
    public int FirstRow { get; private set; }

    /// <summary>A batch of the columns wanted.</summary>
    public Batch CreateBatch() => new([.. _columns.Select(c => new ColumnVector(c.Type))]);

    /// <summary>Fills the batch with the next rows, those that are deleted masked; false after the last.</summary>
    public bool Read(Batch target)
    {
        target.Reset();
        FirstRow = _nextRow;
        if (!(_rows is null ? ReadFiles(target) : ReadRows(target))) return false;
        if (_deleted is not null) MaskDeleted(target);
        _nextRow += target.Count;
        return true;
    }

    public void Dispose()
    {
        foreach (ColumnReader? reader in _readers) reader?.Dispose();
        _block?.Dispose();
        _rows?.Dispose();
        _handle?.Dispose();
        _constants.Dispose();
    }

    private bool ReadFiles(Batch target)
    {
        SegmentReader segment = _handle!.Reader;
        if (_nextBlock >= segment.BlockCount) return false;
        int blockRows = segment.GetBlockRowCount(_nextBlock);
        int count = Math.Min(Math.Min(segment.VectorRows, Batch.MaxRows), blockRows - _nextRowInBlock);
        for (int c = 0; c < _columns.Length; c++)
        {
            if (_readers[c] is { } reader) reader.ReadVector(_nextBlock, _nextRowInBlock, count, target.Columns[c]);
            else FillMissing(_columns[c], target.Columns[c], count);
        }
        target.Count = count;
        _nextRowInBlock += count;
        if (_nextRowInBlock < blockRows) return true;
        _nextBlock++;
        _nextRowInBlock = 0;
        return true;
    }

    private bool ReadRows(Batch target)
    {
        if (!_blocks!.Read(_block!)) return false;
        for (int c = 0; c < _columns.Length; c++)
        {
            int index = _rows!.IndexOf(_columns[c].Id, out LogicalType? type);
            if (index < 0) FillMissing(_columns[c], target.Columns[c], _block!.Count);
            else if (type!.Equals(_columns[c].Type)) target.Columns[c].ShareFrom(_block!.Columns[index]);
            else TypeWidening.Widen(_block!.Columns[index], target.Columns[c]);
        }
        target.Count = _block!.Count;
        return true;
    }

    private void FillMissing(TableColumn column, ColumnVector target, int count) =>
        target.SetConstant(column.MissingValue ?? Value.Null(column.Type), count, _constants);

    private void MaskDeleted(Batch target)
    {
        RowMask mask = target.BeginMask();
        for (int row = 0; row < target.Count; row++)
        {
            if (_deleted![_nextRow + row]) mask[row] = false;
        }
    }
}

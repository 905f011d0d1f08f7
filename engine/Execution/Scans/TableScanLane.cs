using System.Runtime.InteropServices;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Scans;

/// <summary>
/// Reads blocks in one lane. Zone maps first; then filters on encoded data, column by column, as long as rows are left;
/// then what is left to expressions; the other columns are decoded only for vectors that still have rows.
/// </summary>
internal sealed unsafe class TableScanLane : SourceLane
{
    // Row numbers 0 to 2,047, which row ids add to.
    private static readonly nint s_numbers = MakeNumbers();
    private readonly TableScanSource _source;
    private readonly CancellationToken _cancellation;
    private readonly OperatorStatistics _statistics;
    private readonly MaskExpression? _residual;
    private readonly int[] _residualColumns;
    private readonly Batch _batch;
    private readonly Batch _output;
    private readonly Arena _constants;
    private readonly ScanFilter[] _filters;
    private readonly bool[] _skipsFilter;
    private readonly FilterUse[] _uses;
    private readonly bool[] _isRead;
    private SegmentScan? _segment;
    private TableScanSource.Morsel _morsel;
    private bool _hasMorsel;
    private int _nextRow;

    public TableScanLane(TableScanSource source, TableScanNode node, PipelineContext context)
    {
        _source = source;
        _cancellation = context.Cancellation;
        _statistics = context.StatisticsOf(node);
        MemoryAccount account = context.Run.VectorAccount;
        _batch =
            new Batch([.. source.ScanColumns.Select((_, c) => new ColumnVector(TypeOf(source, c), account))]);
        _output = new Batch(_batch.Columns[..node.Columns.Count]);
        _constants = new Arena(account, 256);
        // Texts cost most to decode: what numbers decide goes first.
        _filters = [.. source.Filters.Concat(source.Runtime.ToArray()).OrderBy(f => IsOfText(source, f))];
        _skipsFilter = new bool[_filters.Length];
        _uses = [.. _filters.Select(f => new FilterUse(f is LiveFilter))];
        _isRead = new bool[_batch.Columns.Length];
        _residual = source.Residual is null ? null : context.CompileMask(source.Residual);
        _residualColumns = source.Residual is null
            ? []
            : [.. source.Residual.DescendantsAndSelf().OfType<Plan.ColumnReference>().Select(c => c.Index).Distinct()];
    }

    public override Flow Run(Operator first)
    {
        if (!_hasMorsel && !TakeMorsel()) return Flow.Done;
        while (_hasMorsel)
        {
            if (_cancellation.IsCancellationRequested) return Flow.Done;
            if (!ReadNext()) continue;
            _output.TakeRows(_batch);
            Flow flow = first.Push(_output);
            if (!flow.IsMore) return flow;
        }
        return Flow.More;
    }

    public override void Dispose()
    {
        _segment?.Dispose();
        _output.Columns = [];
        _output.Dispose();
        _batch.Dispose();
        _constants.Dispose();
    }

    private static bool IsOfText(TableScanSource source, ScanFilter filter)
    {
        foreach (TableColumn? column in source.ScanColumns)
        {
            if (column?.Id == filter.Column) return column.Type.Physical == PhysicalType.Utf8;
        }
        return false;
    }

    private static LogicalType TypeOf(TableScanSource source, int column) =>
        source.Measures[column] != TextMeasure.None
            ? LogicalType.Integer : source.ScanColumns[column]?.Type ?? LogicalType.BigInt;

    private static nint MakeNumbers()
    {
        ushort* numbers =
            (ushort*)NativeMemory.AlignedAlloc((Batch.MaxRows * sizeof(ushort)) + NativeBuffer.PaddingBytes, 64);
        for (int i = 0; i < Batch.MaxRows; i++) numbers[i] = (ushort)i;
        return (nint)numbers;
    }

    private bool TakeMorsel()
    {
        if (_segment is not null) _source.Finish(_morsel, RowsOfMorsel());
        if (!_source.TryTake(out _morsel)) return false;
        if (_segment?.Segment != _morsel.Segment)
        {
            _segment?.Dispose();
            _segment = new SegmentScan(
                _morsel.Segment, _source.ScanColumns, _source.Dictionaries, _source.Measures, _constants);
        }
        _hasMorsel = true;
        _nextRow = 0;
        if (_segment.IsRows)
        {
            _segment.BeginRows();
            return true;
        }
        // A block that cannot have a row is done before it begins.
        for (int f = 0; f < _filters.Length; f++)
        {
            if (_segment.Check(_filters[f], _morsel.Block) != ZoneMatch.None) continue;
            _statistics.AddDetail("blocks pruned", 1);
            _hasMorsel = false;
            break;
        }
        return true;
    }

    private int RowsOfMorsel() =>
        _segment!.IsRows ? _morsel.Segment.RowCount : _segment.BlockRows(_morsel.Block);

    /// <summary>Fills the batch with the next vector of the morsel; false when it has no rows that count.</summary>
    private bool ReadNext() => _segment!.IsRows ? ReadRows() : ReadVectors();

    private bool ReadVectors()
    {
        int block = _morsel.Block;
        int firstRow = _nextRow;
        int count = _segment!.RowsAt(block, firstRow);
        _nextRow += count;
        if (count == 0 || _nextRow >= _segment.BlockRows(block)) _hasMorsel = false;
        if (count == 0) return false;
        for (int f = 0; f < _filters.Length; f++)
        {
            ZoneMatch match = _segment.Check(_filters[f], block, firstRow);
            if (match == ZoneMatch.None) return false;
            _skipsFilter[f] = match == ZoneMatch.All;
        }
        _batch.Reset();
        _batch.Count = count;
        Array.Clear(_isRead);
        if (!_segment.MaskDeleted(block, firstRow, _batch)) return false;
        for (int f = 0; f < _filters.Length; f++)
        {
            if (_skipsFilter[f] || !_uses[f].IsDue()) continue;
            RowMask mask = _batch.BeginMask();
            int before = _uses[f].Counts ? mask.CountSet() : 0;
            _segment.Filter(_filters[f], block, firstRow, count, mask);
            if (mask.IsEmpty) return false;
            if (_uses[f].Counts) _uses[f].Add(before, mask.CountSet());
        }
        if (_residual is not null)
        {
            RowMask mask = _batch.BeginMask();
            foreach (int column in _residualColumns) ReadColumn(column, block, firstRow, count);
            _residual.AndInto(_batch, mask);
            if (mask.IsEmpty) return false;
        }
        for (int c = 0; c < _output.Columns.Length; c++) ReadColumn(c, block, firstRow, count);
        return true;
    }

    private void ReadColumn(int column, int block, int firstRow, int count)
    {
        if (_isRead[column]) return;
        _isRead[column] = true;
        ColumnVector target = _batch.Columns[column];
        if (_source.ScanColumns[column] is null) NumberRows(target, _segment!.FirstRowOf(block) + firstRow, count);
        else _segment!.Read(column, block, firstRow, count, _batch.IsMasked ? _batch.Mask : null, target);
    }

    private void NumberRows(ColumnVector target, int firstRow, int count) => target.ResetBorrowed(
        VectorShape.Narrow, PhysicalType.UInt16, (byte*)s_numbers, null, count,
        valueBase: RowId.Of(_morsel.Segment.Number, firstRow));

    private bool ReadRows()
    {
        int firstRow = _nextRow;
        if (!_segment!.ReadRows(_batch))
        {
            _hasMorsel = false;
            return false;
        }
        _nextRow += _batch.Count;
        for (int c = 0; c < _batch.Columns.Length; c++)
        {
            if (_source.ScanColumns[c] is null) NumberRows(_batch.Columns[c], firstRow, _batch.Count);
        }
        if (!_segment.MaskDeleted(0, firstRow, _batch)) return false;
        foreach (ScanFilter filter in _filters)
        {
            int column = _segment.IndexOf(filter.Column);
            if (column < 0) continue;
            RowMask mask = _batch.BeginMask();
            filter.AndInto(_batch.Columns[column], mask.Words);
            if (mask.IsEmpty) return false;
        }
        if (_residual is null) return true;
        RowMask rows = _batch.BeginMask();
        _residual.AndInto(_batch, rows);
        return !rows.IsEmpty;
    }
}

using System.Collections.Immutable;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// <c>colfrag_changes('t', version)</c>: the rows that versions after this one added and took away, in order, with the
/// table's newest columns. Each version's changes are a few pieces.
/// </summary>
internal sealed class ChangeSource : ITableSource
{
    /// <summary>The name of the table function.</summary>
    public const string FunctionName = "colfrag_changes";

    private const int OwnColumns = 3;

    private readonly TableDefinition _definition;
    private readonly ImmutableArray<ChangedRows> _changes;

    public ChangeSource(TableDefinition definition, ImmutableArray<ChangedRows> changes)
    {
        _definition = definition;
        _changes = changes;
        Schema = new Schema(
        [
            new Field(NameOf("change_version"), LogicalType.BigInt, false),
            new Field(NameOf("change_time"), LogicalType.TimestampTz, false),
            new Field(NameOf("change_type"), LogicalType.Varchar, false),
            .. definition.Columns.Select(c => c.Field),
        ]);
    }

    public Schema Schema { get; }

    /// <summary>The segments that must be readable here before a piece is opened.</summary>
    public IEnumerable<SegmentRecord> Segments =>
        _changes.Where(c => !c.Segment.IsRows).Select(c => c.Segment.Record).DistinctBy(r => r.Key.Id);

    public long? RowCountEstimate => _changes.Sum(c => (long)c.Segment.LiveRowCount);

    public bool IsRowCountExact => true;

    public long? LengthBytes => null;

    public int PieceCount => _changes.Length;

    public SourceCounters Counters { get; } = new();

    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account) =>
        new Reader(this, _changes[piece], columns.ToArray());

    public void Dispose()
    {
    }

    /// <summary>A name that no column of the table has.</summary>
    private string NameOf(string name)
    {
        while (_definition.Columns.Any(c => c.Name.Equals(name, StringComparison.OrdinalIgnoreCase))) name += "_";
        return name;
    }

    private sealed unsafe class Reader : IPieceReader
    {
        private readonly ChangeSource _owner;
        private readonly ChangedRows _change;
        private readonly int[] _columns;
        private readonly SegmentRowReader _rows;
        private readonly Batch _batch;
        private readonly Arena _constants = new(MemoryAccount.Untracked, 256);
        private readonly ushort[] _selection = new ushort[Batch.MaxRows];

        public Reader(ChangeSource owner, ChangedRows change, int[] columns)
        {
            _owner = owner;
            _change = change;
            _columns = columns;
            _rows = new SegmentRowReader(
                change.Segment,
                columns.Where(c => c >= OwnColumns).Select(c => owner._definition.Columns[c - OwnColumns]));
            _batch = _rows.CreateBatch();
        }

        public bool Read(Batch target, CancellationToken cancellationToken)
        {
            target.Reset();
            do
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (!_rows.Read(_batch)) return false;
            }
            while (_batch.SelectedCount == 0);
            int count = _batch.SelectedCount;
            fixed (ushort* rows = _selection)
            {
                if (_batch.IsMasked) Bitmap.ToSelection(_batch.Mask.Words, _batch.Count, rows);
                int next = 0;
                for (int c = 0; c < _columns.Length; c++)
                {
                    if (_columns[c] < OwnColumns) SetConstant(target.Columns[c], _columns[c], count);
                    else if (_batch.IsMasked) _batch.Columns[next++].Gather(rows, count, target.Columns[c]);
                    else target.Columns[c].ShareFrom(_batch.Columns[next++]);
                }
            }
            target.Count = count;
            _owner.Counters.AddRows(count, count);
            return true;
        }

        public void Dispose()
        {
            _batch.Dispose();
            _rows.Dispose();
            _constants.Dispose();
        }

        private void SetConstant(ColumnVector target, int column, int count)
        {
            Value value = column switch
            {
                0 => Value.BigInt(_change.Version),
                1 => Value.Integer(LogicalType.TimestampTz, (_change.CommitTime - DateTime.UnixEpoch).Ticks / 10),
                _ => Value.Text(_change.IsInsert ? "insert" : "delete"),
            };
            target.SetConstant(value, count, _constants);
        }
    }
}

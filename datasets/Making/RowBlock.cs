using System.Diagnostics;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Datasets.Making;

/// <summary>
/// Rows while they are made, value after value from the left: <c>rows.Integer(7); rows.Text(name); rows.EndRow();</c>.
/// They are kept as batches.
/// </summary>
internal sealed unsafe class RowBlock(Schema schema) : IDisposable
{
    private readonly Arena _texts = new(MemoryAccount.Untracked, 64 << 10);
    private readonly List<Batch> _batches = [];
    private readonly int[] _widths = [.. schema.Fields.Select(f => f.Type.Physical.SizeBytes())];
    private readonly byte*[] _lanes = new byte*[schema.Count];
    private Batch? _batch;
    private int _row;
    private int _column;

    /// <summary>The rows so far; valid until the block is disposed.</summary>
    public IReadOnlyList<Batch> Batches => _batches;

    public long RowCount { get; private set; }

    /// <summary>
    /// The next value is an integer, a date in days, a timestamp in microseconds or an unscaled decimal.
    /// </summary>
    public void Integer(long value)
    {
        byte* lane = BeginValue();
        int width = _widths[_column++];
        switch (width)
        {
            case 2: ((short*)lane)[_row] = checked((short)value); break;
            case 4: ((int*)lane)[_row] = checked((int)value); break;
            default:
                Debug.Assert(width == 8, "Not an integer of up to 64 bits.");
                ((long*)lane)[_row] = value;
                break;
        }
    }

    public void Double(double value) => ((double*)BeginValue())[EndValue()] = value;

    public void Text(ReadOnlySpan<byte> text) => ForeignText(_texts.Copy(text), text.Length);

    /// <summary>The next value is text that outlives the block.</summary>
    public void ForeignText(byte* text, int length) =>
        ((Utf8View*)BeginValue())[EndValue()] = new Utf8View(text, length);

    public void Null()
    {
        byte* lane = BeginValue();
        new Span<byte>(lane + ((long)_row * _widths[_column]), _widths[_column]).Clear();
        _batch!.Columns[_column++].SetNull(_row);
    }

    public void EndRow()
    {
        Debug.Assert(_column == _lanes.Length, "A row has a value for each column.");
        _column = 0;
        _row++;
        RowCount++;
        _batch!.Count = _row;
        foreach (ColumnVector column in _batch.Columns) column.Count = _row;
        if (_row == Batch.MaxRows) _batch = null;
    }

    public void Dispose()
    {
        foreach (Batch batch in _batches) batch.Dispose();
        _batches.Clear();
        _texts.Dispose();
    }

    private byte* BeginValue()
    {
        if (_batch is null) BeginBatch();
        return _lanes[_column];
    }

    private int EndValue()
    {
        _column++;
        return _row;
    }

    private void BeginBatch()
    {
        _batch = new Batch(schema);
        _batches.Add(_batch);
        _row = 0;
        for (int i = 0; i < _lanes.Length; i++)
        {
            _batch.Columns[i].ResetFlat();
            _lanes[i] = _batch.Columns[i].Data;
        }
    }
}

using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>One row of partial columns being written.</summary>
internal readonly unsafe ref struct PartialWriter(ReadOnlySpan<ColumnVector> columns, int row, int rowCount, Arena text)
{
    private readonly ReadOnlySpan<ColumnVector> _columns = columns;

    public void Set<T>(int column, T value) where T : unmanaged => ((T*)_columns[column].Data)[row] = value;

    public void SetNull(int column)
    {
        ColumnVector vector = _columns[column];
        vector.SetNull(row, Math.Max(rowCount, 1));
        int size = vector.Lane.SizeBytes();
        new Span<byte>(vector.Data + ((long)row * size), size).Clear();
    }

    /// <summary>Writes a copy of the bytes.</summary>
    public void SetBytes(int column, ReadOnlySpan<byte> bytes) =>
        ((Utf8View*)_columns[column].Data)[row] = new Utf8View(text.Copy(bytes), bytes.Length);
}

/// <summary>One row of partial columns being read; the columns are flat or constant.</summary>
internal readonly ref struct PartialReader(in RowArguments columns, int row)
{
    private readonly RowArguments _columns = columns;

    public T Get<T>(int column) where T : allows ref struct => _columns.Get<T>(column, row);

    public bool IsNull(int column) => _columns.IsNull(column, row);
}

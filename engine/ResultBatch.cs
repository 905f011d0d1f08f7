using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine;

/// <summary>Up to 2,048 rows of a result, column by column. Valid until the next batch is read.</summary>
public sealed unsafe class ResultBatch
{
    private readonly ColumnVector?[] _flat;

    internal ResultBatch(int columnCount) => _flat = new ColumnVector?[columnCount];

    /// <summary>The vectors behind the rows: no mask, shapes as they come.</summary>
    internal Batch Batch { get; private set; } = null!;

    /// <summary>Number of rows.</summary>
    public int RowCount => Batch.Count;

    /// <summary>Number of columns.</summary>
    public int ColumnCount => Batch.Columns.Length;

    /// <summary>True when the row has no value in the column.</summary>
    public bool IsNull(int column, int row) => !Batch.Columns[column].IsValid(row);

    /// <summary>The value, with its type; convenient, not fast.</summary>
    public Value GetValue(int column, int row) => Batch.Columns[column].GetValue(row);

    /// <summary>The UTF-8 text, JSON or blob at a row, without a copy; undefined where NULL.</summary>
    public ReadOnlySpan<byte> GetUtf8(int column, int row) => Batch.Columns[column].GetUtf8(row).Span;

    /// <summary>The integer form at a row: integers, unscaled decimals, dates, times; undefined where NULL.</summary>
    public Int128 GetInteger(int column, int row) => Batch.Columns[column].GetInteger(row);

    /// <summary>The REAL or DOUBLE at a row; undefined where NULL.</summary>
    public double GetDouble(int column, int row) => Batch.Columns[column].GetDouble(row);

    /// <summary>
    /// All values of a fixed-width column in its type's own form: <c>int</c> for INTEGER and DATE, <c>long</c> for
    /// BIGINT, timestamps and DECIMAL up to 18 digits, <see cref="Int128"/> beyond, <c>double</c> for DOUBLE.
    /// Elements of NULL rows are undefined.
    /// </summary>
    /// <exception cref="QueryException">42804: <typeparamref name="T"/> is not the column's form.</exception>
    public ReadOnlySpan<T> GetValues<T>(int column) where T : unmanaged
    {
        ColumnVector vector = Flat(column);
        if (sizeof(T) != vector.Lane.SizeBytes() || vector.Lane is PhysicalType.Utf8 or PhysicalType.List)
        {
            throw new QueryException(
                SqlStates.DatatypeMismatch, $"Column cannot be read as {typeof(T).Name}: {vector.Type}");
        }
        return new ReadOnlySpan<T>(vector.Data, RowCount);
    }

    /// <summary>The rows for readers that take only flat vectors; good as long as this.</summary>
    internal Batch Flattened()
    {
        for (int column = 0; column < ColumnCount; column++)
        {
            ColumnVector flat = Flat(column);
            if (!ReferenceEquals(flat, Batch.Columns[column])) Batch.Columns[column].ShareFrom(flat);
        }
        return Batch;
    }

    /// <summary>Points at the next rows.</summary>
    internal ResultBatch Show(Batch batch)
    {
        Invariant.Holds(!batch.IsMasked);
        Batch = batch;
        return this;
    }

    private ColumnVector Flat(int column)
    {
        ColumnVector vector = Batch.Columns[column];
        if (vector.Shape == VectorShape.Flat) return vector;
        ColumnVector flat = _flat[column] ??= new ColumnVector(vector.Type);
        vector.Flatten(flat);
        return flat;
    }
}

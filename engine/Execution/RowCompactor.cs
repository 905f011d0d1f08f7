using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution;

/// <summary>
/// The rows of a batch that count, without gaps: the batch's own vectors where no row is masked, else gathered ones.
/// Codes stay codes and lanes stay narrow. For one operator.
/// </summary>
internal sealed unsafe class RowCompactor : IDisposable
{
    /// <summary>From one row in so many on, going over all rows is faster than going to the rows that count.</summary>
    private const int DenseShare = 4;

    private ColumnVector[] _gathered = [];

    /// <summary>Number of rows of the last batch that count.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// The columns, good until the batch is; <paramref name="wanted"/> says which are needed, null for all.
    /// </summary>
    public ColumnVector[] Compact(Batch batch, bool[]? wanted = null)
    {
        if (!batch.IsMasked)
        {
            Count = batch.Count;
            return batch.Columns;
        }
        // Whole vectors of row numbers are stored.
        ushort* rows = stackalloc ushort[Batch.MaxRows + 32];
        Count = Bitmap.ToSelection(batch.Mask.Words, batch.Count, rows);
        if (Count == batch.Count) return batch.Columns;
        if (_gathered.Length != batch.Columns.Length) Begin(batch);
        bool isDense = Count * DenseShare >= batch.Count;
        for (int c = 0; c < batch.Columns.Length; c++)
        {
            if (wanted is not null && !wanted[c]) continue;
            if (isDense) batch.Columns[c].Compact(batch.Mask, rows, Count, _gathered[c]);
            else batch.Columns[c].Gather(rows, Count, _gathered[c]);
        }
        return _gathered;
    }

    public void Dispose()
    {
        foreach (ColumnVector vector in _gathered) vector.Dispose();
    }

    private void Begin(Batch batch) => _gathered = [.. batch.Columns.Select(c => new ColumnVector(c.Type))];
}

using ColFrag.Engine.Types;

namespace ColFrag.Engine.Vectors;

/// <summary>
/// Rows in flight: vectors of equal length and a mask of the rows that still count. Borrowed for the duration of
/// <c>Push</c>: whoever keeps it copies rows or retains buffers.
/// </summary>
internal sealed class Batch : IDisposable
{
    /// <summary>Rows of a full batch; a multiple of 64.</summary>
    public const int MaxRows = 2048;

    private readonly RowMask _mask = new();

    public Batch(ColumnVector[] columns) => Columns = columns;

    /// <summary>A batch of own, empty vectors of a schema.</summary>
    public Batch(Schema schema) : this([.. schema.Fields.Select(f => new ColumnVector(f.Type))])
    {
    }

    /// <summary>Rows, selected or not; at most <see cref="MaxRows"/>.</summary>
    public int Count { get; set; }

    public ColumnVector[] Columns { get; set; }

    /// <summary>
    /// True when some rows may be switched off in <see cref="Mask"/>; false means that all rows count.
    /// </summary>
    public bool IsMasked { get; set; }

    /// <summary>The selected rows; valid only while <see cref="IsMasked"/>.</summary>
    public RowMask Mask => _mask;

    /// <summary>Number of rows that count.</summary>
    public int SelectedCount => IsMasked ? _mask.CountSet() : Count;

    /// <summary>The mask, made if there was none, ready to be narrowed.</summary>
    public RowMask BeginMask()
    {
        if (!IsMasked)
        {
            _mask.SetAll(Count);
            IsMasked = true;
        }
        return _mask;
    }

    /// <summary>Takes over which rows there are and count from a batch with other columns for the same rows.</summary>
    public void TakeRows(Batch other)
    {
        Count = other.Count;
        IsMasked = other.IsMasked;
        if (IsMasked) _mask.CopyFrom(other.Mask);
    }

    /// <summary>Makes the batch empty and forgets the mask; the vectors stay.</summary>
    public void Reset()
    {
        Count = 0;
        IsMasked = false;
    }

    /// <summary>Frees the mask and the vectors.</summary>
    public void Dispose()
    {
        _mask.Dispose();
        foreach (ColumnVector column in Columns) column.Dispose();
    }
}

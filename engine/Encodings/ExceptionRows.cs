namespace ColFrag.Engine.Encodings;

/// <summary>Row numbers of exceptions, ascending, with the place of each vector's first one.</summary>
internal sealed class ExceptionRows
{
    private readonly int[] _starts;
    private readonly int _vectorRows;

    private ExceptionRows(int[] rows, int[] starts, int vectorRows)
    {
        Rows = rows;
        _starts = starts;
        _vectorRows = vectorRows;
    }

    /// <summary>The row numbers.</summary>
    public int[] Rows { get; }

    /// <summary>Bytes of the index.</summary>
    public long IndexBytes => (Rows.Length + _starts.Length) * 4L;

    /// <summary>Checks that row numbers ascend and lie in the block.</summary>
    public static ExceptionRows Check(ref NodeReader source, long[] positions, int rowCount)
    {
        int[] rows = new int[positions.Length];
        int[] starts = new int[source.VectorCount(rowCount) + 1];
        long previous = -1;
        int vector = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            source.Bytes.ThrowUnless(positions[i] > previous && positions[i] < rowCount, "row of an exception");
            previous = positions[i];
            rows[i] = (int)previous;
            while (vector <= rows[i] / source.VectorRows) starts[vector++] = i;
        }
        while (vector < starts.Length) starts[vector++] = rows.Length;
        return new ExceptionRows(rows, starts, source.VectorRows);
    }

    /// <summary>
    /// The exceptions of rows from the start of a vector: the first one's number and the one after the last.
    /// </summary>
    public (int First, int End) Find(int firstRow, int count)
    {
        int first = _starts[firstRow / _vectorRows];
        int end = _starts[Math.Min((firstRow + count + _vectorRows - 1) / _vectorRows, _starts.Length - 1)];
        while (end > first && Rows[end - 1] >= firstRow + count) end--;
        return (first, end);
    }
}

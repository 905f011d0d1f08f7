namespace ColFrag.Engine.Encodings;

/// <summary>Row numbers of exceptions, ascending: checked once, then found by binary search.</summary>
internal static class ExceptionRows
{
    /// <summary>Checks that row numbers ascend and lie in the block.</summary>
    public static int[] Check(ref NodeReader source, long[] positions, int rowCount)
    {
        int[] rows = new int[positions.Length];
        long previous = -1;
        for (int i = 0; i < rows.Length; i++)
        {
            source.Bytes.ThrowUnless(positions[i] > previous && positions[i] < rowCount, "row of an exception");
            previous = positions[i];
            rows[i] = (int)previous;
        }
        return rows;
    }

    /// <summary>The index of the first at or after a row.</summary>
    public static int FirstFrom(int[] rows, int row)
    {
        int at = Array.BinarySearch(rows, row);
        return at < 0 ? ~at : at;
    }
}

namespace ColFrag.Packages.Tests.Support;

/// <summary>Rows that are the same in any order.</summary>
static class SameRows
{
    /// <summary>Fails with the first column that differs.</summary>
    public static void Check(IEnumerable<string> expected, IEnumerable<string> found)
    {
        string[] wanted = [.. expected.Order(StringComparer.Ordinal)], rows = [.. found.Order(StringComparer.Ordinal)];
        Assert.Equal(wanted.Length, rows.Length);
        for (int row = 0; row < rows.Length; row++)
        {
            if (wanted[row] == rows[row]) continue;
            string[] left = wanted[row].Split('|'), right = rows[row].Split('|');
            int column = Enumerable.Range(0, left.Length).First(i => i >= right.Length || left[i] != right[i]);
            Assert.Fail($"row {row}, column {column}: {right.ElementAtOrDefault(column)} instead of {left[column]}");
        }
    }
}

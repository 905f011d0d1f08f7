using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>
/// Rows of results, compared as the design says: exact, but sums of doubles within 1e-12 of their size.
/// </summary>
internal static class ResultRows
{
    private const double Tolerance = 1e-12;

    public static async Task<List<object?[]>> ReadAsync(
        Connection connection, string query, IReadOnlyList<Value>? parameters = null)
    {
        List<object?[]> rows = [];
        await using QueryResult result = await connection.ExecuteAsync(query, parameters);
        while (await result.ReadAsync() is { } batch)
        {
            for (int row = 0; row < batch.RowCount; row++)
            {
                rows.Add([.. Enumerable.Range(0, batch.ColumnCount).Select(c => Convert(batch.GetValue(c, row)))]);
            }
        }
        return rows;
    }

    public static List<object?[]> Of(IEnumerable<Value[]> rows) => [.. rows.Select(r => r.Select(Convert).ToArray())];

    public static void AssertSame(List<object?[]> expected, List<object?[]> actual, bool isOrdered)
    {
        if (!isOrdered)
        {
            expected.Sort(Compare);
            actual.Sort(Compare);
        }
        Assert.Equal(expected.Count, actual.Count);
        for (int row = 0; row < expected.Count; row++)
        {
            bool isSame = expected[row].Zip(actual[row], AreSame).All(same => same);
            Assert.True(isSame, $"row {row}: expected {Text(expected[row])}, found {Text(actual[row])}");
        }
    }

    private static object? Convert(Value value) =>
        value.IsNull ? null : value.Type.IsFloat ? value.AsDouble : value.ToString();

    private static string Text(object?[] row) => string.Join(" | ", row.Select(v => v switch
    {
        null => "NULL",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => (string)v,
    }));

    private static bool AreSame(object? x, object? y) => x is double left && y is double right
        ? left.Equals(right) || Math.Abs(left - right) <= Tolerance * Math.Max(Math.Abs(left), Math.Abs(right))
        : Equals(x, y);

    /// <summary>Texts first, so that doubles that differ by a rounding do not change the order.</summary>
    private static int Compare(object?[] x, object?[] y)
    {
        for (int c = 0; c < x.Length; c++)
        {
            if (x[c] is double || y[c] is double) continue;
            int order = string.CompareOrdinal(x[c] as string, y[c] as string);
            if (order != 0) return order;
        }
        for (int c = 0; c < x.Length; c++)
        {
            int order = Comparer<double?>.Default.Compare(x[c] as double?, y[c] as double?);
            if (order != 0) return order;
        }
        return 0;
    }
}

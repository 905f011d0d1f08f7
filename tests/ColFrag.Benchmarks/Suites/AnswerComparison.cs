using System.Globalization;

namespace ColFrag.Benchmarks.Suites;

/// <summary>Whether answers are the same: numbers to six digits, the rest as text, rows in any order.</summary>
internal static class AnswerComparison
{
    /// <summary>Null when they did, else what differs first.</summary>
    public static string? Difference(IReadOnlyList<string?[]> expected, IReadOnlyList<string?[]> actual)
    {
        if (expected.Count != actual.Count) return $"{actual.Count} rows instead of {expected.Count}";
        // Ties may come in any order. (That a limit may cut them anywhere is not forgiven.)
        List<string?[]> left = Sorted(expected), right = Sorted(actual);
        for (int row = 0; row < left.Count; row++)
        {
            for (int column = 0; column < left[row].Length; column++)
            {
                if (!IsSame(left[row][column], right[row][column]))
                    return $"{right[row][column] ?? "NULL"} instead of {left[row][column] ?? "NULL"}";
            }
        }
        return null;
    }

    /// <summary>An answer file: a line of names, then fields between bars, perhaps padded.</summary>
    public static IReadOnlyList<string?[]> ReadFile(string path) =>
    [
        .. from line in File.ReadLines(path).Skip(1)
           where line.Length > 0
           select line.Split('|').Select(field => (string?)field.Trim()).ToArray(),
    ];

    private static List<string?[]> Sorted(IReadOnlyList<string?[]> rows) =>
        [.. rows.OrderBy(row => string.Join('|', row.Select(Rounded)), StringComparer.Ordinal)];

    private static string Rounded(string? value) =>
        Number(value) is double number ? number.ToString("G5", CultureInfo.InvariantCulture) : value?.Trim() ?? "";

    private static bool IsSame(string? expected, string? actual)
    {
        if ((expected?.Trim() ?? "") == (actual?.Trim() ?? "")) return true;
        if (Number(expected) is not double x || Number(actual) is not double y)
            return DateOf(expected) is { } date && date == DateOf(actual);
        // Published answers are rounded to cents.
        double off = Math.Abs(x - y);
        return off <= 1e-9 || off <= 1e-6 * Math.Max(Math.Abs(x), Math.Abs(y)) || (IsCents(expected) && off <= 0.00501);
    }

    private static bool IsCents(string? value) => value is { Length: > 3 } && value[^3] == '.';

    private static double? Number(string? value) =>
        double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;

    private static DateTime? DateOf(string? value) =>
        DateTime.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTime date)
            ? date : null;
}

using System.Globalization;

namespace ColFrag.Sql.Tests.Comparing;

/// <summary>
/// The one meaning of "the same answer": the same multiset of rows, or the same sequence where the query orders all of
/// them; integers, decimals, dates and texts exact; doubles within 1e-12 of the magnitudes they were summed from. A
/// decimal that another program answers as a double is as good as its digits.
/// </summary>
static class EqualResults
{
    private const double Tolerance = 1e-12;

    /// <summary>Null where the answers are equal, else the first difference in words.</summary>
    /// <param name="expected">The answer to be met.</param>
    /// <param name="actual">The answer to be judged.</param>
    /// <param name="isOrdered">True when the order of rows is part of the answer.</param>
    /// <param name="magnitudes">
    /// The sum of magnitudes behind the doubles of each column, where a query knows it; each value's own where not.
    /// </param>
    public static string? Difference(
        ResultTable expected, ResultTable actual, bool isOrdered, IReadOnlyList<double>? magnitudes = null)
    {
        if (expected.Natures.Count != actual.Natures.Count)
        {
            return $"{actual.Natures.Count} columns instead of {expected.Natures.Count}";
        }
        if (expected.Rows.Count != actual.Rows.Count) return CountDifference(expected, actual);
        ColumnNature[] natures =
            [.. expected.Natures.Zip(actual.Natures, (a, b) => (ColumnNature)Math.Max((int)a, (int)b))];
        double[] scales = [.. natures.Select((_, c) => magnitudes is null ? 0 : Math.Abs(magnitudes[c]))];
        bool[] hasDigits = [.. expected.Natures.Zip(
            actual.Natures, (a, b) => a == ColumnNature.Number || b == ColumnNature.Number)];
        if (isOrdered)
        {
            for (int r = 0; r < expected.Rows.Count; r++)
            {
                if (AreEqual(expected.Rows[r], actual.Rows[r], natures, scales, hasDigits)) continue;
                return $"row {r + 1}: {Show(actual.Rows[r])} instead of {Show(expected.Rows[r])}";
            }
            return null;
        }
        return MultisetDifference(expected, actual, natures, scales, hasDigits);
    }

    /// <summary>One row in a line.</summary>
    public static string Show(string?[] row) => string.Join(" | ", row.Select(v => v ?? "NULL"));

    private static string CountDifference(ResultTable expected, ResultTable actual)
    {
        HashSet<string> known = [.. expected.Rows.Select(Show)];
        HashSet<string> given = [.. actual.Rows.Select(Show)];
        string? extra = actual.Rows.Select(Show).FirstOrDefault(r => !known.Contains(r));
        string? missing = expected.Rows.Select(Show).FirstOrDefault(r => !given.Contains(r));
        return $"{actual.Rows.Count} rows instead of {expected.Rows.Count}" +
            (extra is null ? "" : $"; not expected: {extra}") + (missing is null ? "" : $"; missing: {missing}");
    }

    /// <summary>
    /// Pairs rows whose exact columns are equal; inside such a group a row takes any partner that is near enough.
    /// </summary>
    private static string? MultisetDifference(
        ResultTable expected, ResultTable actual, ColumnNature[] natures, double[] scales, bool[] hasDigits)
    {
        Dictionary<string, List<string?[]>> groups = [];
        foreach (string?[] row in expected.Rows)
        {
            string key = ExactKey(row, natures);
            if (!groups.TryGetValue(key, out List<string?[]>? group)) groups.Add(key, group = []);
            group.Add(row);
        }
        foreach (string?[] row in actual.Rows)
        {
            if (!groups.TryGetValue(ExactKey(row, natures), out List<string?[]>? group) || group.Count == 0)
            {
                return $"not expected: {Show(row)}; for instance expected: {Show(expected.Rows[0])}";
            }
            int partner = group.FindLastIndex(e => AreEqual(e, row, natures, scales, hasDigits));
            if (partner < 0) return $"{Show(row)} instead of {Show(group[0])}";
            group.RemoveAt(partner);
        }
        return null;
    }

    private static string ExactKey(string?[] row, ColumnNature[] natures) => string.Join(
        '\u0001', row.Select((v, c) => v is null ? "\u0000"
            : natures[c] switch
            {
                ColumnNature.Exact => v,
                ColumnNature.Number => WithoutZeros(v),
                _ => "",
            }));

    private static bool AreEqual(
        string?[] expected, string?[] actual, ColumnNature[] natures, double[] scales, bool[] hasDigits)
    {
        for (int c = 0; c < natures.Length; c++)
        {
            (string? e, string? a) = (expected[c], actual[c]);
            if (e is null || a is null)
            {
                if (e is null != a is null) return false;
                continue;
            }
            bool isEqual = natures[c] switch
            {
                ColumnNature.Exact => e == a,
                ColumnNature.Number => WithoutZeros(e) == WithoutZeros(a),
                _ => AreNear(e, a, scales[c], hasDigits[c] ? Math.Max(HalfDigit(e), HalfDigit(a)) : 0),
            };
            if (!isEqual) return false;
        }
        return true;
    }

    private static bool AreNear(string expected, string actual, double scale, double rounding)
    {
        if (expected == actual) return true;
        (double e, double a) = (Parse(expected), Parse(actual));
        if (double.IsNaN(e) || double.IsNaN(a)) return double.IsNaN(e) && double.IsNaN(a);
        if (double.IsInfinity(e) || double.IsInfinity(a)) return e == a;
        double allowed = Tolerance * Math.Max(Math.Max(Math.Abs(e), Math.Abs(a)), scale);
        return Math.Abs(e - a) <= Math.Max(allowed, rounding);
    }

    private static double Parse(string text) => text switch
    {
        "Infinity" or "inf" => double.PositiveInfinity,
        "-Infinity" or "-inf" => double.NegativeInfinity,
        _ => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    /// <summary>Half a unit of the last digit that a decimal shows, with a little for the double beside it.</summary>
    private static double HalfDigit(string number)
    {
        int point = number.IndexOf('.', StringComparison.Ordinal);
        bool isDecimal = point >= 0 && !number.Contains('e', StringComparison.OrdinalIgnoreCase);
        return isDecimal ? 0.500001 * Math.Pow(10, point + 1 - number.Length) : 0;
    }

    /// <summary>1.50 as 1.5, 2.00 as 2, -0 as 0.</summary>
    private static string WithoutZeros(string number)
    {
        if (!number.Contains('.', StringComparison.Ordinal)) return number == "-0" ? "0" : number;
        string shorter = number.TrimEnd('0').TrimEnd('.');
        return shorter is "" or "-" or "-0" ? "0" : shorter;
    }
}

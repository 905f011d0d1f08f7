using System.Globalization;
using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Sql.Tests.Comparing;

/// <summary>
/// The one place that knows where DuckDB writes or types something else than ColFrag for the same answer. What is not
/// here is a difference.
/// </summary>
static class DuckDbTranslation
{
    /// <summary>Statements that make DuckDB's session mean what ours means.</summary>
    public static IReadOnlyList<string> Preamble { get; } =
    [
        // PostgreSQL's integer division (docs/sql.md: PostgreSQL decides wherever it accepts a text).
        "SET integer_division = true",
        "SET timezone = 'UTC'",
        // An ascending order has NULLs last and a descending one first, as in PostgreSQL.
        "SET default_null_order = 'nulls_last_on_asc_first_on_desc'",
    ];

    /// <summary>DuckDB's answer in our words.</summary>
    public static ResultTable Table(PeerResult result) => new(
        result.Columns, new LogicalType?[result.Columns.Length], [.. result.Types.Select(NatureOf)],
        [.. result.Rows.Select(row => row.Select((v, c) => v is null ? null : Text(v, result.Types[c])).ToArray())]);

    private static ColumnNature NatureOf(string type) => type is "DOUBLE" or "FLOAT" ? ColumnNature.Approximate
        : type.StartsWith("DECIMAL", StringComparison.Ordinal) ? ColumnNature.Number
        : ColumnNature.Exact;

    private static string Text(string value, string type) => type switch
    {
        // The package hands a FLOAT over as a double; its shortest text is that of the float.
        "FLOAT" => ValueText.FormatFloat((float)ParseDouble(value)),
        "DOUBLE" => ValueText.FormatDouble(ParseDouble(value)),
        "BLOB" => Blob(value),
        "INTERVAL" => Interval(value),
        _ => value,
    };

    private static double ParseDouble(string value) => value switch
    {
        "Infinity" => double.PositiveInfinity,
        "-Infinity" => double.NegativeInfinity,
        _ => double.Parse(value, NumberStyles.Float, CultureInfo.InvariantCulture),
    };

    /// <summary>ab\x00 as \x616200, which is how PostgreSQL and we print blobs.</summary>
    private static string Blob(string value)
    {
        StringBuilder hex = new("\\x");
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == '\\')
            {
                hex.Append(value.AsSpan(i + 2, 2));
                i += 3;
            }
            else
            {
                hex.Append(((int)value[i]).ToString("x2", CultureInfo.InvariantCulture));
            }
        }
        return hex.ToString().ToLowerInvariant();
    }

    /// <summary>"1 month" as "1 mon"; the rest of the two spellings is one.</summary>
    private static string Interval(string value) => value.Replace("month", "mon", StringComparison.Ordinal);
}

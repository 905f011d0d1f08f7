using System.Data.Common;
using System.Globalization;
using System.Net;
using System.Text;

namespace ColFrag.Data;

/// <summary>
/// The first rows of a result, kept to be shown: notebooks draw it as a table. The formatters are found by convention,
/// so that nothing of a notebook is needed to build this.
/// </summary>
[TypeFormatterSource(typeof(ResultTableFormatters), PreferredMimeTypes = ["text/html", "text/plain"])]
public sealed class ResultTable
{
    /// <summary>Rows that are kept unless told otherwise.</summary>
    public const int DefaultMaximumRows = 1_000;

    private ResultTable(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<object?>> rows, bool isComplete)
    {
        Columns = columns;
        Rows = rows;
        IsComplete = isComplete;
    }

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>The rows; NULL is null.</summary>
    public IReadOnlyList<IReadOnlyList<object?>> Rows { get; }

    /// <summary>False where the result had more rows.</summary>
    public bool IsComplete { get; }

    /// <summary>Reads the first rows of any provider's result.</summary>
    public static async Task<ResultTable> ReadAsync(
        DbDataReader reader, int maximumRows = DefaultMaximumRows, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(reader);
        string[] columns = [.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetName)];
        List<IReadOnlyList<object?>> rows = [];
        bool isMore;
        while ((isMore = await reader.ReadAsync(cancellationToken).ConfigureAwait(false)) && rows.Count < maximumRows)
        {
            object?[] row = new object?[columns.Length];
            for (int i = 0; i < row.Length; i++)
                row[i] = await reader.IsDBNullAsync(i, cancellationToken).ConfigureAwait(false)
                    ? null
                    : reader.GetValue(i);
            rows.Add(row);
        }
        return new ResultTable(columns, rows, !isMore);
    }

    /// <summary>The table in HTML, without script.</summary>
    public string ToHtml()
    {
        StringBuilder html = new("<table><thead><tr>");
        foreach (string column in Columns) html.Append("<th>").Append(WebUtility.HtmlEncode(column)).Append("</th>");
        html.Append("</tr></thead><tbody>");
        foreach (IReadOnlyList<object?> row in Rows)
        {
            html.Append("<tr>");
            foreach (object? value in row)
                html.Append("<td>").Append(WebUtility.HtmlEncode(TextOf(value))).Append("</td>");
            html.Append("</tr>");
        }
        html.Append("</tbody></table>");
        if (!IsComplete) html.Append(CultureInfo.InvariantCulture, $"<p>The first {Rows.Count} rows.</p>");
        return html.ToString();
    }

    /// <summary>The table in lines, values between tabs.</summary>
    public override string ToString()
    {
        StringBuilder text = new(string.Join('\t', Columns));
        foreach (IReadOnlyList<object?> row in Rows) text.Append('\n').AppendJoin('\t', row.Select(TextOf));
        if (!IsComplete) text.Append(CultureInfo.InvariantCulture, $"\n(the first {Rows.Count} rows)");
        return text.ToString();
    }

    private static string TextOf(object? value) => value switch
    {
        null => "NULL",
        byte[] bytes => "\\x" + Convert.ToHexStringLower(bytes),
        object?[] items => $"[{string.Join(", ", items.Select(TextOf))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}

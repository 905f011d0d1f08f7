using System.Security.Cryptography;
using System.Text;
using ColFrag.Engine.Types;
using ColFrag.Sql.Tests.Comparing;

namespace ColFrag.Sql.Tests.Scripts;

/// <summary>
/// Values as scripts write them: a row a line, tabs between, and no line that an editor would change.
/// </summary>
static class ScriptValues
{
    /// <summary>A row as a line.</summary>
    public static string Line(IEnumerable<string?> row) => string.Join('\t', row.Select(Write));

    /// <summary>The lines of an answer.</summary>
    public static IReadOnlyList<string> Lines(ResultTable table, SortMode sort, int hashThreshold)
    {
        IEnumerable<string> lines = sort == SortMode.ValueSort
            ? table.Rows.SelectMany(row => row).Select(Write)
            : table.Rows.Select(Line);
        if (sort != SortMode.NoSort) lines = lines.Order(StringComparer.Ordinal);
        string[] all = [.. lines];
        int values = table.Rows.Count * table.Names.Count;
        return hashThreshold == 0 || values <= hashThreshold ? all : [Hash(values, all)];
    }

    /// <summary>True for the line that stands for many values.</summary>
    public static bool IsHash(IReadOnlyList<string> lines) =>
        lines.Count == 1 && lines[0].Contains(" values hashing to ", StringComparison.Ordinal);

    /// <summary>The table that lines describe, with the columns of another one.</summary>
    public static ResultTable Table(IReadOnlyList<string> lines, ResultTable like)
    {
        List<string?[]> rows = [];
        foreach (string line in lines)
        {
            string[] cells = line.Split('\t');
            rows.Add([.. cells.Select(c => c == "NULL" ? null : c)]);
        }
        return like with { Rows = rows };
    }

    /// <summary>
    /// The same table with its values written as in lines, and as one column where values are sorted.
    /// </summary>
    public static ResultTable Written(ResultTable table, SortMode sort)
    {
        List<string?[]> rows = [.. table.Rows.Select(r => r.Select(v => v is null ? null : Write(v)).ToArray())];
        if (sort != SortMode.ValueSort) return table with { Rows = rows, Natures = [.. table.Types.Select(NatureOf)] };
        IEnumerable<string?[]> values = rows.SelectMany(row => row).Select(value => new[] { value });
        return new ResultTable(["value"], [null], [ColumnNature.Exact], [.. values]);
    }

    // A script shows the very digits of a decimal, so their zeros count.
    private static ColumnNature NatureOf(LogicalType? type) =>
        type is { IsFloat: true } ? ColumnNature.Approximate : ColumnNature.Exact;

    private static string Hash(int values, string[] lines)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        return $"{values} values hashing to {Convert.ToHexStringLower(SHA256.HashData(bytes)[..16])}";
    }

    private static string Write(string? value)
    {
        if (value is null) return "NULL";
        if (value.Length == 0) return "(empty)";
        string text = value.Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\t", "\\t", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal);
        return text[^1] == ' ' ? text[..^1] + "\\s" : text;
    }
}

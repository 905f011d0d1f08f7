using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// What <c>sniff_csv</c> shows: everything that was found about files, and a call that reads them so without finding
/// anything by itself.
/// </summary>
internal static class CsvSniffed
{
    private static readonly LogicalType s_columns = LogicalType.List(
        LogicalType.Struct([new Field("name", LogicalType.Varchar), new Field("type", LogicalType.Varchar)]));

    private static readonly Schema s_schema = new(
        new Field("file", LogicalType.Varchar, false), new Field("delimiter", LogicalType.Varchar, false),
        new Field("quote", LogicalType.Varchar), new Field("escape", LogicalType.Varchar),
        new Field("new_line", LogicalType.Varchar, false), new Field("comment", LogicalType.Varchar),
        new Field("skip", LogicalType.BigInt, false), new Field("has_header", LogicalType.Boolean, false),
        new Field("columns", s_columns, false), new Field("call", LogicalType.Varchar, false));

    /// <summary>A row for each file.</summary>
    public static ITableSource Open(IReadOnlyList<string> patterns, SourceOptions options, SourceContext context)
    {
        CsvOptions csv = CsvOptions.From(options);
        List<Value[]> rows = [];
        foreach (string path in TableSources.Expand(patterns, context))
        {
            using CsvSource source = CsvSource.OpenFile(path, csv, context);
            rows.Add(RowOf(path, source.Layout));
        }
        return new ValueSource(s_schema, () => rows);
    }

    private static Value[] RowOf(string path, CsvLayout layout) =>
    [
        Value.Text(path), Value.Text(layout.Dialect.DelimiterText), Character(layout.Dialect.Quote),
        Character(layout.Dialect.Escape), Value.Text(layout.Dialect.NewLine == '\r' ? "\\r" : "\\n"),
        Character(layout.Dialect.Comment), Value.BigInt(layout.SkippedLines), Value.Boolean(layout.HasHeader),
        Value.Nested(s_columns, [.. layout.Columns.Select(c => Value.Nested(
            s_columns.Element!, [Value.Text(c.Name), Value.Text(c.Type.ToString())]))]),
        Value.Text($"FROM {layout.ToCall(path)}"),
    ];

    private static Value Character(int character) => character < 0
        ? Value.Null(LogicalType.Varchar)
        : Value.Text(Encoding.Latin1.GetString([(byte)character]));
}

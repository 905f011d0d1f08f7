using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>Everything that was given or found about a file: what <c>sniff_csv</c> shows.</summary>
/// <param name="Dialect">The bytes with a meaning.</param>
/// <param name="HasHeader">True when the first row names the columns.</param>
/// <param name="SkippedLines">Lines before the header or the first row.</param>
/// <param name="Columns">The columns.</param>
internal sealed record CsvLayout(
    CsvDialect Dialect, bool HasHeader, long SkippedLines, ImmutableArray<CsvColumn> Columns)
{
    /// <summary>Offset of the first row behind the header.</summary>
    public long DataStart { get; init; }

    /// <summary>Lines before that.</summary>
    public long DataLines { get; init; }

    /// <summary>Bytes per row in the sample; 0 = unknown.</summary>
    public double BytesPerRow { get; init; }

    /// <summary>The columns with their types.</summary>
    public Schema Schema => new(Columns.Select(c => new Field(c.Name, c.Type)));

    /// <summary>A call that reads the file so and finds nothing by itself.</summary>
    public string ToCall(string path)
    {
        StringBuilder call = new($"read_csv({Quote(path)}, delim = {Quote(Dialect.DelimiterText)}");
        call.Append(CultureInfo.InvariantCulture,
            $", quote = {Quote(Show(Dialect.Quote))}, escape = {Quote(Show(Dialect.Escape))}");
        call.Append(CultureInfo.InvariantCulture,
            $", header = {(HasHeader ? "true" : "false")}, skip = {SkippedLines}");
        if (Dialect.Comment >= 0)
            call.Append(CultureInfo.InvariantCulture, $", comment = {Quote(Show(Dialect.Comment))}");
        string[] nullTexts =
            [.. Columns.SelectMany(c => c.NullTexts).Select(Encoding.UTF8.GetString).Distinct(StringComparer.Ordinal)];
        if (nullTexts.Length > 0)
            call.Append(CultureInfo.InvariantCulture,
                $", nullstr = ['', {string.Join(", ", nullTexts.Select(Quote))}]");
        if (PatternOf(TypeKind.Date) is string date)
            call.Append(CultureInfo.InvariantCulture, $", dateformat = {Quote(date)}");
        if (PatternOf(TypeKind.Timestamp) is string time)
            call.Append(CultureInfo.InvariantCulture, $", timestampformat = {Quote(time)}");
        return call.Append(CultureInfo.InvariantCulture, $", columns = {ColumnsText})").ToString();
    }

    /// <summary>What is told about a file whose rows may be rejected.</summary>
    public RejectingFile ToRejecting(string path) => new(
        path, Dialect.DelimiterText, Show(Dialect.Quote), Show(Dialect.Escape),
        Dialect.NewLine == '\r' ? "\\r" : "\\n", SkippedLines, HasHeader, ColumnsText, PatternOf(TypeKind.Date),
        PatternOf(TypeKind.Timestamp));

    private string ColumnsText =>
        $"{{{string.Join(", ", Columns.Select(c => $"{Quote(c.Name)}: {Quote(c.Type.ToString())}"))}}}";

    private string? PatternOf(TypeKind kind) =>
        Columns.FirstOrDefault(c => c.Type.Kind == kind && c.Pattern is not null)?.Pattern!.Text;

    private static string Show(int character) => character < 0 ? "" : ((char)character).ToString();

    private static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}

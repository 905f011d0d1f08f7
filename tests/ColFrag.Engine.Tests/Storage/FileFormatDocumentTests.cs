using System.Net;
using System.Text.RegularExpressions;
using ColFrag.Engine.Encodings;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>docs/file-format.md says what the code does.</summary>
public sealed partial class FileFormatDocumentTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs", "file-format.md"));

    public static TheoryData<string> DrawnFiles =>
        [.. DrawingInDocument().Matches(Document).Select(m => m.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(DrawnFiles))]
    public void Each_drawing_is_the_one_in_the_source(string file)
    {
        string drawn = DrawingInDocument().Matches(Document).Single(m => m.Groups[1].Value == file).Groups[2].Value;
        string source = File.ReadAllText(Repository.PathOf(file.Split('/')));
        Match drawing = DrawingInSource().Match(source);
        Assert.True(drawing.Success, $"{file} has no drawing");
        string[] lines = [.. drawing.Groups[1].Value.TrimEnd('\n').Split('\n')
            .Select(l => WebUtility.HtmlDecode(CommentStart().Replace(l, "")).TrimEnd())];
        int indent = lines.Where(l => l.Length > 0).Min(l => l.Length - l.TrimStart().Length);
        Assert.Equal(lines.Select(l => l.Length > 0 ? l[indent..] : l), drawn.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void Every_encoding_that_draws_its_bytes_is_in_the_document()
    {
        foreach (string file in Directory.GetFiles(Repository.PathOf("engine", "Encodings"), "*Encoding.cs"))
        {
            if (!DrawingInSource().IsMatch(File.ReadAllText(file))) continue;
            Assert.Contains($"engine/Encodings/{Path.GetFileName(file)}", DrawnFilesOf());
        }
    }

    [Fact]
    public void The_table_of_encodings_is_the_registry()
    {
        string[] expected = [.. EncodingRegistry.All.Select(e => $"{e.Number} {e.Encoding.Name} {KindOf(e.Encoding)}")];
        Assert.Equal(expected, Rows("| Number | Encoding | Values |").Select(r => $"{r[0]} {r[1]} {r[2]}"));
    }

    [Fact]
    public void The_tables_of_numbers_are_those_of_the_code()
    {
        Assert.Equal(
            Enum.GetValues<BlockForm>().Select(f => $"{(int)f} {f}"),
            Rows("| Number | Form | Followed by |").Select(r => $"{r[0]} {r[1]}"));
        Assert.Equal(
            Enum.GetValues<GeneralCompression>().Select(c => $"{(int)c} {c}"),
            Rows("| Number | General compression |").Select(r => $"{r[0]} {r[1]}"));
        Assert.Equal(
            Enum.GetValues<TypeKind>().Select(k => $"{(int)k} {k}").Order(StringComparer.Ordinal),
            Rows("| Number | Kind | Number | Kind | Number | Kind |")
                .SelectMany(r => (string[])[$"{r[0]} {r[1]}", $"{r[2]} {r[3]}", $"{r[4]} {r[5]}"])
                .Where(r => r.Trim().Length > 0).Order(StringComparer.Ordinal));
        Assert.Contains($"The format number is **{SegmentFormat.FormatNumber}**", Document, StringComparison.Ordinal);
        Assert.Contains($"at most {SegmentOptions.MaxRows:N0} rows", Document, StringComparison.Ordinal);
        Assert.Contains($"{new SegmentOptions().BlockRows:N0} unless", Document, StringComparison.Ordinal);
        Assert.Contains($"{new SegmentOptions().VectorRows:N0} rows unless", Document, StringComparison.Ordinal);
    }

    private static IEnumerable<string> DrawnFilesOf() =>
        DrawingInDocument().Matches(Document).Select(m => m.Groups[1].Value);

    private static string KindOf(IEncoding encoding) => encoding switch
    {
        IIntegerEncoding => "integers",
        IWideEncoding => "128-bit integers",
        IFloatEncoding => "floats",
        ITextEncoding => "texts",
        _ => "validity",
    };

    private static IEnumerable<string[]> Rows(string header)
    {
        int start = Document.IndexOf(header, StringComparison.Ordinal);
        Assert.True(start >= 0, $"no table {header}");
        return Document[start..].Split('\n').Skip(2).TakeWhile(l => l.StartsWith('|'))
            .Select(l => l.Trim('|').Split('|').Select(c => c.Trim()).ToArray());
    }

    [GeneratedRegex(@"<!-- (\S+\.cs) -->\n```\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex DrawingInDocument();

    [GeneratedRegex(@"/// <code>\n(.*?)\s*/// </code>", RegexOptions.Singleline)]
    private static partial Regex DrawingInSource();

    [GeneratedRegex(@"^\s*/// ?")]
    private static partial Regex CommentStart();
}

using System.Text.RegularExpressions;

namespace ColFrag.Tidy.Tests;

/// <summary>Rules that every tracked file keeps. Each lists all offenders at once.</summary>
public sealed partial class SourceFileTests
{
    private const int LongestLine = 120;
    private const int LongestFile = 700;

    /// <summary>Lines that were over the limit when this rule came; whoever shortens some lowers the number.</summary>
    private const int LongLinesLeft = 171;

    [Fact]
    public void No_more_source_lines_than_before_are_longer_than_120_columns()
    {
        string[] tooLong =
        [
            .. from file in SourceTree.WithExtension(".cs")
               from line in Lines(file)
               where line.Text.Length > LongestLine
               select $"{file}:{line.Number}: {line.Text.Length} columns",
        ];
        Assert.True(tooLong.Length <= LongLinesLeft, $"{tooLong.Length} lines: {string.Join(", ", tooLong.Take(20))}");
    }

    [Fact]
    public void A_source_file_holds_one_concept_in_few_lines() => Nobody(
        from file in SourceTree.WithExtension(".cs")
        let count = Lines(file).Count()
        where count > LongestFile
        select $"{file}: {count} lines");

    [Fact]
    public void Nothing_waits_to_be_written() => Nobody(
        from file in SourceTree.WithExtension(".cs")
        where !file.StartsWith("tests/ColFrag.Tidy.Tests/", StringComparison.Ordinal)
        from line in Lines(file)
        where UnfinishedWork().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void No_path_of_one_machine_is_in_the_tree() => Nobody(
        from file in SourceTree.TextFiles
        where !file.StartsWith("tests/ColFrag.Tidy.Tests/", StringComparison.Ordinal)
        from line in Lines(file)
        where MachinePath().IsMatch(line.Text)
        select $"{file}:{line.Number}: {line.Text.Trim()}");

    [Fact]
    public void Text_files_have_unix_lines_without_tabs_or_trailing_blanks() => Nobody(
        from file in SourceTree.TextFiles
        where Path.GetFileName(file) is not ("ColFrag.sln" or "packages.lock.json")
        where Path.GetExtension(file) is not (".csv" or ".cmd" or ".tbl")
        let text = SourceTree.Read(file)
        where text.Contains('\r') || TrailingBlank().IsMatch(text) || (text.Length > 0 && text[^1] != '\n')
            || (file.EndsWith(".cs", StringComparison.Ordinal) && text.Contains('\t'))
        select file);

    [Fact]
    public void A_namespace_is_its_folder() => Nobody(
        from file in SourceTree.WithExtension(".cs")
        let declared = DeclaredNamespace().Match(SourceTree.Read(file))
        where declared.Success
        let expected = NamespaceOf(file)
        where expected is not null && declared.Groups[1].Value != expected
        select $"{file}: namespace {declared.Groups[1].Value} instead of {expected}");

    [Fact]
    public void Links_in_documents_lead_somewhere() => Nobody(
        from file in SourceTree.WithExtension(".md")
        from Match link in MarkdownLink().Matches(SourceTree.Read(file))
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal)
        where !Path.Exists(Path.Combine(Path.GetDirectoryName(Repository.PathOf(file))!, target))
        select $"{file}: {target}");

    private static void Nobody(IEnumerable<string> offenders)
    {
        string[] all = [.. offenders];
        Assert.True(all.Length == 0, string.Join('\n', all));
    }

    private static IEnumerable<(int Number, string Text)> Lines(string file) =>
        File.ReadLines(Repository.PathOf(file)).Select((text, index) => (index + 1, text));

    /// <summary>engine/Sql/Lexer.cs lies in ColFrag.Engine.Sql. Null where the folder belongs to no project.</summary>
    private static string? NamespaceOf(string file)
    {
        string[] folders = Path.GetDirectoryName(file)!.Replace('\\', '/').Split('/');
        for (int depth = folders.Length; depth > 0; depth--)
        {
            string folder = Repository.PathOf(folders[..depth]);
            string? project = Directory.GetFiles(folder, "*.csproj").FirstOrDefault();
            if (project is null) continue;
            return string.Join('.', [Path.GetFileNameWithoutExtension(project), .. folders[depth..]]);
        }
        return null;
    }

    [GeneratedRegex(@"NotImplementedException|throw new NotSupportedException\(\)|\b(TODO|FIXME|HACK|XXX)\b")]
    private static partial Regex UnfinishedWork();

    [GeneratedRegex(@"(?<![\w.$}])/(work|home|root)/\w|[A-Z]:\\(Users|Documents)\\|\.library\b")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"[ \t]+$", RegexOptions.Multiline)]
    private static partial Regex TrailingBlank();

    [GeneratedRegex(@"^namespace ([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex MarkdownLink();
}

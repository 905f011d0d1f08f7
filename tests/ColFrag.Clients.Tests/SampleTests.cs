using System.Text.RegularExpressions;
using ColFrag.Samples;

namespace ColFrag.Clients.Tests;

/// <summary>The samples run, and the documents quote them.</summary>
public sealed partial class SampleTests
{
    private static readonly string[] s_documents = ["api.md", "linq.md", "adonet.md"];

    public static IEnumerable<object[]> Names => SampleList.Names.Select(n => new object[] { n });

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_sample_runs_to_its_end(string name)
    {
        StringWriter output = new() { NewLine = "\n" };
        Assert.Equal(0, await SampleList.RunAsync(name, output));
        string expected = File.ReadAllText(
            Repository.PathOf("samples", "expected", $"{name}.txt")).ReplaceLineEndings("\n");
        Assert.Equal(expected, output.ToString());
    }

    [Fact]
    public async Task A_sample_that_is_not_there_is_said()
    {
        StringWriter output = new();
        Assert.Equal(2, await SampleList.RunAsync("nosuch", output));
        Assert.Contains("linq", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Code_in_the_documents_is_code_of_the_samples()
    {
        string samples = Plain(string.Concat(Directory.GetFiles(Repository.PathOf("samples"), "*.cs").Order()
            .Select(File.ReadAllText)));
        foreach (string document in s_documents)
        {
            MatchCollection blocks = CodeBlock().Matches(File.ReadAllText(Repository.PathOf("docs", document)));
            Assert.NotEmpty(blocks);
            foreach (Match block in blocks)
                Assert.Contains(Plain(block.Groups[1].Value), samples, StringComparison.Ordinal);
        }
    }

    // Lines without their indentation.
    private static string Plain(string code) => string.Join(
        '\n', code.ReplaceLineEndings("\n").Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0));

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}

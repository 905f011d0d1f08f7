using System.Globalization;
using System.Text;
using ColFrag.Engine.Functions;

namespace ColFrag.Engine.Tests.Functions;

/// <summary>What every function owes its readers: a sentence, an example that is true, a place in the
/// document.</summary>
public sealed class FunctionExampleTests
{
    private static readonly string s_document = Repository.PathOf("docs", "sql-functions.md");

    [Fact]
    public void Every_example_gives_what_it_says()
    {
        using SqlSession session = new();
        StringBuilder wrong = new();
        foreach (FunctionInfo info in FunctionRegistry.BuiltIn.Infos.Where(i => i.Example.Length > 0))
        {
            string answer;
            try
            {
                answer = session.Text($"SELECT {info.Example}");
            }
            catch (Exception error)
            {
                answer = $"{error.GetType().Name}: {error.Message}";
            }
            if (answer != info.Returns)
            {
                wrong.Append(
                    CultureInfo.InvariantCulture,
                        $"\n{info.Name}: SELECT {info.Example} says {answer}, not {info.Returns}");
            }
        }
        Assert.True(wrong.Length == 0, wrong.ToString());
    }

    [Fact]
    public void Every_function_is_described_with_an_example_under_a_heading()
    {
        string[] bare = [.. FunctionRegistry.BuiltIn.Infos
            .Where(i =>
                !i.Description.EndsWith('.') || i.Category.Length == 0 ||
                    (i.Example.Length == 0 && i.Category != "Catalog"))
            .Select(i => i.Name)];
        Assert.Empty(bare);
    }

    [Fact]
    public void No_two_overloads_of_a_name_take_the_same_arguments()
    {
        FunctionRegistry registry = FunctionRegistry.BuiltIn;
        string[] names = [.. registry.Infos.SelectMany(i => i.Aliases.Prepend(i.Name)).Distinct()];
        string[] twice = [.. names
            .SelectMany(n =>
                registry.Scalars(n).Select(o =>
                    n + o.Signature).Concat(registry.Aggregates(n).Select(o => n + o.Signature)))
            .GroupBy(s => s).Where(g => g.Count() > 1).Select(g => g.Key)];
        Assert.Empty(twice);
    }

    [Fact]
    public void The_document_lists_what_is_registered()
    {
        string expected = FunctionDocument.Write(FunctionRegistry.BuiltIn);
        // To bring the file up to date: COLFRAG_GOLDEN=write dotnet test --filter The_document_lists
        if (Environment.GetEnvironmentVariable("COLFRAG_GOLDEN") == "write") File.WriteAllText(s_document, expected);
        Assert.True(
            File.Exists(s_document) && File.ReadAllText(s_document) == expected,
            "docs/sql-functions.md is stale; run this test with COLFRAG_GOLDEN=write");
    }
}

using System.Text;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Suites;

/// <summary>docs/benchmarks.md: what the results that are kept in results/ say, and how to measure again.</summary>
internal static class BenchmarkDocument
{
    /// <summary>The document as the kept results give it.</summary>
    public static string Text()
    {
        StringBuilder text = new(File.ReadAllText(InResults("introduction.txt")));
        foreach (BenchmarkSuite suite in BenchmarkSuite.All)
        {
            string file = InResults($"{suite.Name}.json");
            if (!File.Exists(file)) continue;
            text.Append('\n').Append(SuiteReport.Markdown(SuiteResult.Read(file), suite.Title));
        }
        string storage = InResults("storage.md");
        if (File.Exists(storage)) text.Append('\n').Append(File.ReadAllText(storage).TrimEnd()).Append('\n');
        return text.ToString();
    }

    private static string InResults(string file) =>
        Repository.PathOf("tests", "ColFrag.Benchmarks", "results", file);

    public static void Write() => File.WriteAllText(Repository.PathOf("docs", "benchmarks.md"), Text());
}

namespace ColFrag.Cluster.Tests.Planning.Support;

/// <summary>The statements that lie beside the tests.</summary>
internal static class SitesScripts
{
    public static string Read(string name) => File.ReadAllText(
        Repository.PathOf("tests", "ColFrag.Cluster.Tests", "Planning", "Queries", name));

    /// <summary>The statements of a file, or the queries of TPC-H in their order.</summary>
    public static IEnumerable<string> Statements(string name) => name == "tpch"
        ? Enumerable.Range(1, 22).Select(n => File.ReadAllText(
            Repository.PathOf("tests", "ColFrag.Benchmarks", "queries", "tpch", $"{n:00}.sql")))
        : Split(Read(name));

    /// <summary>Statements end with a semicolon at the end of a line; lines of remarks begin with two dashes.</summary>
    public static IEnumerable<string> Split(string script) =>
        string.Join('\n', script.Split('\n').Where(l => !l.StartsWith("--", StringComparison.Ordinal)))
            .Split(";\n", StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

namespace ColFrag.Samples;

/// <summary>The samples by name.</summary>
internal static class SampleList
{
    private static readonly Dictionary<string, Func<TextWriter, Task>> s_all = new(StringComparer.OrdinalIgnoreCase)
    {
        ["embedded"] = EmbeddedSample.RunAsync,
        ["linq"] = LinqSample.RunAsync,
        ["adonet"] = AdoNetSample.RunAsync,
        ["graph"] = GraphSample.RunAsync,
    };

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => s_all.Keys;

    /// <summary>Runs one; the result is the exit code.</summary>
    public static async Task<int> RunAsync(string name, TextWriter output)
    {
        if (!s_all.TryGetValue(name, out Func<TextWriter, Task>? sample))
        {
            await output.WriteLineAsync($"There is no sample {name}; there are {string.Join(", ", Names)}.");
            return 2;
        }
        await sample(output);
        return 0;
    }
}

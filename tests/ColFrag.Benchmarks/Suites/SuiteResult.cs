using System.Text.Json;

namespace ColFrag.Benchmarks.Suites;

/// <summary>What one run of a suite measured; this is the JSON file.</summary>
internal sealed record SuiteResult(
    string Suite, double Scale, string Commit, string Machine, double? LoadAverage, int Threads, int Runs,
    IReadOnlyList<EngineResult> Engines)
{
    private static readonly JsonSerializerOptions s_options = new() { WriteIndented = true };

    public static SuiteResult Read(string path) =>
        JsonSerializer.Deserialize<SuiteResult>(File.ReadAllText(path), s_options)!;

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, s_options) + "\n");
}

/// <summary>One engine: its load, and its queries.</summary>
internal sealed record EngineResult(string Name, string Version)
{
    public LoadResult? Load { get; set; }

    public List<QueryResult> Queries { get; init; } = [];

    public QueryResult? Query(string id) => Queries.FirstOrDefault(q => q.Id == id);
}

/// <summary>
/// A load of all tables: files to committed and synced tables. What the engine would tidy up in the background is
/// forced to its end and timed apart.
/// </summary>
internal sealed record LoadResult(
    double Seconds, double CpuSeconds, double CompactSeconds, long StoredBytes, long InputBytes, double PeakMebibytes,
    IReadOnlyDictionary<string, TableResult> Tables);

/// <summary>A table of a load.</summary>
internal sealed record TableResult(long Rows, double Seconds);

/// <summary>
/// A query: the first run on a fresh connection with the files out of the system's cache, then the median and the
/// least of the next ones.
/// </summary>
internal sealed record QueryResult(string Id)
{
    public double ColdMilliseconds { get; init; }

    public double HotMilliseconds { get; init; }

    public double HotLeastMilliseconds { get; init; }

    /// <summary>The mean processor time of the hot runs; the system counts in steps of 10 ms.</summary>
    public double CpuMilliseconds { get; init; }

    public double PeakMebibytes { get; init; }

    public long Rows { get; init; }

    /// <summary>Hot runs, and how many of them others disturbed.</summary>
    public int HotRuns { get; init; }

    public int NoisyRuns { get; init; }

    /// <summary>Why there are no figures.</summary>
    public string? Error { get; init; }

    /// <summary>How the rows differ from the reference; null when they do not, or nothing was compared.</summary>
    public string? Difference { get; set; }
}

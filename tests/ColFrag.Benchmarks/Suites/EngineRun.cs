using System.Diagnostics;
using System.Text.Json.Nodes;

namespace ColFrag.Benchmarks.Suites;

/// <summary>One engine through a suite: the load, then query after query, each on a folder opened anew.</summary>
internal sealed class EngineRun(Engine engine, string folder, int threads) : IDisposable
{
    /// <summary>A run is noisy when others took more than this share of the machine.</summary>
    private const double NoisyShare = 0.1;

    private static readonly TimeSpan s_loadLimit = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_queryLimit = TimeSpan.FromMinutes(5);

    private EngineProcess _process = EngineProcess.Start(engine);

    public string Name => engine.Name;

    public string Version { get; private set; } = "";

    /// <summary>Loads the tables into an empty folder.</summary>
    public async Task<LoadResult> LoadAsync(IReadOnlyList<SuiteTable> tables)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        await OpenAsync().ConfigureAwait(false);
        _process.ResetPeak();
        double cpu = _process.CpuMilliseconds, seconds = 0;
        Dictionary<string, TableResult> loaded = [];
        foreach (SuiteTable table in tables)
        {
            double took = await SecondsAsync(table.LoadRequest()).ConfigureAwait(false);
            loaded[table.Name] = new TableResult(0, took);
            seconds += took;
        }
        seconds += await SecondsAsync(Request("finish")).ConfigureAwait(false);
        cpu = _process.CpuMilliseconds - cpu;
        JsonObject compact = Request("compact");
        compact["tables"] = new JsonArray([.. tables.Select(t => JsonValue.Create(t.Name))]);
        double compacting = await SecondsAsync(compact).ConfigureAwait(false);
        double peak = _process.PeakMebibytes();
        foreach (SuiteTable table in tables)
        {
            IReadOnlyList<string?[]> count =
                await RowsAsync($"SELECT count(*) FROM {table.Name}").ConfigureAwait(false);
            long rows = long.Parse(count[0][0]!, System.Globalization.CultureInfo.InvariantCulture);
            loaded[table.Name] = loaded[table.Name] with { Rows = rows };
        }
        long bytes = await StoredBytesAsync().ConfigureAwait(false);
        // Another process for the queries, so that the load's memory does not count as theirs.
        Restart();
        await OpenAsync().ConfigureAwait(false);
        return new LoadResult(
            seconds, cpu / 1000, compacting, bytes, tables.Sum(t => new FileInfo(t.File).Length), peak, loaded);
    }

    /// <summary>Measures one query; an error is a result too.</summary>
    public async Task<(QueryResult Result, IReadOnlyList<string?[]> Rows)> QueryAsync(
        string id, string sql, int runs, bool keepsResults)
    {
        try
        {
            return await MeasureAsync(id, sql, runs, keepsResults).ConfigureAwait(false);
        }
        catch (EngineFailedException failure)
        {
            if (failure.IsGone) Restart();
            return (new QueryResult(id) { Error = failure.Message }, []);
        }
    }

    /// <summary>The rows of a query, as texts.</summary>
    public async Task<IReadOnlyList<string?[]>> RowsAsync(string sql)
    {
        JsonObject request = Request("run");
        request["sql"] = sql;
        return RowsOf(await _process.AskAsync(request, s_queryLimit).ConfigureAwait(false));
    }

    /// <summary>Milliseconds to write a table that is in memory into the engine's files.</summary>
    public async Task<double> WriteMillisecondsAsync(SuiteTable table)
    {
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        await OpenAsync().ConfigureAwait(false);
        JsonObject request = table.LoadRequest();
        request["op"] = "write";
        JsonNode answer = await _process.AskAsync(request, s_loadLimit).ConfigureAwait(false);
        return answer["ms"]!.GetValue<double>();
    }

    /// <summary>Bytes of each column of a table as the engine counts them; empty where it does not tell.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ColumnBytesAsync(string table)
    {
        if (engine.Name == "colfrag")
        {
            return (await RowsAsync($"EXPLAIN STORAGE {table}").ConfigureAwait(false))
                .Where(row => !row[0]!.StartsWith('('))
                .ToDictionary(row => row[0]!, row => long.Parse(
                    row[5]!, System.Globalization.CultureInfo.InvariantCulture));
        }
        JsonObject request = Request("columns");
        request["table"] = table;
        JsonNode answer = await _process.AskAsync(request, s_queryLimit).ConfigureAwait(false);
        return answer["columns"]!.AsArray().ToDictionary(
            c => c!["name"]!.GetValue<string>(), c => c!["bytes"]!.GetValue<long>());
    }

    public void Dispose() => _process.Dispose();

    // The first run is the cold one. A hot run that others disturbed is repeated, up to three times as many in all.
    private async Task<(QueryResult, IReadOnlyList<string?[]>)> MeasureAsync(
        string id, string sql, int runs, bool keepsResults)
    {
        await _process.AskAsync(Request("close"), s_queryLimit).ConfigureAwait(false);
        MachineLoad.Evict(folder);
        await OpenAsync().ConfigureAwait(false);
        _process.ResetPeak();
        JsonObject request = Request(keepsResults ? "sink" : "run");
        request["sql"] = sql;
        IReadOnlyList<string?[]> rows = [];
        long count = 0;
        double cold = 0;
        List<(double Milliseconds, double Cpu, bool IsNoisy)> hot = [];
        for (int run = 0; run == 0 || (hot.Count < 3 * runs && hot.Count(h => !h.IsNoisy) < runs); run++)
        {
            double? busy = MachineLoad.BusyMilliseconds();
            double cpu = _process.CpuMilliseconds;
            long begin = Stopwatch.GetTimestamp();
            JsonNode answer = await _process.AskAsync(request, s_queryLimit).ConfigureAwait(false);
            double wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            double inside = answer["ms"]!.GetValue<double>();
            double own = _process.CpuMilliseconds - cpu, others = (MachineLoad.BusyMilliseconds() - busy - own) ?? 0;
            if (keepsResults)
            {
                JsonNode dropped = await _process.AskAsync(Request("unsink"), s_queryLimit).ConfigureAwait(false);
                count = dropped["rows"]!.GetValue<long>();
            }
            else if (run == 0)
            {
                rows = RowsOf(answer);
                count = rows.Count;
            }
            if (run == 0) cold = inside;
            else hot.Add((inside, own, others > (NoisyShare * wall * Environment.ProcessorCount) + 20));
        }
        int clean = hot.Count(h => !h.IsNoisy);
        IEnumerable<(double Milliseconds, double Cpu, bool IsNoisy)> kept =
            clean >= Math.Min(2, runs) ? hot.Where(h => !h.IsNoisy) : hot;
        double[] times = [.. kept.Select(h => h.Milliseconds).Order()];
        return (new QueryResult(id)
        {
            ColdMilliseconds = cold,
            HotMilliseconds = (times[times.Length / 2] + times[(times.Length - 1) / 2]) / 2,
            HotLeastMilliseconds = times[0],
            CpuMilliseconds = kept.Average(h => h.Cpu),
            PeakMebibytes = _process.PeakMebibytes(),
            Rows = count,
            HotRuns = hot.Count,
            NoisyRuns = hot.Count - clean,
        }, rows);
    }

    private async Task OpenAsync()
    {
        JsonObject request = Request("open");
        request["dir"] = folder;
        request["threads"] = threads;
        JsonNode answer = await _process.AskAsync(request, s_queryLimit).ConfigureAwait(false);
        Version = answer["version"]!.GetValue<string>();
    }

    private void Restart()
    {
        _process.Dispose();
        _process = EngineProcess.Start(engine);
    }

    private async Task<long> StoredBytesAsync()
    {
        if (engine.Name != "colfrag")
        {
            JsonNode answer = await _process.AskAsync(Request("size"), s_queryLimit).ConfigureAwait(false);
            if (answer["bytes"] is JsonNode bytes) return bytes.GetValue<long>();
        }
        await _process.AskAsync(Request("close"), s_queryLimit).ConfigureAwait(false);
        return Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(f => new FileInfo(f).Length);
    }

    private async Task<double> SecondsAsync(JsonObject request)
    {
        long begin = Stopwatch.GetTimestamp();
        await _process.AskAsync(request, s_loadLimit).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(begin).TotalSeconds;
    }

    private static JsonObject Request(string operation) => new() { ["op"] = operation };

    private static IReadOnlyList<string?[]> RowsOf(JsonNode answer) =>
        [.. answer["rows"]!.AsArray().Select(r => r!.AsArray().Select(TextOf).ToArray())];

    private static string? TextOf(JsonNode? value) => value?.GetValueKind() switch
    {
        null or System.Text.Json.JsonValueKind.Null => null,
        System.Text.Json.JsonValueKind.String => value.GetValue<string>(),
        _ => value.ToJsonString(),
    };
}

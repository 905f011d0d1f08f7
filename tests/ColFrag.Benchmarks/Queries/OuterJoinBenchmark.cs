using System.Text.Json.Nodes;
using ColFrag.Benchmarks.Suites;

namespace ColFrag.Benchmarks.Queries;

/// <summary>
/// Joins with conditions that some engines have no hash join for, beside DuckDB: an outer join that also filters the
/// side it preserves, and the like. Wall and processor milliseconds of the fastest of some runs, in turn.
/// </summary>
internal static class OuterJoinBenchmark
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(5);

    private static readonly (string Name, string Sql)[] s_queries =
    [
        ("left join, filter on the left", "SELECT count(*), count(b.v) FROM a LEFT JOIN b ON a.k = b.k AND a.v > 10"),
        ("left join, filter on both", "SELECT count(*), count(b.v) FROM a LEFT JOIN b ON a.k = b.k AND a.v > b.v"),
        ("right join, filter on the right",
            "SELECT count(*), count(a.v) FROM a RIGHT JOIN b ON a.k = b.k AND b.v > 10"),
        ("full join, filter on the left", "SELECT count(*), count(b.v) FROM a FULL JOIN b ON a.k = b.k AND a.v > 10"),
        ("anti join with a comparison",
            "SELECT count(*) FROM a WHERE NOT EXISTS (SELECT * FROM b WHERE a.k = b.k AND a.v > 10 AND b.v <> a.v)"),
    ];

    public static async Task RunAsync(long rows, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        List<(string Name, EngineProcess Process)> engines = [];
        try
        {
            foreach (Suites.Engine engine in (IEnumerable<Suites.Engine>)
                [Suites.Engine.ColFrag, .. Suites.Engine.Peers(["duckdb"], Console.Out)])
            {
                EngineProcess process = EngineProcess.Start(engine);
                engines.Add((engine.Name, process));
                string own = Path.Combine(folder, engine.Name);
                Directory.CreateDirectory(own);
                await AskAsync(process, new JsonObject { ["op"] = "open", ["dir"] = own, ["threads"] = 2 })
                    .ConfigureAwait(false);
                foreach (string table in (string[])["a", "b"])
                {
                    string factor = table == "a" ? "7919" : "104729";
                    await RunAsync(process, $"CREATE TABLE {table} AS SELECT i * {factor} % 50021 AS k, i % 100 AS v " +
                        $"FROM range({rows}) s(i)").ConfigureAwait(false);
                }
            }
            Console.WriteLine($"{"milliseconds: wall / CPU",-34}{string.Concat(engines.Select(e => $"{e.Name,20}"))}");
            foreach ((string name, string sql) in s_queries)
            {
                Console.Write($"{name,-34}");
                HashSet<string> answers = [];
                foreach ((_, EngineProcess process) in engines)
                {
                    (double wall, double cpu) = (double.MaxValue, double.MaxValue);
                    for (int run = 0; run <= runs; run++)
                    {
                        double before = process.CpuMilliseconds;
                        JsonNode answer = await RunAsync(process, sql).ConfigureAwait(false);
                        if (run == 0) continue;
                        wall = Math.Min(wall, answer["ms"]!.GetValue<double>());
                        cpu = Math.Min(cpu, process.CpuMilliseconds - before);
                        answers.Add(answer["rows"]!.ToJsonString().Replace("\"", "", StringComparison.Ordinal));
                    }
                    Console.Write($"{$"{wall:F1} / {cpu:F0}",20}");
                }
                Console.WriteLine(answers.Count == 1 ? "" : "   ANSWERS DIFFER");
            }
        }
        finally
        {
            foreach ((_, EngineProcess process) in engines) process.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private static Task<JsonNode> RunAsync(EngineProcess process, string sql) =>
        AskAsync(process, new JsonObject { ["op"] = "run", ["sql"] = sql });

    private static Task<JsonNode> AskAsync(EngineProcess process, JsonObject request) =>
        process.AskAsync(request, s_limit);
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Suites;

/// <summary>
/// <c>./colfrag bench SUITE --peers duckdb,clickhouse</c>: the engines answer each query in turn, so that what else
/// goes on meets all of them.
/// </summary>
internal static class SuiteCommand
{
    private static readonly Argument<string> s_suite = new("suite")
    {
        HelpName = "SUITE",
        Description = string.Join("; ", BenchmarkSuite.All.Select(s => $"{s.Name}: {s.Title}")) +
            "; storage: bytes of each column of tpch, clickbench and h2o",
    };

    private static readonly Option<string?> s_peers = new("--peers")
    {
        HelpName = "NAMES",
        Description = "duckdb,clickhouse: measured beside ColFrag, installed from npm at first use",
    };

    private static readonly Option<double?> s_scale = new("--scale")
    {
        HelpName = "N", Description = "Of the data set; tpch 1, clickbench 5 and h2o 10 million rows unless told",
    };

    private static readonly Option<string?> s_data = new("--data")
    {
        HelpName = "DIR", Description = "Parquet files of the data set, made where absent; else below .data/bench",
    };

    private static readonly Option<string?> s_work = new("--work")
    {
        HelpName = "DIR", Description = "Where the engines keep their tables during the run; else below .data/bench",
    };

    private static readonly Option<int> s_threads = new("--threads")
    {
        HelpName = "N", Description = "Threads of each engine", DefaultValueFactory = _ => Environment.ProcessorCount,
    };

    private static readonly Option<int> s_runs = new("--runs")
    {
        HelpName = "N", Description = "Undisturbed hot runs of each query", DefaultValueFactory = _ => 5,
    };

    private static readonly Option<string?> s_only = new("--only")
    {
        HelpName = "IDS", Description = "Only these queries: 01,06",
    };

    private static readonly Option<string?> s_answers = new("--answers")
    {
        HelpName = "DIR", Description = "Files qNN.out with the answers; else engines are compared with the first peer",
    };

    private static readonly Option<string?> s_out = new("--out")
    {
        HelpName = "FILE", Description = "Also writes the result as JSON, and as Markdown beside it",
    };

    private static readonly Option<string?> s_against = new("--against")
    {
        HelpName = "FILE", Description = "Compares with the JSON of an earlier run",
    };

    public static RootCommand Create()
    {
        RootCommand command = new("Measures ColFrag, and other databases beside it, with the same files and queries")
        {
            s_suite, s_peers, s_scale, s_data, s_work, s_threads, s_runs, s_only, s_answers, s_out, s_against,
        };
        s_suite.AcceptOnlyFromAmong([.. BenchmarkSuite.All.Select(s => s.Name), "storage"]);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed)
    {
        TextWriter log = Console.Error;
        string name = parsed.GetValue(s_suite)!;
        Engine[] engines = [Engine.ColFrag, .. Engine.Peers(Words(parsed.GetValue(s_peers)), log)];
        if (name == "storage")
        {
            StringBuilder storage = new(StorageReport.Heading(Commit(), parsed.GetValue(s_threads)));
            foreach (BenchmarkSuite each in BenchmarkSuite.All)
            {
                (IReadOnlyList<SuiteTable> files, string folder) = await PrepareAsync(each, parsed, log);
                storage.Append(await StorageReport.MarkdownAsync(
                    each, files, engines, folder, parsed.GetValue(s_threads), log));
            }
            Console.Write(storage);
            if (parsed.GetValue(s_out) is string kept)
                await File.WriteAllTextAsync(Path.ChangeExtension(kept, ".md"), storage.ToString());
            return 0;
        }
        BenchmarkSuite suite = BenchmarkSuite.All.First(s => s.Name == name);
        (IReadOnlyList<SuiteTable> tables, string work) = await PrepareAsync(suite, parsed, log);
        double? average = MachineLoad.Average();
        IReadOnlyList<EngineResult> measured = await MeasureAsync(suite, tables, engines, work, parsed, log);
        SuiteResult result = new(
            suite.Name, parsed.GetValue(s_scale) ?? suite.Scale, Commit(), MachineLoad.Describe(), average,
            parsed.GetValue(s_threads), parsed.GetValue(s_runs), measured);
        string report = SuiteReport.Markdown(result, suite.Title);
        if (parsed.GetValue(s_against) is string before)
        {
            report += "\n" + SuiteReport.Compare(SuiteResult.Read(before), result);
        }
        Console.Write(report);
        if (parsed.GetValue(s_out) is string file)
        {
            result.Write(file);
            await File.WriteAllTextAsync(Path.ChangeExtension(file, ".md"), report);
        }
        return measured[0].Queries.All(q => q.Error is null && q.Difference is null) ? 0 : 1;
    }

    private static async Task<(IReadOnlyList<SuiteTable> Tables, string Work)> PrepareAsync(
        BenchmarkSuite suite, ParseResult parsed, TextWriter log)
    {
        double scale = parsed.GetValue(s_scale) ?? suite.Scale;
        string set = string.Create(CultureInfo.InvariantCulture, $"{suite.Dataset}-{scale}");
        string data = parsed.GetValue(s_data) ?? Repository.PathOf(".data", "bench", set);
        string work = parsed.GetValue(s_work) ?? Repository.PathOf(".data", "bench", "work");
        return (await suite.TablesAsync(scale, data, log), Path.Combine(Path.GetFullPath(work), set));
    }

    private static async Task<IReadOnlyList<EngineResult>> MeasureAsync(
        BenchmarkSuite suite, IReadOnlyList<SuiteTable> tables, Engine[] engines, string work, ParseResult parsed,
        TextWriter log)
    {
        List<EngineRun> runs = [];
        List<EngineResult> results = [];
        try
        {
            foreach (Engine engine in engines)
            {
                EngineRun run = new(engine, Path.Combine(work, engine.Name), parsed.GetValue(s_threads));
                runs.Add(run);
                LoadResult load = await run.LoadAsync(tables);
                results.Add(new EngineResult(engine.Name, run.Version) { Load = load });
                await log.WriteLineAsync(
                    $"{run.Version}: loaded in {load.Seconds:0.0} s, {load.StoredBytes / 1e6:0} MB");
            }
            string? answers = parsed.GetValue(s_answers);
            foreach ((string id, _) in suite.Queries("", Words(parsed.GetValue(s_only))))
            {
                List<IReadOnlyList<string?[]>> rows = [];
                for (int i = 0; i < runs.Count; i++)
                {
                    string sql = suite.Queries(runs[i].Name, [id])[0].Sql;
                    (QueryResult query, IReadOnlyList<string?[]> answer) =
                        await runs[i].QueryAsync(id, sql, parsed.GetValue(s_runs), suite.KeepsResults);
                    results[i].Queries.Add(query);
                    rows.Add(answer);
                    await log.WriteLineAsync(
                        $"  {id} {runs[i].Name}: {query.Error ?? $"cold {query.ColdMilliseconds:0.0} hot " +
                            $"{query.HotMilliseconds:0.0} cpu {query.CpuMilliseconds:0} ms"}");
                }
                Check(id, answers, results, rows);
                await CheckWithoutTiesAsync(suite, id, runs, results);
            }
        }
        finally
        {
            foreach (EngineRun run in runs) run.Dispose();
            if (Directory.Exists(work)) Directory.Delete(work, recursive: true);
        }
        return results;
    }

    // Against the published answer where there is one, else against the first peer, by rows or by their number.
    private static void Check(
        string id, string? answers, List<EngineResult> results, List<IReadOnlyList<string?[]>> rows)
    {
        string? file = answers is null ? null : Path.Combine(answers, $"q{id}.out");
        IReadOnlyList<string?[]>? published =
            file is not null && File.Exists(file) ? AnswerComparison.ReadFile(file) : null;
        for (int i = 0; i < results.Count; i++)
        {
            QueryResult query = results[i].Query(id)!;
            if (query.Error is not null) continue;
            if (published is not null)
            {
                query.Difference = AnswerComparison.Difference(published, rows[i]);
            }
            else if (i == 0 && results.Count > 1 && results[1].Query(id) is { Error: null } peer)
            {
                query.Difference = query.Rows != peer.Rows
                    ? $"{query.Rows} rows, {results[1].Name} has {peer.Rows}"
                    : AnswerComparison.Difference(rows[1], rows[0]);
            }
        }
    }

    // Engines may keep other rows of those that a LIMIT cuts through: then they are asked which are the first of all.
    private static async Task CheckWithoutTiesAsync(
        BenchmarkSuite suite, string id, List<EngineRun> runs, List<EngineResult> results)
    {
        QueryResult query = results[0].Query(id)!;
        if (runs.Count < 2 || query.Difference is null || query.Rows != results[1].Query(id)!.Rows ||
            suite.WithoutTies(id) is not { } sql)
        {
            return;
        }
        query.Difference = AnswerComparison.Difference(await runs[1].RowsAsync(sql), await runs[0].RowsAsync(sql));
    }

    private static string[] Words(string? list) =>
        list?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string Commit()
    {
        try
        {
            using Process git = Process.Start(new ProcessStartInfo("git", ["rev-parse", "--short", "HEAD"])
            {
                RedirectStandardOutput = true, WorkingDirectory = Repository.Root,
            })!;
            string commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return commit.Length == 0 ? "unknown" : commit;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "unknown";
        }
    }
}

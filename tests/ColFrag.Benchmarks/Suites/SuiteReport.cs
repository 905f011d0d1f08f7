using System.Globalization;
using System.Text;

namespace ColFrag.Benchmarks.Suites;

/// <summary>A run as Markdown: columns per engine, and ratios of the first engine to the best of the others.</summary>
internal static class SuiteReport
{
    /// <summary>Processor times below are too short to compare.</summary>
    private const double LeastCpuMilliseconds = 20;

    public static string Markdown(SuiteResult result, string title)
    {
        StringBuilder text = new();
        Line(text, $"## {title}");
        Line(text, "");
        string load = result.LoadAverage is double average ? $", load average {average:0.0} at the start" : "";
        Line(text,
            $"Scale {result.Scale}, {result.Threads} threads each, commit {result.Commit}; {result.Machine}{load}.");
        int noisy = result.Engines.Sum(e => e.Queries.Sum(q => q.NoisyRuns));
        int runs = result.Engines.Sum(e => e.Queries.Sum(q => q.HotRuns));
        if (noisy > 0) Line(text, $"Others used the machine during {noisy} of {runs} hot runs.");
        Line(text, "");
        AppendTotals(text, result);
        Line(text, "");
        AppendQueries(text, result);
        AppendWeak(text, result);
        AppendRemarks(text, result);
        return text.ToString();
    }

    /// <summary>The queries of two runs of one suite: what got faster, what slower.</summary>
    public static string Compare(SuiteResult before, SuiteResult after)
    {
        StringBuilder text = new();
        Line(text, $"### Against commit {before.Commit} ({before.Machine})");
        Line(text, "");
        Line(text, "| query | hot ms before | now | ratio | CPU ms before | now | ratio |");
        Line(text, "| --- | --: | --: | --: | --: | --: | --: |");
        EngineResult old = before.Engines[0], now = after.Engines[0];
        List<double> ratios = [];
        foreach (QueryResult query in now.Queries.Where(q => q.Error is null))
        {
            if (old.Query(query.Id) is not { Error: null } other) continue;
            double hot = query.HotMilliseconds / other.HotMilliseconds;
            ratios.Add(hot);
            Line(text,
                $"| {query.Id} | {Figure(other.HotMilliseconds)} | {Figure(query.HotMilliseconds)} | {hot:0.00} " +
                $"| {Figure(other.CpuMilliseconds)} | {Figure(query.CpuMilliseconds)} " +
                $"| {query.CpuMilliseconds / Math.Max(other.CpuMilliseconds, 10):0.00} |");
        }
        Line(text, $"| geometric mean | | | {Mean(ratios):0.00} | | | |");
        return text.ToString();
    }

    private static void AppendTotals(StringBuilder text, SuiteResult result)
    {
        IReadOnlyList<EngineResult> engines = result.Engines;
        Line(text, $"| | {string.Join(" | ", engines.Select(e => e.Version))} |");
        Line(text, $"| --- |{string.Concat(Enumerable.Repeat(" --: |", engines.Count))}");
        Row("load, s", e => Figure(e.Load?.Seconds));
        Row("load, CPU s", e => Figure(e.Load?.CpuSeconds));
        Row("then tidying, s", e => Figure(e.Load?.CompactSeconds));
        Row("stored, MB", e => Figure(e.Load?.StoredBytes / 1e6));
        Row("load, peak MiB", e => Figure(e.Load?.PeakMebibytes));
        Row("cold, total ms", e => Figure(Good(e).Sum(q => q.ColdMilliseconds)));
        Row("hot, total ms", e => Figure(Good(e).Sum(q => q.HotMilliseconds)));
        Row("hot, CPU total ms", e => Figure(Good(e).Sum(q => q.CpuMilliseconds)));
        Row("hot, geometric mean ms", e => Figure(Mean(Good(e).Select(q => q.HotMilliseconds))));
        Row("peak of a query, MiB", e => Figure(Good(e).Select(q => q.PeakMebibytes).DefaultIfEmpty().Max()));

        void Row(string name, Func<EngineResult, string> cell) =>
            Line(text, $"| {name} | {string.Join(" | ", engines.Select(cell))} |");
    }

    private static void AppendQueries(StringBuilder text, SuiteResult result)
    {
        IReadOnlyList<EngineResult> engines = result.Engines;
        EngineResult own = engines[0];
        bool hasPeers = engines.Count > 1;
        string ratioHead = hasPeers ? " hot / best peer | CPU / best peer |" : "";
        Line(text,
            $"| query | {string.Join(" | ", engines.Select(e => $"{e.Name} cold | hot | CPU | MiB"))} |{ratioHead}");
        Line(text,
            $"| --- |{string.Concat(Enumerable.Repeat(" --: |", (engines.Count * 4) + (hasPeers ? 2 : 0)))}");
        List<double> hotRatios = [], cpuRatios = [];
        foreach (QueryResult query in own.Queries)
        {
            string line = $"| {query.Id} | {string.Join(" | ", engines.Select(e => Cells(e.Query(query.Id))))} |";
            if (hasPeers)
            {
                (double? hot, double? cpu) = Ratios(result, query);
                if (hot is not null) hotRatios.Add(hot.Value);
                if (cpu is not null) cpuRatios.Add(cpu.Value);
                line += $" {Ratio(hot)} | {Ratio(cpu)} |";
            }
            Line(text, line);
        }
        if (hotRatios.Count == 0) return;
        string blanks = string.Concat(Enumerable.Repeat(" |", engines.Count * 4));
        Line(text, $"| geometric mean |{blanks} {Mean(hotRatios):0.00} | {Mean(cpuRatios):0.00} |");
        for (int i = 1; i < engines.Count; i++)
        {
            double[] ratios =
            [
                .. from query in Good(own)
                   let other = engines[i].Query(query.Id)
                   where other is { Error: null }
                   select query.HotMilliseconds / other.HotMilliseconds,
            ];
            Line(text, $"| of {engines[i].Name} |{blanks} {Mean(ratios):0.00} | |");
        }
    }

    // The queries to work on.
    private static void AppendWeak(StringBuilder text, SuiteResult result)
    {
        if (result.Engines.Count < 2) return;
        string wall = Slower(ratios => ratios.Hot), cpu = Slower(ratios => ratios.Cpu);
        Line(text, "");
        Line(text, $"Slower than the best peer: {wall}. More processor time than the best peer: {cpu}.");

        string Slower(Func<(double? Hot, double? Cpu), double?> choose)
        {
            string[] slower =
            [
                .. from query in result.Engines[0].Queries
                   let ratio = choose(Ratios(result, query))
                   where ratio > 1.1
                   orderby ratio descending
                   select $"{query.Id} ({Ratio(ratio)})",
            ];
            return slower.Length == 0 ? "none" : string.Join(", ", slower);
        }
    }

    // To the best of the others; null where there is none, or where times are a few steps of the system's clock.
    private static (double? Hot, double? Cpu) Ratios(SuiteResult result, QueryResult query)
    {
        QueryResult[] peers =
        [
            .. from engine in result.Engines.Skip(1)
               let other = engine.Query(query.Id)
               where other is { Error: null }
               select other,
        ];
        if (query.Error is not null || peers.Length == 0) return (null, null);
        double cpu = peers.Min(p => p.CpuMilliseconds);
        return (query.HotMilliseconds / peers.Min(p => p.HotMilliseconds),
            cpu >= LeastCpuMilliseconds ? query.CpuMilliseconds / cpu : null);
    }

    private static string Ratio(double? ratio) => ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";

    private static void AppendRemarks(StringBuilder text, SuiteResult result)
    {
        string[] remarks =
        [
            .. from engine in result.Engines
               from query in engine.Queries
               let what = query.Error is string error ? $"failed: {error}" : query.Difference
               where what is not null
               select $"- {engine.Name}, query {query.Id}: {what}",
        ];
        if (remarks.Length == 0) return;
        Line(text, "");
        foreach (string remark in remarks) Line(text, remark);
    }

    private static IEnumerable<QueryResult> Good(EngineResult engine) => engine.Queries.Where(q => q.Error is null);

    private static string Cells(QueryResult? query) => query is not { Error: null } ? "- | - | - | -"
        : $"{Figure(query.ColdMilliseconds)} | {Figure(query.HotMilliseconds)} | {Figure(query.CpuMilliseconds)} " +
            $"| {Figure(query.PeakMebibytes)}";

    private static string Figure(double? value) => value switch
    {
        null => "-",
        >= 100 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    private static double Mean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? 0 : Math.Exp(all.Average(v => Math.Log(Math.Max(v, 0.001))));
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static void Line(StringBuilder text, string line) => text.Append(line).Append('\n');
}

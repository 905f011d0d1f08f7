using System.Diagnostics;
using ColFrag.Engine;

namespace ColFrag.Benchmarks.Queries;

/// <summary>
/// What a second thread brings: the same queries with one and with two, in turn. Prints the smallest wall time of each
/// and the processor time of a run, whose growth says what the second thread costs on a machine that others use too.
/// </summary>
internal static class ScalingBenchmark
{
    private static readonly (string Name, string Sql)[] s_queries =
    [
        ("scan and filter", "SELECT count(*), max(k) FROM t WHERE r % 7 = 3 AND name LIKE '%99%'"),
        ("few groups", "SELECT g, sum(r), avg(k) FROM t GROUP BY g ORDER BY g LIMIT 1"),
        ("many groups", "SELECT max(s) FROM (SELECT k, sum(r) AS s FROM t GROUP BY k)"),
        ("groups of texts", "SELECT max(c) FROM (SELECT name, count(*) AS c FROM t GROUP BY name)"),
        ("join", "SELECT count(*), sum(t.r + d.v) FROM t JOIN d ON t.k = d.k"),
        ("join by random keys", "SELECT count(*), sum(t.k) FROM t JOIN d ON t.r = d.v"),
        ("sort", "SELECT i FROM t ORDER BY r, i OFFSET 3999999"),
        ("top", "SELECT i FROM t ORDER BY r DESC, i LIMIT 100"),
        ("window", "SELECT max(x) FROM (SELECT sum(r) OVER (PARTITION BY g ORDER BY i) AS x FROM t)"),
        ("distinct values", "SELECT count(DISTINCT r) FROM t"),
    ];

    /// <summary>Runs each query so many times with either number of threads.</summary>
    public static async Task RunAsync(long rows, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        try
        {
            await LoadAsync(folder, rows).ConfigureAwait(false);
            Console.WriteLine(
                $"{"milliseconds",-22}{"1 thread",10}{"2 threads",11}{"gain",7}{"CPU of 1",10}{"CPU of 2",10}" +
                $"{"CPU/wall",10}");
            foreach ((string name, string sql) in s_queries)
            {
                (double Wall, double Cpu) one = await BestAsync(folder, 1, sql, runs).ConfigureAwait(false);
                (double Wall, double Cpu) two = await BestAsync(folder, 2, sql, runs).ConfigureAwait(false);
                Console.WriteLine(
                    $"{name,-22}{one.Wall,10:F1}{two.Wall,11:F1}{one.Wall / two.Wall,7:F2}{one.Cpu,10:F1}" +
                    $"{two.Cpu,10:F1}{two.Cpu / two.Wall,10:F2}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task LoadAsync(string folder, long rows)
    {
        await using Database database = await Database.OpenAsync(folder).ConfigureAwait(false);
        await using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE t AS SELECT i, i * 7919 % 1000003 AS k, i % 1000 AS g, i * 2654435761 % 1000000007 AS r, " +
            $"'name ' || (i * 31 % 20011) AS name FROM range({rows}) s(i)").ConfigureAwait(false);
        await connection.RunAsync(
            "CREATE TABLE d AS SELECT i AS k, i * 2654435761 % 1000000007 AS v FROM range(500000) s(i)")
            .ConfigureAwait(false);
    }

    private static async Task<(double Wall, double Cpu)> BestAsync(string folder, int threads, string sql, int runs)
    {
        await using Database database = await Database.OpenAsync(
            folder, new DatabaseOptions { Threads = threads }).ConfigureAwait(false);
        await using Connection connection = database.Connect();
        using Process process = Process.GetCurrentProcess();
        (double Wall, double Cpu) best = (double.MaxValue, double.MaxValue);
        for (int run = 0; run <= runs; run++)
        {
            process.Refresh();
            TimeSpan before = process.TotalProcessorTime;
            long begin = Stopwatch.GetTimestamp();
            await connection.QueryAsync(sql).ConfigureAwait(false);
            double wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            process.Refresh();
            double cpu = (process.TotalProcessorTime - before).TotalMilliseconds;
            // The first run reads the files.
            if (run > 0) best = (Math.Min(best.Wall, wall), Math.Min(best.Cpu, cpu));
        }
        return best;
    }
}

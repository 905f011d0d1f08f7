using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Queries;

/// <summary>
/// Loads flights into ColFrag and into DuckDB and asks both the same questions in turn, in one run with two threads
/// each. Prints the smallest wall time and the processor time per query, and their ratios: the machine is shared, so
/// that the processor time says more when others use it.
/// </summary>
internal static class FlightsBenchmark
{
    private const int WarmUps = 40;

    private static readonly string[] s_queries =
    [
        "SELECT origin, count(*), avg(delay) FROM flights GROUP BY origin",
        "SELECT count(*) FROM flights WHERE delay > 60",
        "SELECT sum(delay), avg(distance) FROM flights",
        "SELECT origin, destination, count(*), max(distance) FROM flights GROUP BY origin, destination",
        "SELECT date_trunc('day', date), count(*), avg(delay) FROM flights GROUP BY 1",
        "SELECT count(DISTINCT destination) FROM flights WHERE origin = 'ORD'",
        "SELECT * FROM flights ORDER BY delay DESC, date, origin, destination LIMIT 10",
    ];

    /// <summary>Runs every query so many times in each engine, after as many runs to warm up.</summary>
    public static async Task RunAsync(string path, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        try
        {
            using DuckDbPeer peer = DuckDbPeer.Start(threads: 2, Path.Combine(folder, "peer.duckdb"));
            await using Database database = await Database.OpenAsync(
                Path.Combine(folder, "flights"), new DatabaseOptions { Threads = 2 }).ConfigureAwait(false);
            await using Connection connection = database.Connect();
            path = Path.GetFullPath(path);
            string fill =
                $"CREATE TABLE flights AS SELECT * FROM read_parquet('{path.Replace("'", "''", StringComparison.Ordinal)}')";
            long begin = Stopwatch.GetTimestamp();
            await connection.RunAsync(fill).ConfigureAwait(false);
            double own = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            double theirs = peer.Execute(fill) + peer.Execute("CHECKPOINT");
            Console.WriteLine($"{"milliseconds",-60}{"ColFrag",9}{"DuckDB",9}{"ratio",7}{"CPU",9}{"CPU",9}{"ratio",7}");
            Console.WriteLine($"{"load",-60}{own,9:F1}{theirs,9:F1}{own / theirs,7:F2}");
            foreach (string sql in s_queries)
            {
                Figures ours = await MeasureAsync(connection, sql, runs).ConfigureAwait(false);
                Figures peers = Measure(peer, sql, runs);
                Console.WriteLine(
                    $"{sql[..Math.Min(sql.Length, 59)],-60}{ours.Wall,9:F2}{peers.Wall,9:F2}{ours.Wall / peers.Wall,7:F2}" +
                    $"{ours.Cpu,9:F2}{peers.Cpu,9:F2}{ours.Cpu / peers.Cpu,7:F2}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<Figures> MeasureAsync(Connection connection, string sql, int runs)
    {
        double best = double.PositiveInfinity;
        TimeSpan processor = default;
        using Process self = Process.GetCurrentProcess();
        for (int run = -WarmUps; run < runs; run++)
        {
            if (run == 0) processor = self.TotalProcessorTime;
            long begin = Stopwatch.GetTimestamp();
            await connection.RunAsync(sql).ConfigureAwait(false);
            if (run >= 0) best = Math.Min(best, Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
        self.Refresh();
        return new Figures(best, (self.TotalProcessorTime - processor).TotalMilliseconds / runs);
    }

    private static Figures Measure(DuckDbPeer peer, string sql, int runs)
    {
        double best = double.PositiveInfinity, processor = 0;
        for (int run = -3; run < runs; run++)
        {
            if (run == 0) processor = peer.CpuMilliseconds();
            double milliseconds = peer.Execute(sql);
            if (run >= 0) best = Math.Min(best, milliseconds);
        }
        return new Figures(best, (peer.CpuMilliseconds() - processor) / runs);
    }

    private readonly record struct Figures(double Wall, double Cpu);
}

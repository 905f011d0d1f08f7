using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Tests.Support;

namespace ColFrag.Benchmarks.Loading;

/// <summary>
/// Loads and writes the same files with ColFrag and with DuckDB, in turn, two threads each: smallest wall and processor
/// time of some runs. Loads end committed and synced (DuckDB: with a checkpoint).
/// </summary>
internal static class LoadingBenchmark
{
    private const string Lineitem = """
        (l_orderkey BIGINT, l_partkey BIGINT, l_suppkey BIGINT, l_linenumber BIGINT, l_quantity DECIMAL(15,2),
        l_extendedprice DECIMAL(15,2), l_discount DECIMAL(15,2), l_tax DECIMAL(15,2), l_returnflag VARCHAR,
        l_linestatus VARCHAR, l_shipdate DATE, l_commitdate DATE, l_receiptdate DATE, l_shipinstruct VARCHAR,
        l_shipmode VARCHAR, l_comment VARCHAR)
        """;

    /// <summary>Runs all jobs.</summary>
    /// <param name="shared">The folder with <c>data/tpch-sf0.1</c> and <c>data/flights-3m.parquet</c>.</param>
    /// <param name="copies">How often the rows of lineitem are taken.</param>
    /// <param name="runs">Runs of each job; the best counts.</param>
    public static async Task RunAsync(string shared, int copies, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        string lineitem = Path.Combine(shared, "data", "tpch-sf0.1", "lineitem.parquet");
        string flights = Path.Combine(shared, "data", "flights-3m.parquet"), csv = Path.Combine(folder, "l.csv");
        try
        {
            using DuckDbPeer peer = DuckDbPeer.Start(threads: 2, Path.Combine(folder, "peer.duckdb"));
            await using Database database = await Database.OpenAsync(
                Path.Combine(folder, "own"), new DatabaseOptions { Threads = 2 }).ConfigureAwait(false);
            await using Connection own = database.Connect();
            peer.Execute($"COPY (SELECT l.* FROM '{lineitem}' l, range({copies})) TO '{csv}' (FORMAT csv, HEADER)");
            Console.WriteLine($"lineitem as CSV: {new FileInfo(csv).Length / 1e6:F0} MB");
            Console.WriteLine($"{"milliseconds",-32}{"ColFrag",9}{"DuckDB",9}{"ratio",7}{"CPU",9}{"CPU",9}{"ratio",7}");
            string make = $"CREATE TABLE lineitem {Lineitem}";
            await CompareAsync(
                "load lineitem.csv", own, peer, runs, "lineitem", make, $"COPY lineitem FROM '{csv}' (HEADER)")
                .ConfigureAwait(false);
            string all = "max(l_orderkey), max(l_partkey), max(l_suppkey), max(l_linenumber), max(l_quantity), " +
                "max(l_extendedprice), max(l_discount), max(l_tax), max(l_returnflag), max(l_linestatus), " +
                "max(l_shipdate), " +
                "max(l_commitdate), max(l_receiptdate), max(l_shipinstruct), max(l_shipmode), max(l_comment)";
            await CompareAsync(
                "max of every column of the CSV", own, peer, runs, null, null, $"SELECT {all} FROM '{csv}'")
                .ConfigureAwait(false);
            await CompareAsync(
                "load lineitem.parquet", own, peer, runs, "lineitem", make,
                    $"COPY lineitem FROM '{lineitem}' (FORMAT parquet)")
                .ConfigureAwait(false);
            string makeFlights = $"CREATE TABLE flights AS SELECT * FROM '{flights}' LIMIT 0";
            await CompareAsync(
                "load flights.parquet", own, peer, runs, "flights", makeFlights,
                    $"COPY flights FROM '{flights}' (FORMAT parquet)")
                .ConfigureAwait(false);
            foreach (string codec in (string[])["snappy", "zstd"])
            {
                string target = Path.Combine(folder, "w.parquet");
                await CompareAsync(
                    $"write lineitem.parquet, {codec}", own, peer, runs, null, null,
                    $"COPY (SELECT * FROM '{lineitem}') TO '{target}' (FORMAT parquet, COMPRESSION '{codec}')")
                        .ConfigureAwait(false);
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CompareAsync(
        string name, Connection own, DuckDbPeer peer, int runs, string? table, string? make, string sql)
    {
        (double Wall, double Cpu) ours = (double.PositiveInfinity, double.PositiveInfinity), theirs = ours;
        using Process self = Process.GetCurrentProcess();
        for (int run = 0; run < runs; run++)
        {
            if (table is not null)
            {
                await own.RunAsync($"DROP TABLE IF EXISTS {table}").ConfigureAwait(false);
                await own.RunAsync(make!).ConfigureAwait(false);
                peer.Execute($"DROP TABLE IF EXISTS {table}");
                peer.Execute(make!);
                peer.Execute("CHECKPOINT");
            }
            self.Refresh();
            TimeSpan cpu = self.TotalProcessorTime;
            long begin = Stopwatch.GetTimestamp();
            await own.RunAsync(sql).ConfigureAwait(false);
            double wall = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            self.Refresh();
            ours = (Math.Min(ours.Wall, wall), Math.Min(ours.Cpu, (self.TotalProcessorTime - cpu).TotalMilliseconds));
            double peerCpu = peer.CpuMilliseconds();
            double peerWall = peer.Execute(sql) + (table is null ? 0 : peer.Execute("CHECKPOINT"));
            theirs = (Math.Min(theirs.Wall, peerWall), Math.Min(theirs.Cpu, peer.CpuMilliseconds() - peerCpu));
        }
        Console.WriteLine(
            $"{name,-32}{ours.Wall,9:F0}{theirs.Wall,9:F0}{ours.Wall / theirs.Wall,7:F2}" +
            $"{ours.Cpu,9:F0}{theirs.Cpu,9:F0}{ours.Cpu / theirs.Cpu,7:F2}");
    }
}

using System.Diagnostics;
using ColFrag.Benchmarks.Suites;
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

    private const string AllMaxima = """
        max(l_orderkey), max(l_partkey), max(l_suppkey), max(l_linenumber), max(l_quantity), max(l_extendedprice),
        max(l_discount), max(l_tax), max(l_returnflag), max(l_linestatus), max(l_shipdate), max(l_commitdate),
        max(l_receiptdate), max(l_shipinstruct), max(l_shipmode), max(l_comment)
        """;

    /// <summary>Runs all jobs.</summary>
    /// <param name="lineitem">lineitem of TPC-H as a Parquet file.</param>
    /// <param name="hits">Another Parquet file, of many columns; null for none.</param>
    /// <param name="folder">Where databases and files are made.</param>
    /// <param name="runs">Runs of each job; the best counts.</param>
    public static async Task RunAsync(string lineitem, string? hits, string folder, int runs)
    {
        folder = Directory.CreateDirectory(Path.Combine(folder, $"loading-{Environment.ProcessId}")).FullName;
        string csv = Path.Combine(folder, "l.csv"), ours = Path.Combine(folder, "own.parquet");
        try
        {
            using DuckDbPeer peer = DuckDbPeer.Start(threads: 2, Path.Combine(folder, "peer.duckdb"));
            await using Database database = await Database.OpenAsync(
                Path.Combine(folder, "own"), new DatabaseOptions { Threads = 2 }).ConfigureAwait(false);
            await using Connection own = database.Connect();
            peer.Execute($"COPY (SELECT * FROM '{lineitem}') TO '{csv}' (FORMAT csv, HEADER)");
            Console.WriteLine($"lineitem as CSV: {new FileInfo(csv).Length / 1e6:F0} MB; {MachineLoad.Describe()}");
            Console.WriteLine($"{"milliseconds",-32}{"ColFrag",9}{"DuckDB",9}{"ratio",7}{"CPU",9}{"CPU",9}{"ratio",7}");
            Pair pair = new(own, peer, runs);
            string make = $"CREATE TABLE lineitem {Lineitem}";
            await pair.LoadAsync("load lineitem.csv", "lineitem", make, $"COPY lineitem FROM '{csv}' (HEADER)")
                .ConfigureAwait(false);
            await pair.CompareAsync("rows of the CSV", $"SELECT count(*) FROM '{csv}'").ConfigureAwait(false);
            await pair.CompareAsync("max of every column of the CSV", $"SELECT {AllMaxima} FROM '{csv}'")
                .ConfigureAwait(false);
            await pair.LoadAsync(
                "load lineitem.parquet", "lineitem", make, $"COPY lineitem FROM '{lineitem}' (FORMAT parquet)")
                .ConfigureAwait(false);
            await pair.AggregateAsync("lineitem.parquet", lineitem).ConfigureAwait(false);
            foreach (string codec in (string[])["snappy", "zstd"])
            {
                string copy = $"COPY (SELECT * FROM '{lineitem}') TO '{{0}}' (FORMAT parquet, COMPRESSION '{codec}')";
                string theirs = Path.Combine(folder, "peer.parquet");
                await pair.CompareAsync(
                    $"write lineitem.parquet, {codec}", copy.Replace("{0}", ours, StringComparison.Ordinal),
                    copy.Replace("{0}", theirs, StringComparison.Ordinal)).ConfigureAwait(false);
                double own1 = new FileInfo(ours).Length / 1e6, peer1 = new FileInfo(theirs).Length / 1e6;
                Console.WriteLine($"{"    megabytes",-32}{own1,9:F1}{peer1,9:F1}{own1 / peer1,7:F2}");
                await pair.AggregateAsync($"DuckDB's {codec} file", theirs).ConfigureAwait(false);
            }
            if (hits is null) return;
            await pair.LoadAsync(
                "load hits.parquet", "hits", $"CREATE TABLE hits AS SELECT * FROM '{hits}' LIMIT 0",
                $"COPY hits FROM '{hits}' (FORMAT parquet)").ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The two engines, side by side.</summary>
    private sealed class Pair(Connection own, DuckDbPeer peer, int runs)
    {
        /// <summary>Queries over a Parquet file itself.</summary>
        public async Task AggregateAsync(string name, string path)
        {
            await CompareAsync(
                $"Q1 of {name}",
                "SELECT l_returnflag, l_linestatus, sum(l_quantity), sum(l_extendedprice * (1 - l_discount)), " +
                $"avg(l_discount), count(*) FROM '{path}' WHERE l_shipdate <= DATE '1998-09-02' GROUP BY 1, 2")
                .ConfigureAwait(false);
            await CompareAsync(
                $"Q6 of {name}",
                $"SELECT sum(l_extendedprice * l_discount) FROM '{path}' WHERE l_shipdate >= DATE '1994-01-01' " +
                "AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07 AND l_quantity < 24")
                .ConfigureAwait(false);
        }

        public Task CompareAsync(string name, string sql, string? peerSql = null) =>
            LoadingBenchmark.CompareAsync(name, own, peer, runs, null, null, sql, peerSql ?? sql);

        public Task LoadAsync(string name, string table, string make, string sql) =>
            LoadingBenchmark.CompareAsync(name, own, peer, runs, table, make, sql, sql);
    }

    private static async Task CompareAsync(
        string name, Connection own, DuckDbPeer peer, int runs, string? table, string? make, string sql,
        string peerSql)
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
            double peerWall = peer.Execute(peerSql) + (table is null ? 0 : peer.Execute("CHECKPOINT"));
            theirs = (Math.Min(theirs.Wall, peerWall), Math.Min(theirs.Cpu, peer.CpuMilliseconds() - peerCpu));
        }
        Console.WriteLine(
            $"{name,-32}{ours.Wall,9:F0}{theirs.Wall,9:F0}{ours.Wall / theirs.Wall,7:F2}" +
            $"{ours.Cpu,9:F0}{theirs.Cpu,9:F0}{ours.Cpu / theirs.Cpu,7:F2}");
    }
}

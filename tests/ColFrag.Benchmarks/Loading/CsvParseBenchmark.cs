using System.Diagnostics;
using ColFrag.Benchmarks.Suites;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Benchmarks.Loading;

/// <summary>
/// Parsing of lineitem as CSV by one thread, without encoding or storing: where fields and rows end, then every field
/// as a value of its column's type in a vector. Beside it what the bytes cost alone: reading them from the page cache,
/// as parsing does too, and memcpy out of memory. Best processor time of some runs.
/// </summary>
internal static unsafe class CsvParseBenchmark
{
    private static readonly Schema s_lineitem = new(
    [
        new Field("l_orderkey", LogicalType.BigInt), new Field("l_partkey", LogicalType.BigInt),
        new Field("l_suppkey", LogicalType.BigInt), new Field("l_linenumber", LogicalType.BigInt),
        new Field("l_quantity", LogicalType.Decimal(15, 2)), new Field("l_extendedprice", LogicalType.Decimal(15, 2)),
        new Field("l_discount", LogicalType.Decimal(15, 2)), new Field("l_tax", LogicalType.Decimal(15, 2)),
        new Field("l_returnflag", LogicalType.Varchar), new Field("l_linestatus", LogicalType.Varchar),
        new Field("l_shipdate", LogicalType.Date), new Field("l_commitdate", LogicalType.Date),
        new Field("l_receiptdate", LogicalType.Date), new Field("l_shipinstruct", LogicalType.Varchar),
        new Field("l_shipmode", LogicalType.Varchar), new Field("l_comment", LogicalType.Varchar),
    ]);

    private static double s_megabytes;

    public static void Run(string path, int runs)
    {
        s_megabytes = new FileInfo(path).Length / 1e6;
        Console.WriteLine($"{path}: {s_megabytes:F0} MB; {MachineLoad.Describe()}");
        Console.WriteLine($"{"one thread",-40}{"ms CPU",9}{"GB/s",8}");
        byte[] from = new byte[new FileInfo(path).Length], to = new byte[1 << 20];
        Random.Shared.NextBytes(from);
        Report("memcpy", runs, () =>
        {
            for (int at = 0; at < from.Length; at += to.Length)
            {
                from.AsSpan(at, Math.Min(to.Length, from.Length - at)).CopyTo(to);
            }
        });
        Report("reading the file", runs, () =>
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            while (file.Read(to, 0, 1 << 20) > 0) { }
        });
        using CsvSource source = CsvSource.OpenFile(
            path, new CsvOptions(), new SourceContext { Target = s_lineitem });
        int[] all = [.. Enumerable.Range(0, source.Schema.Count)];
        Report("and where fields and rows end", runs, () => Read(source, []));
        Report($"and {all.Length} columns of values", runs, () => Read(source, all));
        foreach (IGrouping<LogicalType, int> columns in all.GroupBy(c => source.Schema[c].Type))
        {
            int[] some = [.. columns];
            Report($"    only {some.Length} of {columns.Key}", runs, () => Read(source, some));
        }
    }

    private static void Read(CsvSource source, int[] columns)
    {
        using Batch batch = new([.. columns.Select(c => new ColumnVector(source.Schema[c].Type))]);
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using IPieceReader reader = source.OpenPiece(piece, columns, MemoryAccount.Untracked);
            while (reader.Read(batch, CancellationToken.None)) { }
        }
    }

    private static void Report(string name, int runs, Action work)
    {
        double best = double.PositiveInfinity;
        using Process self = Process.GetCurrentProcess();
        for (int run = 0; run < runs; run++)
        {
            self.Refresh();
            TimeSpan before = self.TotalProcessorTime;
            work();
            self.Refresh();
            best = Math.Min(best, (self.TotalProcessorTime - before).TotalMilliseconds);
        }
        Console.WriteLine($"{name,-40}{best,9:F0}{s_megabytes / best,8:F2}");
    }
}

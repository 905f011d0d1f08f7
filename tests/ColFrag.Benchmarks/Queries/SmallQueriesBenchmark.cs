using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Engine.Types;

namespace ColFrag.Benchmarks.Queries;

/// <summary>
/// How long the smallest statements take, embedded: a constant, and one row of many by its key, as text that is new
/// each time and as a prepared statement. Prints median, 99th percentile and processor time of a statement.
/// </summary>
internal static class SmallQueriesBenchmark
{
    private const int WarmUps = 3000;

    /// <summary>Makes a table of so many rows and asks so many times.</summary>
    public static async Task RunAsync(long rows, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        try
        {
            await using Database database = await Database.OpenAsync(
                Path.Combine(folder, "db"), new DatabaseOptions { Threads = 2 }).ConfigureAwait(false);
            await using Connection connection = database.Connect();
            await connection.RunAsync("CREATE TABLE t (id BIGINT, v BIGINT, name TEXT, PRIMARY KEY (id))")
                .ConfigureAwait(false);
            await connection.RunAsync(
                $"INSERT INTO t SELECT i, i * 7, 'name ' || i FROM generate_series(1, {rows}) s(i)")
                .ConfigureAwait(false);
            Console.WriteLine($"{"microseconds",-36}{"p50",9}{"p99",9}{"CPU",9}");
            await MeasureAsync("SELECT 1", runs, _ => connection.ExecuteAsync("SELECT 1")).ConfigureAwait(false);
            await MeasureAsync(
                "point lookup, another text each", runs,
                i => connection.ExecuteAsync($"SELECT v, name FROM t WHERE id = {KeyOf(i, rows)}"))
                .ConfigureAwait(false);
            await using IPreparedStatement lookup =
                await connection.PrepareAsync("SELECT v, name FROM t WHERE id = $1").ConfigureAwait(false);
            await MeasureAsync(
                "point lookup, prepared", runs, i => lookup.ExecuteAsync([Value.BigInt(KeyOf(i, rows))]))
                .ConfigureAwait(false);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Far from each other, so that no block is looked at twice in a row.
    private static long KeyOf(int run, long rows) => (run * 7_368_787L % rows) + 1;

    private static async Task MeasureAsync(string name, int runs, Func<int, Task<QueryResult>> query)
    {
        for (int i = 0; i < WarmUps; i++) await ReadAsync(await query(i).ConfigureAwait(false)).ConfigureAwait(false);
        double[] times = new double[runs];
        using Process process = Process.GetCurrentProcess();
        TimeSpan before = process.TotalProcessorTime;
        for (int i = 0; i < runs; i++)
        {
            long begin = Stopwatch.GetTimestamp();
            await ReadAsync(await query(WarmUps + i).ConfigureAwait(false)).ConfigureAwait(false);
            times[i] = Stopwatch.GetElapsedTime(begin).TotalMicroseconds;
        }
        process.Refresh();
        double cpu = (process.TotalProcessorTime - before).TotalMicroseconds / runs;
        Array.Sort(times);
        Console.WriteLine($"{name,-36}{times[runs / 2],9:F1}{times[runs * 99 / 100],9:F1}{cpu,9:F1}");
    }

    private static async Task ReadAsync(QueryResult result)
    {
        await using QueryResult rows = result;
        while (await rows.ReadAsync().ConfigureAwait(false) is not null)
        {
        }
    }
}

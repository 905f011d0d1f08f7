using System.Diagnostics;
using ColFrag.Engine;
using ColFrag.Engine.Errors;

namespace ColFrag.Benchmarks.Queries;

/// <summary>
/// How long a query goes on after it was cancelled, in each of the operators that work longest.
/// </summary>
internal static class CancellationBenchmark
{
    private static readonly (string Name, string Sql)[] s_queries =
    [
        ("scan", "SELECT sum(length(repeat(name, 200))) FROM t"),
        ("nested loop", "SELECT count(*) FROM t a JOIN t b ON a.k < b.k AND a.r > b.r"),
        ("hash join, few keys", "SELECT count(*) FROM t a JOIN t b ON a.g = b.g AND a.k + b.k = 17"),
        ("aggregation", "SELECT max(s) FROM (SELECT r, k, sum(i) AS s, count(name) FROM t GROUP BY r, k)"),
        ("lists", "SELECT max(length(l::varchar)) FROM (SELECT g, list(r ORDER BY k) AS l FROM t GROUP BY g)"),
        ("sort", "SELECT i FROM t ORDER BY name, r, i OFFSET 100000"),
        ("window", "SELECT max(x) FROM " +
            "(SELECT sum(r) OVER (PARTITION BY g ORDER BY name, i ROWS 5000 PRECEDING) AS x FROM t)"),
        ("expressions", "SELECT sum(length(regexp_replace(repeat(name, 50), '(a|e|m)+', 'x', 'g'))) FROM t"),
        ("recursion", "WITH RECURSIVE c AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM c WHERE i < 100000000) " +
            "SELECT count(*) FROM c"),
        ("table from query", "CREATE TABLE copy AS SELECT a.*, b.name AS other FROM t a JOIN t b ON a.g = b.g"),
    ];

    /// <summary>Cancels each query so many times, after 50 to 350 milliseconds.</summary>
    public static async Task RunAsync(long rows, int runs)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-bench").FullName;
        try
        {
            await using Database database = await Database.OpenAsync(
                folder, new DatabaseOptions { Threads = 2 }).ConfigureAwait(false);
            await using Connection connection = database.Connect();
            await connection.RunAsync(
                "CREATE TABLE t AS SELECT i, i * 7919 % 1000003 AS k, i % 100 AS g, " +
                $"i * 2654435761 % 1000000007 AS r, 'name ' || (i * 31 % 20011) AS name FROM range({rows}) s(i)")
                    .ConfigureAwait(false);
            Console.WriteLine($"{"milliseconds after cancelling",-32}{"p50",8}{"max",8}{"ended before",14}");
            foreach ((string name, string sql) in s_queries)
            {
                List<double> times = [];
                for (int run = 0; run < runs; run++)
                {
                    TimeSpan wait = TimeSpan.FromMilliseconds(50 + (300.0 * run / runs));
                    if (await CancelAsync(connection, sql, wait).ConfigureAwait(false) is { } took) times.Add(took);
                    else await connection.RunAsync("DROP TABLE IF EXISTS copy").ConfigureAwait(false);
                }
                times.Sort();
                string median = times.Count == 0 ? "-" : $"{times[times.Count / 2]:F1}";
                string most = times.Count == 0 ? "-" : $"{times[^1]:F1}";
                Console.WriteLine($"{name,-32}{median,8}{most,8}{runs - times.Count,14}");
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<double?> CancelAsync(Connection connection, string sql, TimeSpan wait)
    {
        using CancellationTokenSource cancel = new();
        Task query = connection.RunAsync(sql, null, cancel.Token);
        await Task.WhenAny(query, Task.Delay(wait)).ConfigureAwait(false);
        if (query.IsCompleted)
        {
            await query.ConfigureAwait(false);
            return null;
        }
        long begin = Stopwatch.GetTimestamp();
        await cancel.CancelAsync().ConfigureAwait(false);
        try
        {
            await query.ConfigureAwait(false);
            return null;
        }
        catch (QueryException error) when (error.SqlState == SqlStates.QueryCanceled)
        {
            return Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        }
    }
}

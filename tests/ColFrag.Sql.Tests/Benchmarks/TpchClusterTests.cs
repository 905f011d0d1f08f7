using System.Globalization;
using System.Text.RegularExpressions;
using ColFrag.Cluster.Tests.Cluster;
using ColFrag.Datasets;
using ColFrag.Datasets.Making;
using ColFrag.Engine;
using ColFrag.Engine.Memory;
using ColFrag.Sql.Tests.Comparing;

namespace ColFrag.Sql.Tests.Benchmarks;

/// <summary>
/// TPC-H over three workers and a coordinator that has little memory: inputs of joins and rows of scans do not pass
/// through it.
/// </summary>
[Trait("Budget", "sql")]
public sealed partial class TpchClusterTests
{
    private const long CoordinatorBytes = 64 << 20;
    private const long SpareBytes = 1 << 20;

    private static readonly (string Table, string Key)[] s_tables =
    [
        ("region", ""), ("nation", ""), ("supplier", "s_suppkey"), ("customer", "c_custkey"), ("part", "p_partkey"),
        ("partsupp", "ps_partkey"), ("orders", "o_orderkey"), ("lineitem", "l_orderkey"),
    ];

    [Theory]
    [InlineData(0.01, false)]
    [InlineData(0.1, true)]
    public async Task The_coordinator_receives_results_and_states_of_aggregates_alone(double scale, bool isCut)
    {
        string folder = Directory.CreateTempSubdirectory("colfrag-tpch").FullName;
        try
        {
            DatasetWriter writer = new(folder, DatasetFormat.Parquet, Environment.ProcessorCount);
            foreach (TableGenerator table in DatasetCatalog.Named("tpch").Tables(scale)) await writer.WriteAsync(table);
            await CheckAsync(folder, isCut);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task CheckAsync(string folder, bool isCut)
    {
        using Database database = Database.Open(":memory:");
        using Connection embedded = database.Connect();
        await using TestCluster cluster = await TestCluster.StartAsync(3, memory: new MemoryBroker(CoordinatorBytes));
        using Connection connection = cluster.Connect();
        foreach ((string table, string key) in s_tables)
        {
            string options = isCut && key.Length > 0 ? $" WITH (distributed_by = hash({key}), ranges = 6)" : "";
            string rows = $"AS SELECT * FROM read_parquet('{Path.Combine(folder, table)}.parquet')";
            await embedded.RunAsync($"CREATE TABLE {table} {rows}");
            await connection.RunAsync($"CREATE TABLE {table}{options} {rows}");
        }
        List<string> wrong = [];
        for (int number = 1; number <= 22; number++)
        {
            string sql = await File.ReadAllTextAsync(
                Repository.PathOf("tests", "ColFrag.Benchmarks", "queries", "tpch", $"{number:00}.sql"));
            ResultTable expected = await ResultTable.RunAsync(embedded, sql);
            ResultTable actual = await ResultTable.RunAsync(connection, sql);
            if (EqualResults.Difference(expected, actual, isOrdered: false) is { } difference)
                wrong.Add($"query {number}: {difference}");
            string[] plan = [.. (await connection.QueryAsync("EXPLAIN ANALYZE " + sql)).Select(r => r[0].AsText)];
            long received = ReceivedBytes(plan), allowed = BytesOf(actual) + StateBytes(plan) + SpareBytes;
            if (received > allowed)
                wrong.Add($"query {number}: {received} bytes of {allowed}\n{string.Join('\n', plan)}");
        }
        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong));
    }

    private static long BytesOf(ResultTable result) =>
        result.Rows.Sum(r => r.Sum(v => (long)Math.Max(8, v?.Length ?? 0)));

    private static long ReceivedBytes(string[] plan)
    {
        Match exchanged = plan.Select(l => ExchangedLine().Match(l)).Single(m => m.Success);
        return long.Parse(exchanged.Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>What tasks sent of stages that end with states of aggregates and are gathered here.</summary>
    private static long StateBytes(string[] plan)
    {
        long bytes = 0;
        for (int i = 0; i + 1 < plan.Length; i++)
        {
            bool isOfStates = plan[i].StartsWith("Stage ", StringComparison.Ordinal) &&
                plan[i].EndsWith("gathered by the coordinator", StringComparison.Ordinal) &&
                plan[i + 1].TrimStart(' ', '-', '>').StartsWith("Aggregate", StringComparison.Ordinal);
            if (!isOfStates) continue;
            bytes += plan.Skip(i + 1).TakeWhile(l => !l.StartsWith("Stage ", StringComparison.Ordinal))
                .Select(l => TaskLine().Match(l)).Where(m => m.Success)
                .Sum(m => long.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture));
        }
        return bytes;
    }

    [GeneratedRegex(@"^Exchanged: (\d+) bytes to the coordinator")]
    private static partial Regex ExchangedLine();

    [GeneratedRegex(@"^ +Task \d+ at .*: \d+ rows, (\d+) bytes sent")]
    private static partial Regex TaskLine();
}

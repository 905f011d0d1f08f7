using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Engine;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>A whole cluster, with everything between client and disk, answers as one process does.</summary>
public sealed class ClusterAnswersTests
{
    [Theory]
    [InlineData("data.sql", "queries.sql", false, 1)]
    [InlineData("tpch-data.sql", "tpch", false, 1)]
    [InlineData("data.sql", "queries.sql", true, 0)]
    [InlineData("tpch-data.sql", "tpch", true, 0)]
    [InlineData("data.sql", "queries.sql", true, 1e12)]
    [InlineData("tpch-data.sql", "tpch", true, 1e12)]
    public async Task A_cluster_of_three_workers_answers_as_one_process_does(
        string data, string queries, bool isParted, double lentWeight)
    {
        StoreOptions store = isParted ? TestCluster.StoreOptions with
        {
            NewTables = new TableCut(Ranges: 7, Groups: 3, GroupPlacement.Spread),
        } : TestCluster.StoreOptions;
        string[] statements = [.. SitesScripts.Statements(data)];
        using Database database = Database.Open(":memory:");
        using Connection local = database.Connect();
        foreach (string statement in statements) await local.RunAsync(statement);
        await using TestCluster cluster = await TestCluster.StartAsync(
            3, store: store, distribution: new DistributionSettings(0) { LentWeight = lentWeight });
        await cluster.RunAsync(statements);
        List<string> wrong = [];
        foreach (string query in SitesScripts.Statements(queries))
        {
            try
            {
                List<object?[]> expected = await ResultRows.ReadAsync(local, query);
                IEnumerable<Value[]> actual = await cluster.QueryAsync(query);
                ResultRows.AssertSame(expected, ResultRows.Of(actual), isOrdered: false);
            }
            catch (Exception error)
            {
                wrong.Add($"{query}\n  {error.Message}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}

using ColFrag.AssemblyFunctions;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Cluster;

/// <summary>Functions of assemblies where the rows lie on workers.</summary>
public sealed class AssemblyFunctionTests
{
    private const int Rows = 30_000;

    [Fact]
    public async Task Workers_fetch_the_code_and_run_it_where_the_rows_are()
    {
        await using TestCluster cluster = await StartAsync();
        Assert.All(cluster.Workers, w => Assert.Empty(w.Files.List(StorePaths.Assemblies)));
        Assert.Equal("100", await ValueAsync(cluster, "SELECT count(*) FROM t WHERE twice(id) = 2 * id AND id < 100"));
        Assert.All(cluster.Workers, w => Assert.Single(w.Files.List(StorePaths.Assemblies)));
        // The filter is part of the scans at the workers.
        IReadOnlyList<Value[]> plan = await cluster.QueryAsync("EXPLAIN SELECT count(*) FROM t WHERE twice(id) > 10");
        string text = string.Join('\n', plan.Select(r => r[0].ToString()));
        Assert.Contains("twice", text[text.IndexOf("Scan", StringComparison.Ordinal)..], StringComparison.Ordinal);
        Assert.Equal("100000", await ValueAsync(
            cluster, "SELECT sum(square(1.0::double))::bigint + 70000 FROM t"));
    }

    [Fact]
    public async Task Aggregates_and_windows_of_assemblies_get_whole_groups()
    {
        await using TestCluster cluster = await StartAsync();
        Assert.Equal("3628800", await ValueAsync(
            cluster, "SELECT multiplied(id::bigint) FROM t WHERE id BETWEEN 1 AND 10"));
        Assert.Equal("3000, 1024, 1024", await ValueAsync(
            cluster, "SELECT concat_ws(', ', count(*), min(p), max(p)) FROM (" +
                "SELECT multiplied(2) AS p FROM t GROUP BY id % 3000)"));
        Assert.Equal("3000, 2, 1024", await ValueAsync(
            cluster, "SELECT concat_ws(', ', count(DISTINCT g), min(p), max(p)) FROM (SELECT id % 3000 AS g, " +
                "multiplied(2) OVER (PARTITION BY id % 3000 ORDER BY id) AS p FROM t)"));
    }

    [Fact]
    public async Task Functions_outlast_the_coordinator_and_reach_workers_that_join_later()
    {
        await using TestCluster cluster = await StartAsync();
        await cluster.KillCoordinatorAsync();
        await cluster.StartCoordinatorAsync();
        foreach (TestWorker worker in cluster.Workers) await cluster.WaitForAsync(worker);
        TestWorker late = await cluster.AddWorkerAsync();
        // In the end every row lies with the one that stayed, and with the one that came.
        foreach (TestWorker worker in cluster.Workers.Take(2))
        {
            await cluster.KillAsync(worker);
            await cluster.HealAsync();
        }
        Assert.Equal("100", await ValueAsync(cluster, "SELECT count(*) FROM t WHERE twice(id) = 2 * id AND id < 100"));
        Assert.Single(late.Files.List(StorePaths.Assemblies));
        await cluster.RunAsync("DROP FUNCTION twice");
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.QueryAsync("SELECT twice(id) FROM t"));
        Assert.Equal(SqlStates.UndefinedFunction, error.SqlState);
    }

    [Fact]
    public async Task A_worker_that_was_not_told_to_runs_no_code_of_assemblies()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(1);
        await cluster.AddWorkerAsync(allowsAssemblies: false);
        await FillAsync(cluster);
        ColFragException error = await Assert.ThrowsAnyAsync<ColFragException>(
            () => cluster.QueryAsync("SELECT count(*) FROM t WHERE twice(id) > 10"));
        Assert.Equal(SqlStates.InsufficientPrivilege, error.SqlState);
    }

    [Fact]
    public async Task An_error_of_the_code_is_told_with_its_row()
    {
        await using TestCluster cluster = await StartAsync();
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => cluster.QueryAsync("SELECT sum(only_positive(id - 17)) FROM t WHERE id = 12"));
        Assert.Equal(SqlStates.ExternalRoutineException, error.SqlState);
        Assert.Contains("(-5)", error.Hint, StringComparison.Ordinal);
    }

    private static async Task<TestCluster> StartAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync(3);
        await FillAsync(cluster);
        return cluster;
    }

    private static async Task FillAsync(TestCluster cluster)
    {
        await cluster.RunAsync("CREATE TABLE t (id integer, name text) WITH (distributed_by = hash(id), ranges = 6)");
        await cluster.CopyAsync("t", Enumerable.Range(0, Rows).Select(i => $"{i},name {i % 7}"));
        await cluster.RunAsync(
            Statement("twice(integer) RETURNS integer IMMUTABLE", "Prices.Twice"),
            Statement("only_positive(integer) RETURNS integer IMMUTABLE", "Prices.OnlyPositive"),
            Statement("square(double) RETURNS double IMMUTABLE", "Prices.Square"),
            Statement("multiplied(bigint) RETURNS bigint", "Prices.Product"));
    }

    private static string Statement(string declaration, string entry) =>
        $"CREATE FUNCTION {declaration} ASSEMBLY '{typeof(Prices).Assembly.Location}' " +
        $"ENTRY 'ColFrag.AssemblyFunctions.{entry}'";

    private static async Task<string> ValueAsync(TestCluster cluster, string sql) =>
        (await cluster.QueryAsync(sql))[0][0].ToString();
}

using ColFrag.Engine.Types;

namespace ColFrag.Cluster.Tests.Stages;

/// <summary>EXPLAIN tells where the parts of a query run, and after a run what each task did.</summary>
public sealed class ClusterExplainTests
{
    private const string Query = "SELECT g, count(*) FROM l GROUP BY g";

    [Fact]
    public async Task A_plan_over_workers_is_told_stage_by_stage()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        string[] lines = await ExplainAsync(cluster, "EXPLAIN");
        Assert.Contains(lines, l => l.Contains("Rows of stage 0", StringComparison.Ordinal));
        string stage = Assert.Single(lines, l => l.StartsWith("Stage ", StringComparison.Ordinal));
        Assert.StartsWith("Stage 0, where the segments are (", stage, StringComparison.Ordinal);
        Assert.EndsWith("gathered by the coordinator", stage, StringComparison.Ordinal);
        Assert.Contains(lines, l => l.StartsWith("   -> Scan l", StringComparison.Ordinal));
        Assert.DoesNotContain(lines, l => l.Contains("Task ", StringComparison.Ordinal));
        Assert.Equal(0, cluster.TaskCount);
    }

    [Fact]
    public async Task A_run_tells_the_rows_and_bytes_of_every_task()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync(new() { MovesRows = true });
        string[] lines = await ExplainAsync(cluster, "EXPLAIN ANALYZE");
        Assert.Contains(lines, l => l.Contains("to stage 1: hash by g", StringComparison.Ordinal));
        string[] tasks = [.. lines.Where(l => l.StartsWith("   Task ", StringComparison.Ordinal))];
        // Every worker scans and every worker finishes groups; the coordinator scans what only it has.
        Assert.Equal(7, tasks.Length);
        Assert.Single(tasks, t => t.Contains("at the coordinator: 2 rows, ", StringComparison.Ordinal));
        Assert.All(tasks, t => Assert.EndsWith(" bytes sent", t, StringComparison.Ordinal));
        await cluster.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task A_plan_that_needs_no_worker_is_told_as_in_one_process()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        IReadOnlyList<Value[]> here = await cluster.Local.QueryAsync("EXPLAIN SELECT 1 AS one");
        IReadOnlyList<Value[]> there = await cluster.Spread.QueryAsync("EXPLAIN SELECT 1 AS one");
        Assert.Equal(here.Select(r => r[0].AsText), there.Select(r => r[0].AsText));
    }

    private static async Task<string[]> ExplainAsync(StageCluster cluster, string explain)
    {
        IReadOnlyList<Value[]> rows = await cluster.Spread.QueryAsync($"{explain} {Query}");
        return [.. rows.Select(r => r[0].AsText)];
    }
}

using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Coordinator.Planning;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Scans;

namespace ColFrag.Cluster.Tests.Planning;

/// <summary>What runs where: the coordinator sees no rows that could have stayed with the workers.</summary>
public sealed class DistributedPlanTests
{
    private const int Workers = 3;

    [Fact]
    public async Task No_join_of_TPC_H_runs_at_the_coordinator_and_no_rows_of_its_inputs_come_there()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(Workers, SitesScripts.Read("tpch-data.sql"));
        foreach (string query in SitesScripts.Statements("tpch"))
        {
            DistributedPlan plan = await PlanAsync(database, query);
            IEnumerable<PhysicalNode> central = plan.Stages.Where(s => s.Placement == StagePlacement.Coordinator)
                .Select(s => s.Root).Append(plan.Root).SelectMany(r => r.DescendantsAndSelf());
            Assert.DoesNotContain(central, n => n is HashJoinNode or NestedLoopJoinNode);
            // Only tables that are nowhere else.
            Assert.True(central.OfType<TableScanNode>().All(s => s.Snapshot.Segments.All(g => g.IsRows)), query);
            // What is gathered is aggregated, or the best of an order, or a query's result.
            long result = (await ResultRows.ReadAsync(database.Local, query)).Count;
            Assert.True(database.Runner.LastRun!.GatheredRows <= (result * Workers) + 1000, query);
        }
    }

    [Fact]
    public async Task A_scan_is_filtered_where_its_segments_are()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(database, "SELECT k + 1 FROM l WHERE x > 1000");
        StagePlan stage = Assert.Single(plan.Stages);
        Assert.Equal((StagePlacement.Segments, ExchangeKind.Gather), (stage.Placement, stage.Output.Kind));
        Assert.True(stage.ReadsOnlySegments);
        Assert.IsType<ProjectNode>(stage.Root);
        Assert.IsType<ExchangeSourceNode>(plan.Root);
    }

    [Fact]
    public async Task Few_groups_are_put_together_at_the_coordinator()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(database, "SELECT count(*), sum(x), min(g) FROM l");
        Assert.True(Find<AggregateNode>(Assert.Single(plan.Stages).Root).GivesStates);
        Assert.Equal(Workers, database.Runner.LastRun!.GatheredRows);
    }

    [Fact]
    public async Task Many_groups_are_put_together_by_all_workers()
    {
        await using SitesDatabase database = await OpenAsync();
        database.Runner.Settings = new DistributionSettings(Workers) { FewStates = 100 };
        DistributedPlan plan = await PlanAsync(database, "SELECT d, count(*) FROM l GROUP BY d");
        Assert.Equal([ExchangeKind.Hash, ExchangeKind.Gather], plan.Stages.Select(s => s.Output.Kind));
        Assert.Equal([StagePlacement.Segments, StagePlacement.Workers], plan.Stages.Select(s => s.Placement));
        Assert.DoesNotContain(plan.Root.DescendantsAndSelf(), n => n is AggregateNode);
    }

    [Fact]
    public async Task Sides_of_a_join_that_were_grouped_by_its_keys_are_not_sent_again()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(
            database,
            "SELECT * FROM (SELECT k, sum(x) FROM l GROUP BY k) a " +
            "JOIN (SELECT k, sum(y) FROM r GROUP BY k) b USING (k)");
        Assert.Equal(
            [ExchangeKind.Hash, ExchangeKind.Hash, ExchangeKind.Gather], plan.Stages.Select(s => s.Output.Kind));
        Assert.NotNull(Find<HashJoinNode>(plan.Stages[2].Root));
    }

    [Fact]
    public async Task A_group_by_the_keys_of_a_join_is_finished_where_the_join_is()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(
            database, "SELECT a.k, count(*) FROM l a FULL JOIN l b ON a.d = b.d GROUP BY a.k, a.d, b.d");
        DistributedPlan inner = await PlanAsync(
            database, "SELECT a.d, count(*) FROM l a JOIN l b ON a.d = b.d GROUP BY a.d, a.k");
        Assert.Equal(4, plan.Stages.Length);
        Assert.Equal(3, inner.Stages.Length);
    }

    [Fact]
    public async Task Rows_of_the_query_itself_are_everywhere_and_no_stage_sends_them()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(
            database, "SELECT v.a, l.d FROM l JOIN (VALUES (1), (2), (499)) v(a) ON l.k = v.a");
        Assert.NotNull(Find<ValuesNode>(Assert.Single(plan.Stages).Root));
    }

    [Fact]
    public async Task The_best_rows_of_each_worker_are_enough_for_an_order_with_a_limit()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(database, "SELECT d FROM l ORDER BY d DESC LIMIT 10 OFFSET 5");
        TopNode local = Find<TopNode>(Assert.Single(plan.Stages).Root);
        TopNode whole = Find<TopNode>(plan.Root);
        Assert.Equal((15, 0), (local.Count, local.Offset));
        Assert.Equal((10, 5), (whole.Count, whole.Offset));
        Assert.Equal(15 * Workers, database.Runner.LastRun!.GatheredRows);
    }

    [Fact]
    public async Task A_limit_is_reached_by_each_worker_alone()
    {
        await using SitesDatabase database = await OpenAsync();
        await PlanAsync(database, "SELECT d FROM l LIMIT 7");
        Assert.InRange(database.Runner.LastRun!.GatheredRows, 7, 7 * Workers);
    }

    [Fact]
    public async Task Distinct_arguments_are_told_apart_by_the_workers()
    {
        await using SitesDatabase database = await OpenAsync();
        database.Runner.Settings = new DistributionSettings(Workers) { FewStates = 100 };
        await PlanAsync(database, "SELECT count(DISTINCT d), count(*), sum(DISTINCT x) FROM l");
        Assert.Equal(Workers, database.Runner.LastRun!.GatheredRows);
    }

    [Fact]
    public async Task Windows_with_partitions_are_computed_by_the_workers()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(
            database, "SELECT k, row_number() OVER (PARTITION BY k ORDER BY d) FROM l");
        Assert.Equal([StagePlacement.Segments, StagePlacement.Workers], plan.Stages.Select(s => s.Placement));
    }

    [Fact]
    public async Task A_common_table_is_computed_by_the_workers_wherever_it_is_used()
    {
        await using SitesDatabase database = await OpenAsync();
        DistributedPlan plan = await PlanAsync(
            database,
            "WITH q AS MATERIALIZED (SELECT k, sum(x) AS sx FROM l GROUP BY k) " +
            "SELECT count(*) FROM q a JOIN q b ON a.k = b.k");
        Assert.Equal(Workers, database.Runner.LastRun!.GatheredRows);
        Assert.DoesNotContain(plan.Root.DescendantsAndSelf(), n => n is HashJoinNode);
    }

    [Fact]
    public async Task Rounds_of_a_recursion_read_a_table_that_was_gathered_once()
    {
        await using SitesDatabase database = await OpenAsync();
        await PlanAsync(
            database,
            "WITH RECURSIVE reach(k) AS (SELECT 2 UNION ALL SELECT c.k + 2 FROM reach " +
            "JOIN clean c ON c.k = reach.k AND c.k < 100) SELECT count(*) FROM reach");
        Assert.InRange(database.Runner.LastRun!.GatheredRows, 1, 1000);
    }

    [Fact]
    public async Task A_table_whose_rows_are_all_in_the_journal_is_read_at_the_coordinator()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(
            Workers, "CREATE TABLE t (a INTEGER);\nINSERT INTO t VALUES (1), (2);\n");
        DistributedPlan plan = await PlanAsync(database, "SELECT sum(a) FROM t");
        Assert.Empty(plan.Stages);
        Assert.NotNull(Find<TableScanNode>(plan.Root));
    }

    [Fact]
    public void With_one_place_a_plan_stays_as_it_is()
    {
        PhysicalNode plan = new LimitNode(new EmptyNode(new()), 3, 0);
        Assert.Same(plan, DistributionPlanner.Distribute(plan, 1));
        Assert.Same(plan, StageSplitter.Split(plan).Root);
    }

    [Fact]
    public async Task Row_ids_are_those_of_the_whole_table()
    {
        await using SitesDatabase database = await OpenAsync();
        long deleted = await database.Spread.RunAsync("DELETE FROM l WHERE x % 10 = 1");
        Assert.True(deleted > 500);
        Assert.Empty(await ResultRows.ReadAsync(database.Local, "SELECT x FROM l WHERE x % 10 = 1"));
        await database.Spread.RunAsync("UPDATE l SET g = 'changed' WHERE k < 100");
        Assert.Empty(await ResultRows.ReadAsync(database.Local, "SELECT g FROM l WHERE k < 100 AND g <> 'changed'"));
    }

    private static Task<SitesDatabase> OpenAsync() => SitesDatabase.OpenAsync(Workers, SitesScripts.Read("data.sql"));

    private static async Task<DistributedPlan> PlanAsync(SitesDatabase database, string query)
    {
        await ResultRows.ReadAsync(database.Spread, query);
        return database.Runner.LastPlan!;
    }

    private static T Find<T>(PhysicalNode root) where T : PhysicalNode =>
        root.DescendantsAndSelf().OfType<T>().Single();
}

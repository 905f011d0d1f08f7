using ColFrag.Cluster.Tests.Protocol;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Files;

namespace ColFrag.Cluster.Tests.Stages;

/// <summary>What goes wrong at workers changes no answer, or is told as what it is.</summary>
public sealed class ClusterFailureTests
{
    private const string Everything = "SELECT k, g, x, d FROM l";
    private const string Groups = "SELECT g, count(*), sum(x) FROM l GROUP BY g";

    /// <summary>Runs until it is stopped.</summary>
    private const string Endless = "SELECT count(*) FROM l a, l b, l c WHERE a.x <> b.x + c.x";

    [Theory]
    [InlineData(Everything)]
    [InlineData(Groups)]
    public async Task A_worker_that_dies_while_it_sends_changes_no_answer(string query)
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        string[] expected = await StageCluster.RowsAsync(cluster.Local, query);
        await StageCluster.RowsAsync(cluster.Spread, "SELECT count(*) FROM l");
        StageWorker victim = cluster.Workers[1];
        cluster.KillWhenItSends(victim);
        Assert.Equal(expected, await StageCluster.RowsAsync(cluster.Spread, query));
        Assert.True(victim.IsDead);
        Assert.Contains(cluster.Failures, f => f.Worker == victim.Address.Worker);
        Assert.Equal(expected, await StageCluster.RowsAsync(cluster.Spread, query));
        await cluster.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task A_worker_that_died_before_the_query_and_is_still_believed_in_changes_no_answer()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        string[] expected = await StageCluster.RowsAsync(cluster.Local, Groups);
        await cluster.Workers[0].KillAsync();
        cluster.Believed.Add(cluster.Workers[0].Address.Worker);
        Assert.Equal(expected, await StageCluster.RowsAsync(cluster.Spread, Groups));
        Assert.Contains(cluster.Failures, f => f.Worker == cluster.Workers[0].Address.Worker);
    }

    [Fact]
    public async Task A_segment_without_a_live_copy_is_named_with_its_workers()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        await cluster.Workers[0].KillAsync();
        await cluster.Workers[1].KillAsync();
        ClusterException error = await Assert.ThrowsAsync<ClusterException>(
            () => StageCluster.RowsAsync(cluster.Spread, Groups));
        Assert.StartsWith("No copy of a segment can be read: segment ", error.Message, StringComparison.Ordinal);
        Assert.Contains(
            "of table l, worker 1 (not there), worker 2 (not there)", error.Message, StringComparison.Ordinal);
        Assert.True(error.IsTransient);
        await cluster.WaitUntilIdleAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Files_that_are_missing_or_damaged_are_read_elsewhere_and_reported(bool isMissing)
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        string[] expected = await StageCluster.RowsAsync(cluster.Local, Groups);
        StageWorker worker = cluster.Workers[2];
        foreach (string path in Files(worker.Files, ""))
        {
            if (isMissing) worker.Files.DeleteFile(path);
            else worker.Files.Flip(path, 40, 1);
        }
        Assert.Equal(expected, await StageCluster.RowsAsync(cluster.Spread, Groups));
        Assert.NotEmpty(cluster.BadCopies);
        Assert.All(cluster.BadCopies, b => Assert.Equal(worker.Address.Worker, b.Worker));
        Assert.DoesNotContain(cluster.Failures, f => f.Worker == worker.Address.Worker);
        await cluster.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task An_error_of_the_statement_is_told_as_it_is_and_not_tried_again()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        const string query = "SELECT sum(10 / (x - 60000)) FROM l";
        QueryException expected = await Assert.ThrowsAsync<QueryException>(
            () => StageCluster.RowsAsync(cluster.Local, query));
        QueryException actual = await Assert.ThrowsAsync<QueryException>(
            () => StageCluster.RowsAsync(cluster.Spread, query));
        Assert.Equal(SqlStates.DivisionByZero, actual.SqlState);
        Assert.Equal(expected.Message, actual.Message);
        Assert.Equal(expected.Position, actual.Position);
        Assert.Empty(cluster.Failures);
        await cluster.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task A_worker_short_of_memory_fails_the_statement_and_says_so()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync(new() { WorkerMemoryBytes = 1 << 20 });
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => StageCluster.RowsAsync(cluster.Spread, "SELECT x, count(*) FROM l GROUP BY x"));
        Assert.Equal(SqlStates.OutOfMemory, error.SqlState);
        await cluster.WaitUntilIdleAsync();
    }

    [Fact]
    public async Task A_cancelled_query_leaves_no_task_and_no_memory()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        await StageCluster.RowsAsync(cluster.Spread, "SELECT count(*) FROM l");
        using CancellationTokenSource cancel = new();
        cluster.OnRows(cluster.Workers[0], _ => cancel.Cancel());
        await using (QueryResult result = await cluster.Spread.ExecuteAsync(Endless, null, cancel.Token))
        {
            QueryException error = await Assert.ThrowsAsync<QueryException>(
                async () => await result.ReadAsync(CancellationToken.None));
            Assert.Equal(SqlStates.QueryCanceled, error.SqlState);
        }
        await cluster.WaitUntilIdleAsync();
        Assert.Equal(0, cluster.Memory.UsedBytes);
    }

    [Fact]
    public async Task A_reader_that_leaves_early_leaves_no_task_and_no_memory()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        for (int i = 0; i < 5; i++)
        {
            await using QueryResult result = await cluster.Spread.ExecuteAsync(Everything);
            if (i > 0) await result.ReadAsync();
        }
        await cluster.WaitUntilIdleAsync();
        Assert.Equal(0, cluster.Memory.UsedBytes);
    }

    [Fact]
    public async Task Rows_that_memory_is_too_small_for_wait_on_disk_and_are_gone_with_the_query()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync(new() { PieceMemoryBytes = 100_000 });
        string query = string.Join(" UNION ALL ", Enumerable.Repeat(Everything, 10));
        string[] expected = await StageCluster.RowsAsync(cluster.Local, query);
        await using (QueryResult result = await cluster.Spread.ExecuteAsync(query))
        {
            // Nobody reads: the rows are gathered all the same, and do not stay in memory.
            await TestNodes.Until(() => Files(cluster.SpillFiles, "").Any());
            Assert.True(cluster.Memory.UsedBytes < 8 << 20, $"{cluster.Memory.UsedBytes} bytes");
        }
        Assert.Equal(expected, await StageCluster.RowsAsync(cluster.Spread, query));
        Assert.Empty(Files(cluster.SpillFiles, ""));
        Assert.Equal(0, cluster.Memory.UsedBytes);
    }

    [Fact]
    public async Task Tasks_end_when_the_coordinator_goes_away()
    {
        await using StageCluster cluster = await StageCluster.LoadedAsync();
        await using QueryResult result = await cluster.Spread.ExecuteAsync(Endless);
        await TestNodes.Until(() => cluster.TaskCount > 0);
        await cluster.DisconnectAsync();
        await TestNodes.Until(() => cluster.Workers.Sum(w => w.Runner.TaskCount) == 0);
        Assert.All(cluster.Workers, w => Assert.False(w.IsDead));
    }

    private static IEnumerable<string> Files(MemoryFileSystem files, string folder)
    {
        foreach (FileEntry entry in files.List(folder))
        {
            string path = folder.Length == 0 ? entry.Name : $"{folder}/{entry.Name}";
            if (!entry.IsFolder) yield return path;
            else foreach (string inner in Files(files, path)) yield return inner;
        }
    }
}

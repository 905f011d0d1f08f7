using ColFrag.Engine;
using ColFrag.Sql.Tests.Targets;

namespace ColFrag.Sql.Tests.Scripts;

/// <summary>Every script of tests/sql on every way to run it.</summary>
[Trait("Budget", "sql")]
public sealed class CorpusTests
{
    private static readonly string s_folder = Repository.PathOf("tests", "sql");

    /// <summary>The scripts; those in folders called include are parts of others.</summary>
    public static TheoryData<string> Scripts => new(
        Directory.EnumerateFiles(s_folder, "*.test", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(s_folder, path).Replace('\\', '/'))
            .Where(name => !name.Contains("include/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_script_goes_as_written(string script) => await RunAsync(script, new EmbeddedTarget());

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Tiny_limits_and_fewer_rules_change_no_answer(string script) =>
        await RunAsync(script, EmbeddedTarget.Tiny(Seeds.Next(script)));

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Operators_that_spill_after_a_few_rows_change_no_answer(string script) =>
        await RunAsync(script, EmbeddedTarget.Spilling(Seeds.Next(script)));

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Three_workers_give_the_same_answers(string script) => await RunAsync(script, new ClusterTarget());

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Two_workers_of_three_give_the_same_answers(string script) =>
        await RunAsync(script, new ClusterTarget(HasOneDown: true));

    [Fact]
    public async Task Tables_of_the_cluster_are_cut_both_ways()
    {
        await using ISqlSite site = await new ClusterTarget().OpenAsync();
        await using ISession session = await site.ConnectAsync();
        foreach (string statement in (string[])[
            "CREATE TABLE t (a INTEGER, b INTEGER, c VARCHAR)",
            "INSERT INTO t SELECT i, i, 'c' || i FROM range(5000) r(i)"])
        {
            await using QueryResult done = await session.ExecuteAsync(statement);
        }
        await using QueryResult fragments = await session.ExecuteAsync(
            "SELECT count(*), count(DISTINCT column_group), count(DISTINCT workers) FROM colfrag_fragments");
        ResultBatch row = (await fragments.ReadAsync())!;
        Assert.Equal((14, 2), ((int)row.GetValue(0, 0).AsInteger, (int)row.GetValue(1, 0).AsInteger));
        Assert.Equal(3, (int)row.GetValue(2, 0).AsInteger);
    }

    [JudgedTheory(Judge.DuckDb)]
    [MemberData(nameof(Scripts))]
    public async Task DuckDB_gives_the_same_answers(string script)
    {
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        int steps = await ScriptRunner.RunAsync(Path.Combine(s_folder, script), new EmbeddedTarget(), peer);
        Assert.True(steps > 0);
    }

    private static async Task RunAsync(string script, ISqlTarget target)
    {
        int steps = await ScriptRunner.RunAsync(Path.Combine(s_folder, script), target);
        Assert.True(steps > 0, $"{script} has no steps");
    }
}

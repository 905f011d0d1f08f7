using ColFrag.Cluster.Tests.Cluster;
using ColFrag.Engine;
using ColFrag.Sql.Tests.Targets;

namespace ColFrag.Sql.Tests.Flights;

/// <summary>The main job on real data: ColFrag's answers about flights and airports are DuckDB's.</summary>
[Trait("Budget", "sql")]
public sealed class FlightsTests
{
    [JudgedFact(Judge.DuckDb)]
    public async Task The_extract_gives_DuckDBs_answers_embedded()
    {
        using FlightsJudge judge = FlightsJudge.OverExtract();
        await CheckAsync(judge, new EmbeddedTarget());
    }

    [JudgedFact(Judge.DuckDb)]
    public async Task Answers_about_the_extract_do_not_depend_on_limits_and_rules()
    {
        using FlightsJudge judge = FlightsJudge.OverExtract();
        await CheckAsync(judge, EmbeddedTarget.Tiny(Seeds.Next("flights")) with
        {
            // Segments of a few rows would make a hundred thousand files.
            Store = new(),
        });
    }

    [SharedDataFact("data/flights-3m.parquet", Judge.DuckDb)]
    public async Task Three_million_flights_give_DuckDBs_answers_embedded()
    {
        using FlightsJudge judge = FlightsJudge.OverAll();
        await CheckAsync(judge, new EmbeddedTarget());
    }

    [JudgedFact(Judge.DuckDb)]
    public async Task The_extract_gives_DuckDBs_answers_on_three_workers_and_when_one_is_killed()
    {
        using FlightsJudge judge = FlightsJudge.OverExtract();
        await using TestCluster cluster = await TestCluster.StartAsync(3);
        await using ISession session = cluster.Connect();
        await judge.LoadAsync(session);
        await judge.CheckAsync(session);
        await cluster.KillAsync(cluster.Workers[0]);
        await judge.CheckAsync(session);
        await cluster.HealAsync();
        await cluster.KillAsync(cluster.Workers[1]);
        await judge.CheckAsync(session);
    }

    private static async Task CheckAsync(FlightsJudge judge, EmbeddedTarget target)
    {
        await using ISqlSite site = await target.OpenAsync();
        await using ISession session = await site.ConnectAsync();
        try
        {
            await judge.LoadAsync(session);
            await judge.CheckAsync(session);
        }
        catch (Exception error)
        {
            Assert.Fail($"{target.Description}: {error}");
        }
    }
}

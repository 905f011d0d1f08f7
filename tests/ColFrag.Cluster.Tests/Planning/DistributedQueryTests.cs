using ColFrag.Cluster.Tests.Planning.Support;
using ColFrag.Engine.Execution.Planning;

namespace ColFrag.Cluster.Tests.Planning;

/// <summary>Every query gives the same rows spread over workers as in one place.</summary>
public sealed class DistributedQueryTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Queries_over_hard_rows_give_the_same_rows_on_any_number_of_workers(int workers)
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(
            workers, SitesScripts.Read("data.sql"), segmentRows: 2048);
        await AssertAllSameAsync(database, SitesScripts.Statements("queries.sql"));
        // Now as if everything were large, and with rows that only the coordinator has.
        await database.Local.RunAsync("INSERT INTO l VALUES (7, 'g1', 7, 7.5, NULL), (NULL, NULL, NULL, -1, NULL)");
        await database.Local.RunAsync("INSERT INTO r VALUES (7, 'g1', 7, 7), (NULL, NULL, NULL, NULL)");
        await database.Local.RunAsync("DELETE FROM r WHERE y = 3");
        database.Runner.Settings = new DistributionSettings(workers) { FewStates = 0, FewJoinRows = 0 };
        await AssertAllSameAsync(database, SitesScripts.Statements("queries.sql"));
    }

    [Fact]
    public async Task Queries_of_TPC_H_give_the_same_rows_on_three_workers()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(
            workers: 3, SitesScripts.Read("tpch-data.sql"), segmentRows: 2048);
        await AssertAllSameAsync(database, SitesScripts.Statements("tpch"));
    }

    [SharedDataFact("data/tpch-sf0.1")]
    public async Task Queries_over_the_data_of_TPC_H_give_the_same_rows_on_three_workers()
    {
        string folder = Path.Combine(Repository.Shared!, "data", "tpch-sf0.1");
        string[] tables = ["region", "nation", "supplier", "part", "partsupp", "customer", "orders", "lineitem"];
        string script = string.Concat(tables.Select(
            t => $"CREATE TABLE {t} AS SELECT * FROM read_parquet('{Path.Combine(folder, t + ".parquet")}');\n"));
        await using SitesDatabase database = await SitesDatabase.OpenAsync(workers: 3, script, segmentRows: 32_768);
        await AssertAllSameAsync(database, SitesScripts.Statements("tpch"));
    }

    [SharedDataFact("data/flights-3m.parquet")]
    public async Task Queries_over_flights_give_the_same_rows_on_three_workers()
    {
        string folder = Path.Combine(Repository.Shared!, "data");
        string script =
            $"CREATE TABLE flights AS SELECT * FROM read_parquet('{Path.Combine(folder, "flights-3m.parquet")}');\n" +
            $"CREATE TABLE airports AS SELECT * FROM read_csv('{Path.Combine(folder, "airports.csv")}');\n";
        await using SitesDatabase database = await SitesDatabase.OpenAsync(workers: 3, script, segmentRows: 131_072);
        await AssertAllSameAsync(database, SitesScripts.Statements("flights.sql"));
    }

    [Fact]
    public async Task Rows_inside_a_transaction_are_seen_spread_as_well()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(workers: 3, SitesScripts.Read("data.sql"));
        await database.Spread.RunAsync("BEGIN");
        await database.Spread.RunAsync("DELETE FROM l WHERE k = 5");
        await database.Spread.RunAsync("INSERT INTO l SELECT 5, 'own', i, i, NULL FROM range(100) t(i)");
        List<object?[]> rows = await ResultRows.ReadAsync(
            database.Spread, "SELECT count(*), min(g), max(g) FROM l WHERE k = 5");
        Assert.Equal(["100", "own", "own"], rows[0]);
        await database.Spread.RunAsync("ROLLBACK");
        await database.AssertSameAsync("SELECT count(*), min(g), max(g) FROM l WHERE k = 5");
    }

    [Fact]
    public async Task Columns_added_after_segments_were_written_are_read_everywhere()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(workers: 3, SitesScripts.Read("data.sql"));
        await database.Local.RunAsync("ALTER TABLE l ADD COLUMN z INTEGER DEFAULT 42");
        await database.Local.RunAsync("INSERT INTO l (k, z) SELECT i, i FROM range(3000) t(i)");
        await database.AssertSameAsync("SELECT z, count(*), sum(k) FROM l GROUP BY z");
    }

    [Fact]
    public async Task Parameters_and_the_time_of_the_statement_are_the_same_everywhere()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(workers: 3, SitesScripts.Read("data.sql"));
        List<object?[]> times = await ResultRows.ReadAsync(
            database.Spread, "SELECT count(DISTINCT now()), count(DISTINCT current_date) FROM l");
        Assert.Equal(["1", "1"], times[0]);
        List<object?[]> rows = await ResultRows.ReadAsync(
            database.Spread, "SELECT count(*) FROM l WHERE k = $1 AND g = $2",
            [Engine.Types.Value.Integer(Engine.Types.LogicalType.Integer, 5), Engine.Types.Value.Text("g5")]);
        List<object?[]> expected = await ResultRows.ReadAsync(
            database.Local, "SELECT count(*) FROM l WHERE k = 5 AND g = 'g5'");
        Assert.Equal(expected[0], rows[0]);
    }

    [Fact]
    public async Task An_error_of_one_worker_is_the_error_of_the_query()
    {
        await using SitesDatabase database = await SitesDatabase.OpenAsync(workers: 3, SitesScripts.Read("data.sql"));
        Engine.Errors.QueryException error = await Assert.ThrowsAsync<Engine.Errors.QueryException>(
            () => ResultRows.ReadAsync(database.Spread, "SELECT sum(1 / (x - 303)) FROM l"));
        Assert.Equal("22012", error.SqlState);
    }

    private static async Task AssertAllSameAsync(SitesDatabase database, IEnumerable<string> queries)
    {
        List<string> wrong = [];
        foreach (string query in queries)
        {
            try
            {
                await database.AssertSameAsync(query);
            }
            catch (Exception error)
            {
                wrong.Add($"{query}\n  {error.Message}");
            }
        }
        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
    }
}

using System.Globalization;
using ColFrag.Engine.Catalog;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Ranges by value, salted keys, and tables that are cut anew.</summary>
public sealed class RangeCutTests
{
    private const string Rows = "SELECT i, (hash(i) % 1000000)::bigint AS v, i % 7 AS k FROM range(300000) r(i)";

    [Theory]
    [InlineData("v")]
    [InlineData("i")]
    public async Task A_load_cuts_a_table_by_value_where_its_quantiles_are(string key)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(
            $"CREATE TABLE t (i BIGINT, v BIGINT, k BIGINT) WITH (distributed_by = range({key}), ranges = 8)");
        Assert.DoesNotContain(
            await NoticesAsync(connection, $"INSERT INTO t {Rows}"),
            n => n.Contains("times", StringComparison.Ordinal));
        await SettleAsync(connection, database);
        long[] rows = await RowsPerRangeAsync(connection);
        Assert.Equal(8, rows.Length);
        Assert.All(rows, r => Assert.InRange(r, 33_000, 42_000));
        // Rows stand where their values say, and bounds on the key read those ranges only.
        Assert.All(State(database, "t").Segments.Values, s => Assert.Single(
            State(database, "t").Ranges, r => r.Range.Contains(s.Range.First) && r.Range.Contains(s.Range.Last)));
        string[] read = await connection.RowsAsync($"EXPLAIN FRAGMENTS SELECT * FROM t WHERE {key} < 1000");
        Assert.Equal(1, read.Count(l => l.Contains("|true|", StringComparison.Ordinal)));
        Assert.Equal(
            await connection.RowsAsync(
                $"SELECT count(*), sum(v), sum(i) FROM ({Rows}) WHERE {key} BETWEEN 777 AND 99999"),
            await connection.RowsAsync($"SELECT count(*), sum(v), sum(i) FROM t WHERE {key} BETWEEN 777 AND 99999"));
    }

    [Fact]
    public async Task A_table_made_from_a_query_by_range_is_cut_where_its_quantiles_are()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync($"CREATE TABLE t WITH (distributed_by = range(v), ranges = 4) AS {Rows}");
        await SettleAsync(connection, database);
        Assert.All(await RowsPerRangeAsync(connection), r => Assert.InRange(r, 65_000, 85_000));
    }

    [Fact]
    public async Task One_value_with_the_rows_of_several_ranges_is_warned_of()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (v BIGINT) WITH (distributed_by = range(v), ranges = 8)");
        string[] notices = await NoticesAsync(
            connection, "INSERT INTO t SELECT CASE WHEN i % 10 < 9 THEN 5 ELSE i END FROM range(100000) r(i)");
        Assert.Contains(
            notices, n => n.StartsWith("Warning: the largest range has 7.", StringComparison.Ordinal));
        // Values that come later, all above the last bound.
        await connection.RunAsync("CREATE TABLE u (v BIGINT) WITH (distributed_by = range(v), ranges = 8)");
        await connection.RunAsync("INSERT INTO u SELECT i FROM range(50000) r(i)");
        notices = await NoticesAsync(connection, "INSERT INTO u SELECT 1000000 + i FROM range(500000) r(i)");
        Assert.Contains(notices, n => n.Contains("ALTER TABLE … SET (ranges = 8)", StringComparison.Ordinal));
        await connection.RunAsync("ALTER TABLE u SET (ranges = 8)");
        await SettleAsync(connection, database);
        Assert.All(await RowsPerRangeAsync(connection, "u"), r => Assert.InRange(r, 60_000, 78_000));
        Assert.Equal(["550000"], await connection.RowsAsync("SELECT count(*) FROM u"));
    }

    [Fact]
    public async Task NULL_is_in_the_last_range()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (v BIGINT) WITH (distributed_by = range(v), ranges = 4)");
        await connection.RunAsync(
            "INSERT INTO t SELECT CASE WHEN i % 20 = 0 THEN NULL ELSE i END FROM range(200000) r(i)");
        await SettleAsync(connection, database);
        TableState state = State(database, "t");
        Assert.Equal(
            [3], state.Segments.Values.Where(s => s.Range.Last == ulong.MaxValue)
                .Select(s => state.RangeMap.IndexOf(s.Range.First)).Distinct());
        Assert.Equal(["10000"], await connection.RowsAsync("SELECT count(*) FROM t WHERE v IS NULL"));
    }

    [Theory]
    [InlineData("hash(i)")]
    [InlineData("range(v)")]
    public async Task A_split_changes_the_catalog_alone_and_compaction_makes_segments_of_one_range(string cut)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync($"CREATE TABLE t WITH (distributed_by = {cut}, ranges = 2) AS {Rows}");
        await SettleAsync(connection, database);
        await connection.RunAsync("DELETE FROM t WHERE i % 11 = 3");
        string[] expected = await AllAsync(connection);
        HashSet<long> before = [.. State(database, "t").Segments.Values.Select(s => s.Key.Id)];
        using (IDisposable pause = await database.Store.Maintenance.PauseAsync())
        {
            await connection.RunAsync("ALTER TABLE t SET (ranges = 6)");
            Assert.Equal(before, [.. State(database, "t").Segments.Values.Select(s => s.Key.Id)]);
            Assert.Equal(6, State(database, "t").Ranges.Length);
            Assert.Equal(expected, await AllAsync(connection));
            // Every row is found by its key, whichever of the ranges its segment is shared by.
            for (int i = 0; i < 300; i += 17)
            {
                Assert.Equal(
                    i % 11 == 3 ? [] : [$"{i}"],
                    await connection.RowsAsync($"SELECT i FROM t WHERE i = {i} AND v = (hash({i}) % 1000000)::bigint"));
            }
        }
        await SettleAsync(connection, database);
        Assert.DoesNotContain(State(database, "t").Segments.Keys, k => before.Contains(k.Id));
        TableState state = State(database, "t");
        Assert.All(state.Segments.Values, s => Assert.Equal(
            state.RangeMap.IndexOf(s.Range.First), state.RangeMap.IndexOf(s.Range.Last)));
        Assert.All(await RowsPerRangeAsync(connection), r => Assert.InRange(r, 40_000, 50_000));
        Assert.Equal(expected, await AllAsync(connection));
    }

    [Fact]
    public async Task Rows_that_are_changed_while_ranges_are_cut_are_neither_lost_nor_doubled()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (i BIGINT PRIMARY KEY, n BIGINT) WITH (ranges = 2)");
        await connection.RunAsync("INSERT INTO t SELECT i, 0 FROM range(20000) r(i)");
        Task[] writers =
        [
            .. Enumerable.Range(0, 3).Select(w => Task.Run(async () =>
            {
                using Connection own = database.Connect();
                for (int round = 0; round < 40; round++)
                {
                    await own.RunAsync($"UPDATE t SET n = n + 1 WHERE i % 3 = {w} AND i % 50 = {round} AND i < 50000");
                    await own.RunAsync($"INSERT INTO t VALUES ({100_000 + (w * 1000) + round}, 1)");
                }
            })),
        ];
        foreach (int ranges in (int[])[3, 5, 1, 8, 4])
        {
            await connection.RunAsync($"ALTER TABLE t SET (ranges = {ranges})");
            await connection.RunAsync("CHECKPOINT");
        }
        await Task.WhenAll(writers);
        await connection.RunAsync("CHECKPOINT");
        Assert.Equal(
            ["20120|20120|16120"], await connection.RowsAsync("SELECT count(*), count(DISTINCT i), sum(n) FROM t"));
        Assert.Equal("23505", await connection.FailAsync("INSERT INTO t VALUES (77, 1)"));
    }

    [Fact]
    public async Task A_cut_is_part_of_its_transaction_and_of_two_one_fails()
    {
        using Database database = Database.Open(":memory:");
        using Connection one = database.Connect(), two = database.Connect();
        await one.RunAsync($"CREATE TABLE t WITH (distributed_by = hash(i)) AS {Rows}");
        await one.RunAsync("BEGIN");
        await one.RunAsync("ALTER TABLE t SET (ranges = 4)");
        Assert.Single(State(database, "t").Ranges);
        await one.RunAsync("ROLLBACK");
        Assert.Single(State(database, "t").Ranges);
        await one.RunAsync("BEGIN");
        await two.RunAsync("BEGIN");
        await one.RunAsync("ALTER TABLE t SET (ranges = 4)");
        await two.RunAsync("ALTER TABLE t SET (ranges = 3)");
        await one.RunAsync("COMMIT");
        Assert.Equal("40001", await two.FailAsync("COMMIT"));
        Assert.Equal(4, State(database, "t").Ranges.Length);
        Assert.Equal(["300000"], await one.RowsAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task The_rows_of_a_salted_key_lie_in_several_ranges_and_are_all_found()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE t (k VARCHAR, n BIGINT) WITH (distributed_by = hash(k), ranges = 8, salt = 32)");
        await connection.RunAsync("INSERT INTO t SELECT 'hot', i FROM range(100000) r(i)");
        for (int i = 0; i < 40; i++) await connection.RunAsync($"INSERT INTO t VALUES ('one by one', {i})");
        await SettleAsync(connection, database);
        Assert.True((await RowsPerRangeAsync(connection)).Count(r => r > 2_000) > 4);
        Assert.Equal(["100000"], await connection.RowsAsync("SELECT count(*) FROM t WHERE k = 'hot'"));
        Assert.Equal(["40"], await connection.RowsAsync("SELECT count(*) FROM t WHERE k = 'one by one'"));
        Assert.Equal(["100000", "40"], await connection.RowsAsync("SELECT count(*) FROM t GROUP BY k ORDER BY 1 DESC"));
        string[] notices = await NoticesAsync(connection, "EXPLAIN (ranges 8, salt 16) DISTRIBUTION t BY hash(k)");
        Assert.Contains("Rows of one key lie at 16 positions, so that conditions read all 8 ranges.", notices);
        notices = await NoticesAsync(connection, "EXPLAIN (ranges 8, salt 0) DISTRIBUTION t BY hash(k)");
        Assert.Contains(notices, n => n.StartsWith("Warning: the largest range has 8.0", StringComparison.Ordinal));
        // Without the salt equality reads one range again, so that all rows must have moved there.
        await connection.RunAsync("ALTER TABLE t SET (salt = 0)");
        Assert.Equal(["100000"], await connection.RowsAsync("SELECT count(*) FROM t WHERE k = 'hot'"));
        Assert.Equal("22023", await connection.FailAsync(
            "CREATE TABLE u (k INTEGER) WITH (distributed_by = range(k), salt = 4)"));
    }

    [Fact]
    public async Task Options_that_are_changed_count_from_then_on()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (a INTEGER, b INTEGER) WITH (retention = '2 days')");
        TableDefinition Definition()
        {
            CatalogSnapshot catalog = database.Store.Tables.Follower.Newest;
            return catalog.GetDefinition(catalog.Find(NameSpace.Relation, "public", "t")!.Value.Id);
        }
        Assert.Equal(TimeSpan.FromDays(2), Definition().Retention);
        await connection.RunAsync("ALTER TABLE t SET (retention = INTERVAL '1 hour', bloom = (b), replicas = 3)");
        Assert.Equal((TimeSpan.FromHours(1), 3), (Definition().Retention, Definition().Replicas));
        Assert.Equal(2, Assert.Single(Definition().BloomColumns));
        await connection.RunAsync("ALTER TABLE t RESET (retention, bloom)");
        Assert.Null(Definition().Retention);
        Assert.Empty(Definition().BloomColumns);
        await connection.RunAsync("ALTER TABLE t SET DISTRIBUTED BY hash(a)");
        Assert.Equal(Distribution.Hash, Definition().Scheme.Kind);
        Assert.Equal("22023", await connection.FailAsync("ALTER TABLE t SET (retention = '-1 day')"));
        Assert.Equal("22023", await connection.FailAsync("ALTER TABLE t SET (retentoin = '1 day')"));
        Assert.Equal("0A000", await connection.FailAsync("ALTER TABLE t SET ORDER BY (a)"));
    }

    private static async Task<string[]> AllAsync(Connection connection) => await connection.RowsAsync(
        "SELECT k, count(*), sum(i), sum(v), count(DISTINCT i) FROM t GROUP BY k ORDER BY k");

    private static async Task<string[]> NoticesAsync(Connection connection, string sql)
    {
        await using QueryResult result = await connection.ExecuteAsync(sql);
        return [.. result.Notices];
    }

    private static async Task SettleAsync(Connection connection, Database database)
    {
        await connection.RunAsync("CHECKPOINT");
        await database.Store.Maintenance.RunOnceAsync();
    }

    private static async Task<long[]> RowsPerRangeAsync(Connection connection, string table = "t")
    {
        string[] lines = await connection.RowsAsync($"EXPLAIN DISTRIBUTION {table}");
        return [.. lines.Select(l => long.Parse(l.Split('|')[3], CultureInfo.InvariantCulture))];
    }

    private static TableState State(Database database, string table)
    {
        CatalogSnapshot catalog = database.Store.Tables.Follower.Newest;
        return catalog.GetTable(catalog.Find(NameSpace.Relation, "public", table)!.Value.Id);
    }
}

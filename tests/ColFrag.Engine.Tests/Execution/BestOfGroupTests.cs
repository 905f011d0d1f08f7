using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

/// <summary>The best rows of each group are those of a whole sort, with the rule and without it.</summary>
public sealed class BestOfGroupTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Ranks_are_those_of_a_whole_sort(int threads)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = threads });
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE t AS SELECT i, i * 7919 % 40009 AS mixed, i % 300 AS g, CAST(i % 7 AS VARCHAR) AS name, " +
            "i * 31 % 101 AS few, nullif(i % 1000, 7) AS maybe, (i * 7919 % 40009 - 20000) / 7.0::DOUBLE AS x, " +
            "'text ' || (i * 7919 % 40009) AS s, CASE WHEN i % 9 = 0 THEN 'nan'::DOUBLE ELSE i % 50 END AS y, " +
            "(i * 7919 % 40009) * 1000000000000000000000::HUGEINT AS wide FROM range(40000) r(i)");
        string[] windows =
        [
            "PARTITION BY g ORDER BY mixed", "PARTITION BY g ORDER BY mixed DESC", "PARTITION BY g, name ORDER BY i",
            "PARTITION BY name ORDER BY few, i", "PARTITION BY name ORDER BY few DESC, i DESC",
            "PARTITION BY g ORDER BY maybe, i", "PARTITION BY g ORDER BY maybe DESC NULLS FIRST, i",
            "PARTITION BY g ORDER BY x", "PARTITION BY g ORDER BY x DESC", "PARTITION BY g ORDER BY s, i",
            "PARTITION BY name ORDER BY s DESC", "PARTITION BY g ORDER BY y DESC, i", "PARTITION BY i ORDER BY mixed",
            "PARTITION BY g ORDER BY wide DESC",
        ];
        foreach (string window in windows)
        {
            foreach (string condition in (string[])["r <= 3", "r = 2", "4 > r AND g <> 17", "r BETWEEN 2 AND 5"])
            {
                await AssertSameAsync(
                    connection,
                    $"SELECT i, r FROM (SELECT *, row_number() OVER ({window}) AS r FROM t) WHERE {condition}");
            }
        }
        foreach (string window in windows.Select(w => w.Replace(", i DESC", "", StringComparison.Ordinal)
            .Replace(", i", "", StringComparison.Ordinal)))
        {
            await AssertSameAsync(
                connection,
                $"SELECT i, r, d FROM (SELECT *, rank() OVER ({window}) AS r, dense_rank() OVER ({window}) AS d " +
                "FROM t) WHERE r <= 2");
        }
    }

    [Theory]
    [InlineData("SELECT i FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY i) <= 2", true)]
    [InlineData("SELECT i FROM (SELECT i, rank() OVER (PARTITION BY g ORDER BY i) r FROM t) WHERE r < 3", true)]
    // The last value looks at rows that would be left out, and of equal rows all have one dense rank.
    [InlineData("SELECT i, v FROM (SELECT i, row_number() OVER (PARTITION BY g ORDER BY i) r, " +
        "last_value(i) OVER (PARTITION BY g) v FROM t) WHERE r < 3", false)]
    [InlineData("SELECT i FROM (SELECT i, dense_rank() OVER (PARTITION BY g ORDER BY i) r FROM t) WHERE r < 3", false)]
    [InlineData("SELECT i FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY i) >= 2", false)]
    [InlineData("SELECT i FROM t QUALIFY row_number() OVER (PARTITION BY g ORDER BY i) < 3 OR i = 5", false)]
    public async Task Rows_are_left_out_only_where_ranks_do_not_need_them(string sql, bool leavesOut)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t AS SELECT i, i % 10 AS g FROM range(100) r(i)");
        string plan = string.Join('\n', await RowsAsync(connection, "EXPLAIN " + sql));
        Assert.Equal(leavesOut, plan.Contains("Best 2", StringComparison.Ordinal));
        await AssertSameAsync(connection, sql);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(700_000)]
    public async Task It_gives_up_where_groups_are_too_small_and_passes_all_rows(int rowsPerGroup)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
        using Connection connection = database.Connect();
        await AssertSameAsync(
            connection,
            "SELECT sum(i), count(*) FROM (SELECT i FROM " +
            "(SELECT i * 1103515245 % 600011 AS i FROM range(600000) r(i)) " +
            $"QUALIFY row_number() OVER (PARTITION BY i / {rowsPerGroup} ORDER BY i) <= 2)");
    }

    [Fact]
    public unsafe void Codes_of_vectors_are_those_of_single_values()
    {
        Random random = new(11);
        foreach (LogicalType type in RandomRows.CommonTypes.Where(OrderCodes.Exist))
        {
            foreach (VectorShape shape in Enum.GetValues<VectorShape>())
            {
                for (int round = 0; round < 10; round++)
                {
                    SortColumn key = new(0, random.Next(2) == 0, random.Next(2) == 0);
                    using OrderCodes codes = new(type, key, MemoryAccount.Untracked);
                    using Arena arena = new(MemoryAccount.Untracked);
                    Value[] values = RandomRows.Column(random, type, 200, 1 + random.Next(60), round / 20.0);
                    using ColumnVector vector = ShapedVector.Build(type, values, shape, arena, random);
                    ulong* all = codes.Of(vector, 200);
                    for (int i = 0; i < 200; i++) Assert.Equal(codes.CodeOf(vector, i), all[i]);
                }
            }
        }
    }

    private static async Task AssertSameAsync(Connection connection, string sql)
    {
        string[] actual = await RowsAsync(connection, sql);
        await connection.RunAsync("SET disabled_rules = 'ranked_rows'");
        string[] expected = await RowsAsync(connection, sql);
        await connection.RunAsync("RESET disabled_rules");
        Assert.True(
            expected.Order(StringComparer.Ordinal).SequenceEqual(actual.Order(StringComparer.Ordinal)),
            $"{sql}: {actual.Length} rows for {expected.Length}");
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];
}

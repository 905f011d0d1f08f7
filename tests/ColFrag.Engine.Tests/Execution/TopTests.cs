using System.Globalization;

namespace ColFrag.Engine.Tests.Execution;

/// <summary>The first rows of an order are those of a whole sort, whatever the scan leaves out.</summary>
public sealed class TopTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task The_first_rows_are_those_of_a_whole_sort(int threads)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = threads });
        using Connection connection = database.Connect();
        // Numbers that become ever better, ever worse, or are in no order; texts that a filter takes or leaves.
        await connection.RunAsync(
            "CREATE TABLE t AS SELECT i, 40000 - i AS down, i * 7919 % 40009 AS mixed, i % 50 AS few, " +
            "CASE WHEN i % 3 = 0 THEN '' ELSE 'page ' || i * 7919 % 40009 || CASE WHEN i % 5 = 0 THEN ' google' " +
            "ELSE '' END END AS page, nullif(i % 1000, 7) AS maybe FROM range(40000) r(i)");
        string[] orders =
        [
            "i", "down, i", "mixed DESC, i", "few, i DESC", "few DESC, mixed", "page, i", "page DESC, i",
            "maybe, i", "maybe DESC, down", "maybe NULLS FIRST, i",
        ];
        foreach (string where in (string[])["true", "page LIKE '%google%'", "page <> ''"])
        {
            foreach (string order in orders)
            {
                string ranked = $"SELECT i FROM (SELECT i, row_number() OVER (ORDER BY {order}) AS n FROM t " +
                    $"WHERE {where}) WHERE n";
                await AssertSameAsync(
                    connection, $"SELECT i FROM t WHERE {where} ORDER BY {order} LIMIT 10",
                    $"{ranked} <= 10 ORDER BY n");
                await AssertSameAsync(
                    connection, $"SELECT i FROM t WHERE {where} ORDER BY {order} LIMIT 900 OFFSET 100",
                    $"{ranked} BETWEEN 101 AND 1000 ORDER BY n");
            }
        }
    }

    [Fact]
    public async Task A_limit_may_be_the_largest_number()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
        using Connection connection = database.Connect();
        string sql = "SELECT count(*) FROM (SELECT i FROM range(20000) r(i) ORDER BY i * 7919 % 20011 " +
            "LIMIT 9223372036854775807 OFFSET 5)";
        Assert.Equal("19995", (await connection.QueryAsync(sql)).Single()[0].ToString());
    }

    private static async Task AssertSameAsync(Connection connection, string sql, string plain)
    {
        string[] expected = await RowsAsync(connection, plain), actual = await RowsAsync(connection, sql);
        Assert.True(
            expected.SequenceEqual(actual),
            string.Create(CultureInfo.InvariantCulture, $"{sql}: {actual.Length} rows for {expected.Length}"));
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => row[0].ToString())];
}

using ColFrag.Engine.Errors;
using ColFrag.Engine.Tests.Sessions;

namespace ColFrag.Engine.Tests.Storage;

/// <summary>Tables that are written fast rather than small have the same rows.</summary>
public sealed class FastEncodingTests
{
    private const string Rows =
        "SELECT i, i * 7919 % 40009 AS mixed, 5 AS one, i / 7.0::DOUBLE AS x, i::REAL AS y, 'page ' || i AS page, " +
        "'name ' || i % 20 AS name, '' AS nothing, nullif(i % 100, 7) AS maybe, i::HUGEINT * 10000000000000 AS wide, " +
        "DATE '2020-01-01' + (i % 900)::INTEGER AS day, [i, i % 3] AS pair, NULL::INTEGER AS never, " +
        "i % 2 = 0 AS even, CASE WHEN i % 3 = 0 THEN 'text of row ' || i END AS note FROM range(150000) r(i)";

    [Theory]
    [InlineData("CREATE TEMP TABLE f AS")]
    [InlineData("CREATE TABLE f WITH (encoding = fast) AS")]
    public async Task Rows_written_fast_are_those_written_small(string create)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        await connection.RunAsync($"CREATE TABLE s AS {Rows}");
        await connection.RunAsync($"{create} {Rows}");
        Assert.Equal(["150000"], await connection.RowsAsync("SELECT count(*) FROM f"));
        Assert.Equal(["0"], await connection.RowsAsync(
            "SELECT count(*) FROM (SELECT * FROM f EXCEPT ALL SELECT * FROM s)"));
        Assert.Equal(
            await connection.RowsAsync("SELECT * FROM s WHERE page LIKE 'page 12%9' AND maybe > 40 ORDER BY i"),
            await connection.RowsAsync("SELECT * FROM f WHERE page LIKE 'page 12%9' AND maybe > 40 ORDER BY i"));
        Assert.Equal(
            await connection.RowsAsync(
                "SELECT name, sum(x), count(note), max(wide) FROM s GROUP BY name ORDER BY name"),
            await connection.RowsAsync(
                "SELECT name, sum(x), count(note), max(wide) FROM f GROUP BY name ORDER BY name"));
    }

    [Fact]
    public async Task A_temporary_table_may_ask_to_be_small_and_another_to_be_fast()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
        using Connection connection = database.Connect();
        string rows = $"SELECT page FROM ({Rows})";
        await connection.RunAsync($"CREATE TEMP TABLE fast AS {rows}");
        await connection.RunAsync($"CREATE TEMP TABLE small WITH (encoding = small) AS {rows}");
        Assert.True(await BytesAsync(connection, "small") * 2 < await BytesAsync(connection, "fast"));
        await connection.RunAsync($"CREATE TABLE kept WITH (encoding = 'fast') AS {rows}");
        Assert.Equal(await BytesAsync(connection, "fast"), await BytesAsync(connection, "kept"));
    }

    [Fact]
    public async Task An_unknown_encoding_is_refused_with_advice()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        QueryException error = await Assert.ThrowsAsync<QueryException>(
            () => connection.RunAsync("CREATE TABLE t (a INTEGER) WITH (encoding = quick)"));
        Assert.Equal(SqlStates.InvalidParameterValue, error.SqlState);
        Assert.Contains("fast", error.Hint, StringComparison.Ordinal);
    }

    private static async Task<long> BytesAsync(Connection connection, string table)
    {
        string[] lines = await connection.RowsAsync($"EXPLAIN STORAGE {table}");
        return long.Parse(lines[0].Split('|')[5], System.Globalization.CultureInfo.InvariantCulture);
    }
}

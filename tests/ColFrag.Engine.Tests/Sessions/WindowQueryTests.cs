using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Window functions as queries write them.</summary>
public sealed class WindowQueryTests
{
    private const string Sales =
        "(VALUES ('a', 1, DATE '2024-01-01'), ('a', 2, DATE '2024-01-03'), ('a', 2, DATE '2024-02-01'), " +
        "('a', NULL, NULL), " +
        "('b', 5, DATE '2024-01-01'), ('b', 7, DATE '2024-01-02')) s(g, x, d)";

    [Theory]
    [InlineData(
        "SELECT g, x, rank() OVER w, sum(x) OVER (w ROWS 1 PRECEDING) FROM {0} " +
        "WINDOW w AS (PARTITION BY g ORDER BY x) ORDER BY g, x",
        "a|1|1|1 a|2|2|3 a|2|2|4 a|NULL|4|2 b|5|1|5 b|7|2|12")]
    [InlineData(
        "SELECT g, x FROM {0} QUALIFY row_number() OVER (PARTITION BY g ORDER BY x DESC NULLS LAST) = 1 ORDER BY g",
        "a|2 b|7")]
    [InlineData("SELECT g, sum(x), rank() OVER (ORDER BY sum(x) DESC) FROM {0} GROUP BY g ORDER BY g", "a|5|2 b|12|1")]
    [InlineData("SELECT x, last_value(x IGNORE NULLS) OVER (ORDER BY x) FROM {0} WHERE g = 'a' ORDER BY x",
        "1|1 2|2 2|2 NULL|2")]
    [InlineData(
        "SELECT x, lag(x, 1, -1) OVER (ORDER BY x), lead(x, 2) OVER (ORDER BY x) FROM {0} WHERE g = 'b' ORDER BY x",
        "5|-1|NULL 7|5|NULL")]
    [InlineData(
        "SELECT d, count(*) OVER (ORDER BY d RANGE BETWEEN INTERVAL '2 days' PRECEDING " +
        "AND INTERVAL '1 month' FOLLOWING) FROM {0} WHERE g = 'a' ORDER BY d",
            "2024-01-01|3 2024-01-03|3 2024-02-01|1 NULL|1")]
    [InlineData("SELECT x, count(*) FILTER (WHERE x > 1) OVER (ORDER BY x) FROM {0} WHERE g = 'a' ORDER BY x",
        "1|0 2|2 2|2 NULL|2")]
    [InlineData("SELECT count(DISTINCT x) OVER (PARTITION BY g) FROM {0} ORDER BY 1", "2 2 2 2 2 2")]
    [InlineData("SELECT x + row_number() OVER (ORDER BY x), max(x) OVER () - x FROM {0} WHERE x > 2 ORDER BY 1",
        "6|2 9|0")]
    [InlineData("SELECT x FROM {0} ORDER BY row_number() OVER (ORDER BY x DESC NULLS LAST) LIMIT 2", "7 5")]
    public async Task A_query_gives_these_rows(string sql, string expected)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        IReadOnlyList<Types.Value[]> rows = await connection.QueryAsync(
            sql.Replace("{0}", Sales, StringComparison.Ordinal));
        Assert.Equal(expected, string.Join(' ', rows.Select(r =>
            string.Join('|', r.Select(v => v.IsNull ? "NULL" : $"{v}")))));
    }

    [Theory]
    [InlineData("SELECT row_number() FROM range(3)", SqlStates.WindowingError)]
    [InlineData("SELECT sum(sum(range) OVER ()) FROM range(3)", SqlStates.WindowingError)]
    [InlineData("SELECT range FROM range(3) WHERE rank() OVER () = 1", SqlStates.WindowingError)]
    [InlineData("SELECT rank() FILTER (WHERE true) OVER () FROM range(3)", SqlStates.FeatureNotSupported)]
    [InlineData("SELECT ntile(0) OVER () FROM range(3)", "22014")]
    [InlineData("SELECT nth_value(range, 0) OVER () FROM range(3)", "22016")]
    [InlineData("SELECT sum(range) OVER (ORDER BY range ROWS -1 PRECEDING) FROM range(3)", "22013")]
    [InlineData("SELECT sum(range) OVER (ORDER BY range RANGE NULL PRECEDING) FROM range(3)", "22013")]
    public async Task A_wrong_window_is_refused(string sql, string state)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        Assert.Equal(state, (await Assert.ThrowsAsync<QueryException>(() => connection.QueryAsync(sql))).SqlState);
    }
}

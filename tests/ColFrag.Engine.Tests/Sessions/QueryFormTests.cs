using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>The forms that a query can have beyond SELECT, each from text to rows.</summary>
public sealed class QueryFormTests
{
    [Theory]
    [InlineData(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) " +
        "SELECT n FROM r WHERE n > 2",
        "3 4 5")]
    [InlineData("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n FROM r LIMIT 3", "1 2 3")]
    [InlineData(
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3000) " +
        "SELECT count(*), sum(n) FROM r", "3000|4501500")]
    [InlineData("WITH RECURSIVE r(n) AS (SELECT 0 UNION SELECT (n + 2) % 7 FROM r) SELECT n FROM r ORDER BY n",
        "0 1 2 3 4 5 6")]
    [InlineData(
        "WITH RECURSIVE e(a, b) AS MATERIALIZED (VALUES (1, 2), (2, 3), (3, 1), (3, 4)), p(x) AS " +
        "(SELECT 1 UNION SELECT b FROM p JOIN e ON e.a = p.x) SELECT x FROM p ORDER BY x", "1 2 3 4")]
    [InlineData(
        "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < 3) " +
        "SELECT x.n, y.n FROM a x JOIN a y ON x.n = y.n + 1 ORDER BY 1", "2|1 3|2")]
    [InlineData(
        "WITH t AS MATERIALIZED (SELECT * FROM range(5000) r(x)) SELECT count(*) FROM t a JOIN t b ON a.x = b.x + 1",
        "4999")]
    [InlineData(
        "SELECT t.x, q.y FROM (VALUES (1, 3), (1, 5), (2, 7), (1, 1)) t(k, x) ASOF JOIN " +
        "(VALUES (1, 2, 'b'), (1, 4, 'd'), (2, 9, 'z')) q(k, v, y) ON t.k = q.k AND t.x >= q.v ORDER BY 1", "3|b 5|d")]
    [InlineData(
        "SELECT t.x, q.y FROM (VALUES (1, 3), (1, 5), (2, 7), (1, NULL)) t(k, x) ASOF LEFT JOIN " +
        "(VALUES (1, 2, 'b'), (1, 5, 'd'), (2, 9, 'z'), (1, NULL, 'n')) q(k, v, y) " +
        "ON t.k = q.k AND t.x < q.v ORDER BY 1",
        "3|d 5|NULL 7|z NULL|NULL")]
    [InlineData(
        "SELECT t.x, q.y FROM (VALUES (4), (9)) t(x) ASOF JOIN (VALUES (1, 'a'), (3, 'b'), (8, 'c')) q(v, y) " +
        "ON t.x > q.v AND q.y <> 'b' AND q.y <> 'c' ORDER BY 1", "4|a 9|a")]
    [InlineData(
        "SELECT * FROM (VALUES (1, 'a'), (2, 'b')) a(x, y) FULL JOIN " +
        "(VALUES (2, 'c'), (3, 'd')) b(x, z) USING (x) ORDER BY x",
        "1|a|NULL 2|b|c 3|NULL|d")]
    [InlineData("SELECT x, y FROM (VALUES (1), (4)) a(x) FULL JOIN (VALUES (2), (9)) b(y) ON x > y ORDER BY x, y",
        "1|NULL 4|2 NULL|9")]
    [InlineData("SELECT 5 <= ALL (SELECT NULL::int), NOT 5 > ANY (SELECT NULL::int), 5 > ANY (VALUES (NULL), (4))",
        "NULL|NULL|true")]
    [InlineData("SELECT count(*) FROM range(3) WHERE range <= ALL (VALUES (5), (NULL))", "0")]
    [InlineData(
        "SELECT (1, 2) < ANY (VALUES (1, 3)), (1, 2) <> ANY (VALUES (1, 2)), (2, 1) >= ALL (VALUES (1, 9), (2, 1))",
        "true|false|true")]
    [InlineData("SELECT * FROM unnest([4, 5]) WITH ORDINALITY", "4|1 5|2")]
    [InlineData("SELECT * FROM unnest([1, 2, 3], ['a', 'b']) t(a, b)", "1|a 2|b 3|NULL")]
    [InlineData(
        "SELECT id, x FROM (VALUES (1, ['u', 'v']), (2, []), (3, NULL)) v(id, l) LEFT JOIN unnest(l) u(x) ON true " +
        "ORDER BY id, x", "1|u 1|v 2|NULL 3|NULL")]
    [InlineData("SELECT id, unnest(l) AS x, unnest([7]) FROM (VALUES (1, [1, 2]), (2, [])) v(id, l) ORDER BY id, x",
        "1|1|7 1|2|NULL 2|NULL|7")]
    [InlineData("SELECT unnest(unnest([[1, 2], [3]]))", "1 2 3")]
    [InlineData("SELECT unnest(l) AS x, count(*) FROM (VALUES ([1, 2]), ([1])) v(l) GROUP BY x ORDER BY x", "1|2 2|1")]
    [InlineData("SELECT i, unnest([count(*), 9]) FROM range(2) r(i) GROUP BY i ORDER BY 1, 2", "0|1 0|9 1|1 1|9")]
    [InlineData("SELECT i, j FROM range(3) a(i), LATERAL (SELECT * FROM generate_series(1, i) g(j)) x ORDER BY i, j",
        "1|1 2|1 2|2")]
    [InlineData(
        "WITH RECURSIVE e(a, b) AS (VALUES (1, 2), (2, 3), (3, 1), (2, 4)), p(x) AS (SELECT 1 UNION ALL " +
        "SELECT e.b FROM p, e WHERE e.a = p.x) CYCLE x SET met USING way SELECT x, met, len(way) FROM p ORDER BY 3, 1",
        "1|false|1 2|false|2 3|false|3 4|false|3 1|true|4")]
    [InlineData(
        "WITH RECURSIVE e(a, b) AS (VALUES (1, 2), (1, 3), (2, 4)), p(x) AS (SELECT 1 UNION ALL " +
        "SELECT e.b FROM p AS r JOIN e ON e.a = r.x) SEARCH DEPTH FIRST BY x SET place " +
        "SELECT x FROM p ORDER BY place",
        "1 2 4 3")]
    [InlineData(
        "WITH RECURSIVE e(a, b) AS (VALUES (1, 2), (1, 3), (2, 4)), p(x) AS (SELECT 1 UNION ALL " +
        "SELECT e.b FROM p AS r JOIN e ON e.a = r.x) SEARCH BREADTH FIRST BY x SET place " +
        "SELECT x FROM p ORDER BY place",
        "1 2 3 4")]
    [InlineData("SELECT count(*) FROM range(1000) USING SAMPLE 50 ROWS", "50")]
    [InlineData(
        "PIVOT (VALUES ('a', 1, 10), ('b', 2, 20), ('a', 2, 5)) t(g, k, v) ON g IN ('a', 'b') " +
        "USING sum(v) GROUP BY k ORDER BY k", "1|10|NULL 2|5|20")]
    [InlineData(
        "SELECT * FROM (VALUES ('a', 1, 10), ('b', 2, 20), ('a', 2, 5)) t(g, k, v) " +
        "PIVOT (count(*) AS n, max(v) AS m FOR g IN ('a' AS x, 'b' AS y)) ORDER BY k", "1|1|10|0|NULL 2|1|5|1|20")]
    [InlineData(
        "UNPIVOT (VALUES (1, 10, NULL), (2, 20, 30)) t(id, a, b) ON a, b INTO NAME n VALUE v ORDER BY id, n",
        "1|a|10 2|a|20 2|b|30")]
    [InlineData(
        "SELECT * FROM (VALUES (1, 10, NULL::int)) t(id, a, b) UNPIVOT INCLUDE NULLS (v FOR n IN (a, b)) ORDER BY n",
        "1|a|10 1|b|NULL")]
    [InlineData("SELECT count(*) FROM range(1000) TABLESAMPLE BERNOULLI (100)", "1000")]
    [InlineData("SELECT count(*) FROM range(1000) TABLESAMPLE SYSTEM (0)", "0")]
    public async Task A_query_gives_these_rows(string sql, string expected)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        Assert.Equal(expected, await TextAsync(connection, sql));
    }

    [Fact]
    public async Task A_seed_repeats_a_sample()
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        const string Sample = "SELECT sum(range), count(*) FROM range(10000) TABLESAMPLE BERNOULLI (30) REPEATABLE (7)";
        string first = await TextAsync(connection, Sample);
        Assert.Equal(first, await TextAsync(connection, Sample));
        Assert.NotEqual(first, await TextAsync(connection, Sample.Replace("(7)", "(8)", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 10 / (3 - n) FROM r) SELECT count(*) FROM r",
        SqlStates.DivisionByZero)]
    [InlineData("SELECT * FROM range(3) TABLESAMPLE BERNOULLI (101)", "2202H")]
    [InlineData("SELECT range FROM range(3) WHERE unnest([true])", SqlStates.FeatureNotSupported)]
    [InlineData("SELECT unnest(1)", SqlStates.UndefinedFunction)]
    public async Task A_wrong_query_is_refused(string sql, string state)
    {
        using Database database = Database.Open(":memory:");
        using Connection connection = database.Connect();
        Assert.Equal(state, (await Assert.ThrowsAsync<QueryException>(() => connection.QueryAsync(sql))).SqlState);
    }

    private static async Task<string> TextAsync(Connection connection, string sql)
    {
        IReadOnlyList<Types.Value[]> rows = await connection.QueryAsync(sql);
        return string.Join(' ', rows.Select(r => string.Join('|', r.Select(v => v.IsNull ? "NULL" : $"{v}"))));
    }
}

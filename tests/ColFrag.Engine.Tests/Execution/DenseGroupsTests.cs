namespace ColFrag.Engine.Tests.Execution;

/// <summary>Groups that lanes keep in arrays by their key are put together as those of hash tables are.</summary>
public sealed class DenseGroupsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task Groups_are_the_same_with_the_rule_and_without(int threads)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = threads });
        using Connection connection = database.Connect();
        await connection.RunAsync(
            "CREATE TABLE t AS SELECT i, i / 4 * 8 + i / 2 % 2 AS clustered, i * 7919 % 80021 AS mixed, " +
            "nullif(i % 90001, 7) AS maybe, i * 31 % 100003 - 50000 AS signed, DATE '1970-01-01' + " +
            "CAST(i % 40000 AS INTEGER) AS day, (i % 70000) * 1000003 AS apart, CAST(i % 50 AS SMALLINT) AS few, " +
            "(i % 60000)::DECIMAL(10, 2) / 4 AS price, i % 1000 / 8.0::DOUBLE AS x, 'name ' || (i % 60000) AS name " +
            "FROM range(120000) r(i)");
        foreach (string key in (string[])["clustered", "mixed", "maybe", "signed", "day", "apart", "price"])
        {
            foreach (string aggregates in (string[])
                ["sum(i), avg(few), count(maybe), sum(mixed * 1000000000000)",
                    "min(i), max(x), sum(x), count(*) FILTER (WHERE few > 25)", "max(name)"])
            {
                await AssertSameAsync(connection, $"SELECT {key}, {aggregates} FROM t GROUP BY {key}");
            }
            await AssertSameAsync(
                connection, $"SELECT count(*), min(k), sum(n) FROM (SELECT {key} AS k, count(*) AS n FROM t " +
                $"GROUP BY {key} HAVING count(*) > 1)");
            await AssertSameAsync(connection, $"SELECT count(DISTINCT {key}), count(DISTINCT few) FROM t");
            await AssertSameAsync(
                connection, $"SELECT few, count(*) FROM t WHERE {key} IN " +
                $"(SELECT {key} FROM t WHERE i % 5 < 2 GROUP BY {key} HAVING sum(i) > 1000) GROUP BY few");
        }
    }

    [Fact]
    public async Task Groups_of_texts_are_the_same_with_the_rule_and_without()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 3 });
        using Connection connection = database.Connect();
        // Eight rows for each text of every segment, so that lanes get codes of one dictionary.
        await connection.RunAsync(
            "CREATE TABLE t AS SELECT i, 'word ' || (i * 31 % 17011) AS word, " +
            "'term ' || nullif(i * 17 % 17013, 7) AS term, 'only ' || (i % 17019) AS late, i % 50 AS few " +
            "FROM range(450000) r(i)");
        foreach (string key in (string[])["word", "term", "late"])
        {
            await AssertSameAsync(connection, $"SELECT {key}, sum(i), avg(few), count(*) FROM t GROUP BY {key}");
            await AssertSameAsync(connection, $"SELECT {key}, max(word), min(term) FROM t GROUP BY {key}");
            await AssertSameAsync(
                connection, $"SELECT max(upper(k)), min(k), sum(n), count(k) FROM " +
                $"(SELECT {key} AS k, count(*) AS n FROM t GROUP BY {key})");
            await AssertSameAsync(connection, $"SELECT {key}, count(*) FROM t WHERE i > 440000 GROUP BY {key}");
            // Some batches come without codes of the dictionary.
            await AssertSameAsync(
                connection, $"SELECT k, count(*) FROM (SELECT {key} AS k FROM t UNION ALL SELECT upper(word) FROM t " +
                "WHERE i < 70000) GROUP BY k");
        }
    }

    private static async Task AssertSameAsync(Connection connection, string sql)
    {
        string[] actual = await RowsAsync(connection, sql);
        await connection.RunAsync("SET disabled_rules = 'dense_groups'");
        string[] expected = await RowsAsync(connection, sql);
        await connection.RunAsync("RESET disabled_rules");
        Assert.True(
            expected.Order(StringComparer.Ordinal).SequenceEqual(actual.Order(StringComparer.Ordinal)),
            $"{sql}: {actual.Length} rows for {expected.Length}");
    }

    private static async Task<string[]> RowsAsync(Connection connection, string sql) =>
        [.. (await connection.QueryAsync(sql)).Select(row => string.Join('|', row.Select(v => v.ToString())))];
}

namespace ColFrag.Engine.Tests.Sessions;

/// <summary>Queries that tell rows apart by texts get them as codes of one dictionary of all segments.</summary>
public sealed class TableWideCodesTests
{
    private const string Name = "CASE WHEN i % 11 > 0 THEN 'name ' || (i * part % 700) END";

    [Theory]
    [InlineData("SELECT name, sum(i), count(*) FROM t GROUP BY name ORDER BY name NULLS LAST")]
    [InlineData("SELECT name, i % 3 AS rest, min(i) FROM t GROUP BY name, rest ORDER BY name NULLS LAST, rest")]
    [InlineData("SELECT name, count(DISTINCT i % 5) FROM t WHERE i % 2 = 0 GROUP BY name ORDER BY name NULLS LAST")]
    [InlineData("SELECT DISTINCT name FROM (SELECT * FROM t WHERE i > 100) ORDER BY name NULLS LAST")]
    [InlineData("SELECT u.name, count(*) FROM t JOIN t u ON t.name = u.name AND u.i < 30 GROUP BY u.name ORDER BY 1")]
    [InlineData("SELECT name, max(town) FROM t JOIN towns USING (i) GROUP BY name ORDER BY name NULLS LAST")]
    [InlineData("SELECT town, min(name), count(*) FROM t JOIN towns ON t.i % 50 = towns.i GROUP BY town ORDER BY town")]
    public async Task Groups_are_those_of_texts_that_were_computed(string query)
    {
        using Database database = await OpenAsync();
        using Connection connection = database.Connect();
        string[] expected = await connection.RowsAsync(
            query.Replace("FROM t", "FROM (SELECT i, name || '' AS name FROM t) t", StringComparison.Ordinal));
        Assert.NotEmpty(expected);
        Assert.Equal(expected, await connection.RowsAsync(query));
        // Again, with what was kept; then with rows that are no codes.
        Assert.Equal(expected, await connection.RowsAsync(query));
        await connection.RunAsync("INSERT INTO t VALUES (-7, 'of the journal'), (-8, NULL), (-9, 'name 5')");
        expected = await connection.RowsAsync(
            query.Replace("FROM t", "FROM (SELECT i, name || '' AS name FROM t) t", StringComparison.Ordinal));
        Assert.Equal(expected, await connection.RowsAsync(query));
    }

    [Fact]
    public async Task Only_who_asks_for_it_makes_a_dictionary_of_the_table()
    {
        using Database database = await OpenAsync();
        using Connection connection = database.Connect();
        await connection.RowsAsync("SELECT max(name) FROM t");
        await connection.RowsAsync("SELECT name FROM t WHERE i = 5");
        Assert.Equal(0, database.Store.Tables.Segments.Storage.Dictionaries.Count);
        await connection.RowsAsync("SELECT name, count(*) FROM t GROUP BY name");
        Assert.Equal(1, database.Store.Tables.Segments.Storage.Dictionaries.Count);
        await connection.RowsAsync("SELECT DISTINCT name FROM t");
        Assert.Equal(1, database.Store.Tables.Segments.Storage.Dictionaries.Count);
    }

    private static async Task<Database> OpenAsync()
    {
        Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        await connection.RunAsync("CREATE TABLE t (i INTEGER, name VARCHAR)");
        for (int part = 1; part <= 3; part++)
        {
            await connection.RunAsync(
                $"INSERT INTO t SELECT i, {Name.Replace("part", $"{part}", StringComparison.Ordinal)} " +
                "FROM range(40000) r(i)");
        }
        await connection.RunAsync(
            "CREATE TABLE towns AS SELECT i, 'town ' || i % 17 AS town FROM range(60) r(i)");
        return database;
    }
}

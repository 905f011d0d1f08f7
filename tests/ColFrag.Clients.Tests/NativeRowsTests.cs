using ColFrag.Clients.Tests.Support;
using ColFrag.Engine;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Clients.Tests;

/// <summary>What a native session gets of rows: the vectors of the scan, not values one by one.</summary>
public sealed class NativeRowsTests
{
    private const string Rows =
        """
        SELECT x::integer AS a, 'city ' || (x % 7) AS b, CASE WHEN x % 5 = 0 THEN NULL ELSE x / 4.0::double END AS c,
            'customer ' || x AS d, DATE '2020-01-01' + (x % 2000)::integer AS e, x % 3 = 0 AS f
        FROM generate_series(1, 200000) AS s(x)
        """;

    [Fact]
    public async Task Codes_and_narrow_numbers_arrive_as_they_lie_in_the_table_and_read_as_values()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using RemoteSession session = await server.ConnectAsync();
        await (await session.ExecuteAsync($"CREATE TABLE t AS {Rows}")).DisposeAsync();
        (HashSet<(int, VectorShape)> shapes, List<string> stored) = await ReadAsync(session, "SELECT * FROM t");
        Assert.Contains((1, VectorShape.Dictionary), shapes);
        Assert.Contains((4, VectorShape.Narrow), shapes);
        await using Connection embedded = server.Database.Connect();
        (_, List<string> expected) = await ReadAsync(embedded, Rows);
        Assert.Equal(expected.Order(StringComparer.Ordinal), stored.Order(StringComparer.Ordinal));
    }

    private static async Task<(HashSet<(int, VectorShape)>, List<string>)> ReadAsync(ISession session, string sql)
    {
        HashSet<(int, VectorShape)> shapes = [];
        List<string> rows = [];
        await using QueryResult result = await session.ExecuteAsync(sql);
        while (await result.ReadAsync() is { } batch)
        {
            for (int c = 0; c < batch.ColumnCount; c++) shapes.Add((c, batch.Batch.Columns[c].Shape));
            ReadOnlySpan<int> numbers = batch.GetValues<int>(0), days = batch.GetValues<int>(4);
            for (int r = 0; r < batch.RowCount; r++)
            {
                Assert.Equal(batch.GetInteger(0, r), numbers[r]);
                rows.Add($"{numbers[r]}|{batch.GetValue(1, r)}|{batch.GetValue(2, r)}|{batch.GetValue(3, r)}|"
                    + $"{ValueText.FormatDate(days[r])}|{batch.GetValue(5, r)}");
            }
        }
        return (shapes, rows);
    }
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Formats.Postgres;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats;

/// <summary>Rows that are written a column at a time are those that are written a value at a time.</summary>
public sealed class PostgresRowEncoderTests
{
    // Types with a loop of their own and types without, in shapes that scans give: codes, narrow lanes, constants.
    private const string Rows =
        """
        CREATE TABLE rows AS SELECT
            x::integer AS a, x * 1000000007 AS b, (x % 50)::smallint AS c, (x % 7)::tinyint AS d,
            (x % 200)::utinyint AS e, (x % 60000)::usmallint AS f, (x * 3)::uinteger AS g, x % 3 = 0 AS h,
            x / 7.0::double AS i, (x / 3.0)::real AS j, 'town ' || (x % 11) AS k, repeat('é', (x % 40)::integer) AS l,
            DATE '1999-12-01' + (x % 90)::integer AS m, TIMESTAMP '2000-01-01 12:00:00' + x * INTERVAL '1 minute' AS n,
            TIME '10:00:00' + x * INTERVAL '1 second' AS o, (x / 100.0)::decimal(12, 2) AS p,
            [x, NULL, x + 1] AS q, 'same' AS r, 42::bigint AS s, NULL::varchar AS t,
            CASE WHEN x % 5 <> 0 THEN x::integer END AS u, CASE WHEN x % 9 = 0 THEN 'rare' END AS v,
            CASE WHEN x % 4 = 1 THEN x % 2 = 0 END AS w, ('blob' || x)::blob AS y
        FROM generate_series(1, 5000) AS t(x)
        """;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Columns_and_values_make_the_same_rows(bool isBinary)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
        using Connection connection = database.Connect();
        await connection.RunAsync(Rows);
        await CompareAsync(connection, "SELECT * FROM rows", isBinary, 5_000);
        // Rows of the journal, and columns that an expression makes.
        await CompareAsync(connection, "SELECT a + 1, k, NULL, a::varchar FROM rows WHERE a % 3 = 1", isBinary, 1_667);
        await CompareAsync(
            connection,
            "SELECT CASE WHEN x = 3 THEN 'infinity' ELSE '2020-01-01' END::timestamp FROM generate_series(1, 40) t(x)",
            isBinary, 40);
    }

    [Fact]
    public async Task Large_values_are_written_a_few_rows_at_a_time()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
        using Connection connection = database.Connect();
        string sql = "SELECT repeat('x', 50000) AS t, [repeat('y', 30000)] AS l FROM generate_series(1, 100) AS g(x)";
        await using QueryResult result = await connection.ExecuteAsync(sql);
        using PostgresRowEncoder encoder = new(result.Schema, _ => true, MomentText.Iso);
        using ByteWriter written = new();
        int rows = 0;
        while (await result.ReadAsync() is { } batch)
        {
            encoder.Show(batch.Batch);
            for (int row = 0; row < batch.RowCount;)
            {
                written.Clear();
                row += encoder.Write(written, row, batch.RowCount - row);
                Assert.InRange(written.Length, 80_000, 400_000);
            }
            rows += batch.RowCount;
        }
        Assert.Equal(100, rows);
    }

    private static async Task CompareAsync(Connection connection, string sql, bool isBinary, int rowCount)
    {
        await using QueryResult result = await connection.ExecuteAsync(sql);
        // Every second column the other way, as clients may ask.
        Func<int, bool> isSo = c => c % 4 == 3 ? !isBinary : isBinary;
        using PostgresRowEncoder encoder = new(result.Schema, isSo, MomentText.Iso);
        using ByteWriter fast = new(), slow = new();
        int rows = 0;
        while (await result.ReadAsync() is { } batch)
        {
            fast.Clear();
            slow.Clear();
            encoder.Show(batch.Batch);
            for (int row = 0; row < batch.RowCount;)
                row += encoder.Write(fast, row, Math.Min(700, batch.RowCount - row));
            for (int row = 0; row < batch.RowCount; row++) Write(slow, batch.Batch, row, isSo);
            Assert.True(slow.WrittenSpan.SequenceEqual(fast.WrittenSpan), sql);
            rows += batch.RowCount;
        }
        Assert.Equal(rowCount, rows);
    }

    /// <summary>A row, a value at a time.</summary>
    private static void Write(ByteWriter target, Batch batch, int row, Func<int, bool> isBinary)
    {
        target.WriteByte((byte)'D');
        int start = target.Length;
        target.WriteBigInt32(0);
        target.WriteBigInt16(batch.Columns.Length);
        for (int c = 0; c < batch.Columns.Length; c++)
        {
            if (isBinary(c)) PostgresBinaryFormat.Write(target, batch.Columns[c], row);
            else PostgresTextFormat.Write(target, batch.Columns[c], row, MomentText.Iso);
        }
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(
            target.Written(start, 4), target.Length - start);
    }
}

using System.Data.Common;
using ColFrag.Data;
using Microsoft.Data.Analysis;

namespace ColFrag.Packages.Tests.DataFrames;

/// <summary>Data frames of Microsoft.Data.Analysis, filled from readers of ours and bulk copied back.</summary>
public sealed class DataFrameTests
{
    private const int RowCount = 100_000;

    /// <summary>Every type, each with a NULL in every seventh row.</summary>
    private const string Rows = """
        SELECT i, CASE WHEN i % 7 <> 0 THEN i % 2 = 0 END AS b,
            CASE WHEN i % 7 <> 0 THEN (i % 250 - 125)::TINYINT END AS i1,
            CASE WHEN i % 7 <> 0 THEN (i % 60000 - 30000)::SMALLINT END AS i2,
            CASE WHEN i % 7 <> 0 THEN (i * 7919)::INTEGER END AS i4,
            CASE WHEN i % 7 <> 0 THEN i * 1234567890123 END AS i8,
            CASE WHEN i % 7 <> 0 THEN i::HUGEINT * 1000000007 END AS h,
            CASE WHEN i % 7 <> 0 THEN (i % 200)::UTINYINT END AS u1,
            CASE WHEN i % 7 <> 0 THEN (i % 60000)::USMALLINT END AS u2,
            CASE WHEN i % 7 <> 0 THEN (i * 3)::UINTEGER END AS u4, CASE WHEN i % 7 <> 0 THEN (i * 3)::UBIGINT END AS u8,
            CASE WHEN i % 7 <> 0 THEN (i / 8.0)::DECIMAL(12,3) END AS d,
            CASE WHEN i % 7 <> 0 THEN (i / 3.0)::REAL END AS r,
            CASE WHEN i % 7 <> 0 THEN i / 3.0::DOUBLE END AS f,
            CASE WHEN i % 7 <> 0 THEN DATE '1969-06-01' + (i % 9000)::INTEGER END AS dt,
            CASE WHEN i % 7 <> 0 THEN TIME '00:00:01' + (i || ' milliseconds')::INTERVAL END AS tm,
            CASE WHEN i % 7 <> 0 THEN TIMESTAMP '1960-01-01' + (i || ' minutes')::INTERVAL END AS ts,
            CASE WHEN i % 7 <> 0 THEN TIMESTAMPTZ '1960-01-01 00:00+00' + (i || ' minutes')::INTERVAL END AS tz,
            CASE WHEN i % 7 <> 0 THEN 'word é ' || (i % 50) END AS s,
            CASE WHEN i % 7 <> 0 THEN encode('b' || i) END AS bl,
            CASE WHEN i % 7 <> 0 THEN '{"a": 1}'::JSON END AS j,
            CASE WHEN i % 7 <> 0 THEN (i || ' days')::INTERVAL END AS iv,
            CASE WHEN i % 7 <> 0 THEN '00000000-0000-4000-8000-000000000007'::UUID END AS u,
            CASE WHEN i % 7 <> 0 THEN [i, NULL] END AS l, CASE WHEN i % 7 <> 0 THEN {'x': i} END AS st,
            CASE WHEN i % 7 <> 0 THEN MAP {'k': i} END AS m, NULL AS nothing
        FROM range(100000) t(i) ORDER BY i
        """;

    [Fact]
    public async Task A_data_frame_has_every_value_that_the_reader_gives()
    {
        await using ColFragConnection connection = new("Data Source=:memory:;Clr Types=Basic;Threads=2");
        await connection.OpenAsync();
        await using ColFragCommand command = new(Rows, connection);
        DataFrame frame;
        await using (DbDataReader reader = await command.ExecuteReaderAsync()) frame = await DataFrame.LoadFrom(reader);
        Assert.Equal(RowCount, frame.Rows.Count);

        await using DbDataReader again = await command.ExecuteReaderAsync();
        Assert.Equal(
            Enumerable.Range(0, again.FieldCount).Select(again.GetName), frame.Columns.Select(column => column.Name));
        for (int column = 0; column < again.FieldCount; column++)
            Assert.Equal(again.GetFieldType(column), frame.Columns[column].DataType);
        object[] values = new object[again.FieldCount];
        long nulls = 0;
        for (long row = 0; await again.ReadAsync(); row++)
        {
            again.GetValues(values);
            for (int column = 0; column < values.Length; column++)
            {
                object? expected = values[column] is DBNull ? null : values[column];
                if (expected is null) nulls++;
                object? found = frame.Columns[column][row];
                if (!Equals(expected, found))
                    Assert.Fail($"row {row}, {frame.Columns[column].Name}: {found} instead of {expected}");
            }
        }
        Assert.Equal(nulls, frame.Columns.Sum(column => column.NullCount));
    }

    [Fact]
    public async Task Sums_of_a_data_frame_are_those_of_the_database()
    {
        await using ColFragConnection connection = new("Data Source=:memory:;Clr Types=Basic;Threads=2");
        await connection.OpenAsync();
        await using ColFragCommand command = new(Rows, connection);
        DataFrame frame;
        await using (DbDataReader reader = await command.ExecuteReaderAsync()) frame = await DataFrame.LoadFrom(reader);
        command.CommandText = $"SELECT sum(u8), sum(d), max(dt) FROM ({Rows}) x";
        await using DbDataReader sums = await command.ExecuteReaderAsync();
        Assert.True(await sums.ReadAsync());
        Assert.Equal(sums.GetDecimal(0), Convert.ToDecimal(frame["u8"].Sum(), null));
        Assert.Equal(sums.GetDecimal(1), Convert.ToDecimal(frame["d"].Sum(), null));
        Assert.Equal(sums.GetDateTime(2), frame.Columns.GetDateTimeColumn("dt").Max());
    }
}

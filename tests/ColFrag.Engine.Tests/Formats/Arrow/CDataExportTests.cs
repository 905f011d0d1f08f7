using System.Runtime.InteropServices;
using ColFrag.Engine.Formats.Arrow.CData;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>Results for other libraries by Arrow's C interfaces: what is shared, and for how long it lives.</summary>
public sealed unsafe class CDataExportTests : IDisposable
{
    private const string Rows = """
        SELECT i, CASE WHEN i % 5 <> 1 THEN i::INTEGER END AS n, i % 3 = 0 AS b, i / 4.0::DOUBLE AS d,
            (i / 7.0)::DECIMAL(9,3) AS c, (i * 12345678901234567890.5)::DECIMAL(38,3) AS w, 'text é ' || i AS t,
            CASE WHEN i % 7 <> 2 THEN 'w' || (i % 9) END AS u, DATE '2024-01-01' + (i % 99)::INTEGER AS dt,
            TIMESTAMP '2024-01-01 00:00:00' + (i || ' seconds')::INTERVAL AS ts,
            CASE WHEN i % 4 <> 3 THEN [i, NULL, i + 1] END AS l, {'a': i, 'b': ['x', 'y' || i]} AS s,
            MAP {'k' || i: i} AS m, (i || ' days')::INTERVAL AS iv, (ARRAY['low', 'high'])[i % 2 + 1]::level AS e,
            '\xAB'::BLOB AS z, NULL AS nothing, 42 AS constant
        FROM range(5000) r(i)
        """;

    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
    private readonly Connection _connection;

    public CDataExportTests()
    {
        _connection = _database.Connect();
        _connection.RunAsync("CREATE TYPE level AS ENUM ('low', 'high')").Now();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void Every_type_comes_back_as_it_was()
    {
        CArrowStream stream = Export(Rows);
        using Connection other = _database.Connect();
        other.ImportArrowStream("rows", (nint)(&stream));
        Assert.Equal(
            TextsOf(_connection, $"SELECT x::VARCHAR FROM ({Rows}) x ORDER BY i"),
            TextsOf(other, "SELECT x::VARCHAR FROM rows x ORDER BY i"));
    }

    [Fact]
    public void Numbers_and_validity_are_handed_over_where_they_lie()
    {
        _connection.RunAsync("CREATE TABLE t AS SELECT (i * 7919) % 1000003 * 1000003 AS n FROM range(3000) r(i)")
            .Now();
        QueryResult result = _connection.ExecuteAsync("SELECT CASE WHEN n % 3 <> 0 THEN n * 2 END AS n FROM t").Now();
        ResultBatch batch = result.ReadAsync().Now()!;
        ColumnVector vector = batch.Batch.Columns[0];
        Assert.Equal(VectorShape.Flat, vector.Shape);
        byte* data = vector.Data;
        ulong* validity = vector.Validity;
        CArrowArray array;
        batch.ExportArrow(result.Schema, (nint)(&array));
        CArrowArray* column = array.Children[0];
        Assert.True(column->Buffers[0] == validity && column->Buffers[1] == data);
        Int128 last = vector.GetInteger(batch.RowCount - 1);
        bool isValid = vector.IsValid(batch.RowCount - 1);
        int rows = batch.RowCount;
        long nulls = Enumerable.Range(0, rows).Count(i => !vector.IsValid(i));
        // The rest of the result does not write over rows that were handed out.
        while (result.ReadAsync().Now() is not null)
        {
        }
        result.DisposeAsync().Now();
        Assert.Equal((rows, nulls), (column->Length, column->NullCount));
        Assert.True(!isValid || ((long*)column->Buffers[1])[rows - 1] == (long)last);
        array.Release(&array);
        Assert.True(array.Release is null);
    }

    [Fact]
    public void Arrays_outlive_their_stream_and_the_database()
    {
        long used;
        CArrowArray first, child;
        using (Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 }))
        {
            using Connection connection = database.Connect();
            CArrowStream stream;
            connection.ExecuteAsync("SELECT i * 3 AS i, 't' || i AS t FROM range(100000) r(i)").Now()
                .ExportArrowStream((nint)(&stream));
            Assert.Equal(0, stream.GetNext(&stream, &first));
            // Released long before its end, which stops the statement: the session is free again.
            stream.Release(&stream);
            Assert.True(stream.Release is null);
            Assert.Equal(["1"], TextsOf(connection, "SELECT 1"));
            used = first.Length;
        }
        // A child may be moved out and released after its parent.
        child = *first.Children[1];
        first.Children[1]->Release = null;
        Assert.Equal(3, ((long*)first.Children[0]->Buffers[1])[1]);
        first.Release(&first);
        int* offsets = (int*)child.Buffers[1];
        Assert.Equal("t7", Marshal.PtrToStringUTF8((nint)child.Buffers[2] + offsets[7], offsets[8] - offsets[7]));
        Assert.Equal(used, child.Length);
        child.Release(&child);
        Assert.True(child.Release is null);
    }

    [Fact]
    public void An_error_in_the_middle_is_a_number_and_a_text()
    {
        CArrowStream stream = Export("SELECT 10 / (4000 - i) FROM range(5000) r(i)");
        CArrowArray array;
        int error;
        do
        {
            error = stream.GetNext(&stream, &array);
            if (error == 0) array.Release(&array);
        }
        while (error == 0);
        Assert.NotEqual(0, error);
        Assert.Contains("zero", Marshal.PtrToStringUTF8((nint)stream.GetLastError(&stream)), StringComparison.Ordinal);
        stream.Release(&stream);
        Assert.Equal(["1"], TextsOf(_connection, "SELECT 1"));
    }

    [Fact]
    public void Buffers_are_freed_when_the_last_array_is_released()
    {
        long before = _database.MemoryUsedBytes;
        CArrowStream stream = Export("SELECT i, i * 2 AS j FROM range(200000) r(i) ORDER BY i DESC");
        List<CArrowArray> arrays = [];
        while (true)
        {
            CArrowArray array;
            Assert.Equal(0, stream.GetNext(&stream, &array));
            if (array.Release is null) break;
            arrays.Add(array);
        }
        stream.Release(&stream);
        Assert.Equal(200_000, arrays.Sum(a => a.Length));
        foreach (CArrowArray taken in arrays)
        {
            CArrowArray array = taken;
            array.Release(&array);
        }
        Assert.InRange(_database.MemoryUsedBytes, 0, before + (1 << 20));
    }

    private CArrowStream Export(string sql)
    {
        CArrowStream stream;
        _connection.ExecuteAsync(sql).Now().ExportArrowStream((nint)(&stream));
        return stream;
    }

    private static List<string> TextsOf(Connection connection, string sql) =>
        [.. connection.QueryAsync(sql).Now().Select(row => row[0].ToString())];
}

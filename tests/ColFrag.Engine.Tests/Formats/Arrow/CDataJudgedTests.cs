using ColFrag.Engine.Formats.Arrow.CData;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>Arrow's C interfaces between ColFrag and DuckDB in one process, both ways.</summary>
public sealed unsafe class CDataJudgedTests
{
    private const string Rows = """
        SELECT i, CASE WHEN i % 5 <> 1 THEN i::INTEGER END AS n, i % 3 = 0 AS b, i / 4.0::DOUBLE AS d,
            (i / 7.0)::DECIMAL(9,3) AS c, (i * 1000000007)::DECIMAL(38,3) AS w, 'text é ' || i AS t,
            CASE WHEN i % 7 <> 2 THEN 'w' || (i % 9) END AS u, DATE '2024-01-01' + (i % 99)::INTEGER AS dt,
            TIMESTAMP '2024-01-01 00:00:00' + (i || ' seconds')::INTERVAL AS ts,
            CASE WHEN i % 4 <> 3 THEN [i, NULL, i + 1] END AS l, {'a': i, 'b': ['x', 'y' || i]} AS s,
            MAP {'k' || i: i} AS m
        FROM range(5000) r(i)
        """;

    private const string Digest =
        "SELECT md5(string_agg(concat_ws('|', i, n, b, d, c, w, t, u, dt, ts, l, s, m), chr(10) ORDER BY i)) FROM ";

    [JudgedFact(Judge.DuckDb)]
    public void DuckDB_reads_the_rows_that_we_export()
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        using DuckDbArrow duck = new();
        CArrowStream stream;
        connection.ExecuteAsync(Rows).Now().ExportArrowStream((nint)(&stream));
        duck.Scan("ours", &stream);
        string theirs = duck.Text($"{Digest} ({Rows})");
        Assert.Equal(theirs, duck.Text($"{Digest} ours"));
        if (stream.Release is not null) stream.Release(&stream);
        Assert.Equal(["1"], connection.QueryAsync("SELECT 1").Now().Select(r => r[0].ToString()));
    }

    [JudgedTheory(Judge.DuckDb)]
    [InlineData("SELECT 1")]
    [InlineData(
        "SET produce_arrow_string_view = true; SET arrow_output_version = '1.5'; SET arrow_output_list_view = true")]
    [InlineData("SET arrow_large_buffer_size = true")]
    public void We_read_the_rows_that_DuckDB_exports(string settings)
    {
        using Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
        using Connection connection = database.Connect();
        connection.RunAsync($"CREATE TABLE t AS {Rows} LIMIT 0").Now();
        using DuckDbArrow duck = new();
        duck.Text("CREATE TYPE word AS ENUM ('w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8')");
        foreach (string setting in settings.Split("; ")) duck.Text(setting);
        // An ENUM travels as codes of a dictionary.
        duck.Query($"SELECT * REPLACE (u::word AS u) FROM ({Rows})", (schema, array) =>
        {
            connection.ImportArrowArray("theirs", schema, array);
            connection.RunAsync("INSERT INTO t SELECT * FROM theirs").Now();
            connection.DropArrow("theirs");
        });
        Assert.Equal(Texts($"({Rows})"), Texts("t"));

        List<string> Texts(string from) =>
        [
            .. connection.QueryAsync($"SELECT x::VARCHAR FROM {from} x ORDER BY i").Now()
                .Select(row => row[0].ToString()),
        ];
    }
}

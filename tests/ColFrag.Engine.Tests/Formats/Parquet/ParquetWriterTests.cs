using System.Globalization;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Parquet;
using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Parquet;

/// <summary>Files that we write: read back equal by us, and by three other implementations.</summary>
public sealed class ParquetWriterTests
{
    /// <summary>Every type, with NULLs, over i from 0.</summary>
    private const string AllTypes = """
        CASE WHEN i % 7 = 3 THEN NULL ELSE i % 2 = 0 END AS b, (i % 250 - 125)::TINYINT AS i1,
        (i % 60000 - 30000)::SMALLINT AS i2, CASE WHEN i % 5 <> 1 THEN i * 7919 - 5000000 END::INTEGER AS i4,
        i * 1234567890123 AS i8, (i % 200)::UTINYINT AS u1, (i % 60000)::USMALLINT AS u2, (i * 3)::UINTEGER AS u4,
        (i * 3)::UBIGINT AS u8, (i / 7.0)::DECIMAL(9,3) AS d9,
        CASE WHEN i % 11 <> 4 THEN (i * 1000003)::DECIMAL(18,4) END AS d18,
        (i::DECIMAL(38,5) * 98765432109876 - 4) AS d38,
        (i / 3.0)::REAL AS r, i / 3.0::DOUBLE AS f, DATE '1969-06-01' + (i % 1000)::INTEGER AS dt,
        TIMESTAMP '1960-01-01 00:00:00.123456' + (i || ' hours')::INTERVAL AS ts,
        ('1999-12-31 23:59:59+00'::TIMESTAMPTZ + (i || ' minutes')::INTERVAL) AS tz,
        CASE WHEN i % 13 <> 6 THEN 'word ' || (i % 50) END AS s, 'unique é ' || i AS su,
        repeat('x', (i % 40)::INTEGER) AS sl, NULL::INTEGER AS nothing
        """;

    public static TheoryData<string> Options => new()
    {
        "compression zstd", "compression snappy", "compression gzip", "compression brotli", "compression lz4_raw",
        "compression uncompressed", "row_group_size 2048", "compression zstd, compression_level 9, bloom_filters false",
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Every_type_reads_back_equal(string options)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        string query = $"SELECT {AllTypes} FROM range(5000) t(i)";
        Assert.Equal(5000, await folder.RunAsync($"COPY ({query}) TO '{path}' (FORMAT parquet, {options})"));
        Assert.Equal(
            (await folder.RowsAsync(query)).Order(StringComparer.Ordinal),
            (await folder.RowsAsync($"SELECT * FROM '{path}'")).Order(StringComparer.Ordinal));
    }

    [JudgedTheory(Judge.DuckDb)]
    [MemberData(nameof(Options))]
    public async Task DuckDB_reads_the_same_rows(string options)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync(
            $"COPY (SELECT {AllTypes} FROM range(5000) t(i)) TO '{path}' (FORMAT parquet, {options})");
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        peer.Execute("SET TimeZone = 'UTC'");
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), new SourceContext());
        string columns = string.Join(", ", source.Schema.Fields.Select(f => $"\"{f.Name}\"::VARCHAR"));
        string?[][] theirs = peer.Run($"SELECT {columns} FROM read_parquet('{path}')").Rows;
        string[][] ours = [.. FormatsKit.Rows(source).Select(row => row.Split('|'))];
        Assert.Equal(ours.Length, theirs.Length);
        for (int row = 0; row < ours.Length; row++)
        {
            for (int column = 0; column < source.Schema.Count; column++)
            {
                string wanted = theirs[row][column] ?? "∅", found = ours[row][column];
                bool isSame = wanted == found || (source.Schema[column].Type.IsFloat &&
                    double.Parse(wanted, CultureInfo.InvariantCulture)
                        .Equals(double.Parse(found, CultureInfo.InvariantCulture)));
                Assert.True(isSame, $"row {row}, {source.Schema[column].Name}: {found}, DuckDB {wanted}");
            }
        }
    }

    [JudgedFact(Judge.DuckDb)]
    public async Task DuckDB_finds_bounds_pages_and_bloom_filters_where_they_are()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync(
            "COPY (SELECT i, 'k' || (i % 1000) AS k, CASE WHEN i % 2 = 0 THEN i % 77 END AS n FROM range(300000) t(i)) " +
            $"TO '{path}' (FORMAT parquet)");
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        Assert.Equal(
            [["122880", "0", "122879", "0"], ["122880", "122880", "245759", "0"], ["54240", "245760", "299999", "0"]],
            peer.Run(
                "SELECT row_group_num_rows::VARCHAR, stats_min_value, stats_max_value, stats_null_count::VARCHAR " +
                $"FROM parquet_metadata('{path}') WHERE path_in_schema = 'i' ORDER BY row_group_id").Rows);
        // A key that is there passes every filter; of those that are not, about one in a hundred does.
        Assert.Equal(
            [["0"]],
            peer.Run(
                $"SELECT count(*) FILTER (bloom_filter_excludes)::VARCHAR FROM parquet_bloom_probe('{path}', 'k', 'k7')").Rows);
        int excluded = 0;
        for (int i = 0; i < 20; i++)
        {
            excluded += int.Parse(
                peer.Run(
                    "SELECT count(*) FILTER (bloom_filter_excludes)::VARCHAR " +
                    $"FROM parquet_bloom_probe('{path}', 'k', 'absent{i}')").Rows[0][0]!,
                CultureInfo.InvariantCulture);
        }
        Assert.InRange(excluded, 50, 60);
        Assert.Equal(
            [["300000", "150000"]], peer.Run($"SELECT count(i)::VARCHAR, count(n)::VARCHAR FROM '{path}'").Rows);
        Assert.Equal([["1"]], peer.Run($"SELECT count(*)::VARCHAR FROM '{path}' WHERE i = 250000").Rows);
    }

    [JudgedFact(Judge.DuckDb, Judge.Hyparquet, Judge.ParquetWasm, Judge.ApacheArrow)]
    public async Task Two_others_read_the_same_rows()
    {
        await using LoadFolder folder = new();
        const string Query = """
            SELECT i::INTEGER AS i, (i * 1234567)::VARCHAR AS big, i / 4.0::DOUBLE AS d, 'text é ' || i AS t,
                CASE WHEN i % 5 <> 2 THEN 'w' || (i % 9) END AS w, i % 3 = 0 AS b, i * i AS l FROM range(5000) t(i)
            """;
        await folder.RunAsync($"COPY ({Query}) TO '{folder.PathOf("rows.jsonl")}' (FORMAT json)");
        List<string> files = [];
        foreach (string codec in (string[])["zstd", "snappy", "gzip", "uncompressed"])
        {
            files.Add(folder.PathOf($"{codec}.parquet"));
            await folder.RunAsync(
                $"COPY ({Query}) TO '{files[^1]}' (FORMAT parquet, compression {codec}, row_group_size 2048)");
        }
        string[] lines = Judge.RunNode("formats/read-parquet.mjs", [folder.PathOf("rows.jsonl"), .. files])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(files.SelectMany(_ => (string[])["hyparquet 5000 same", "parquet-wasm 5000 same"]), lines);
    }

    [Fact]
    public async Task Old_encodings_small_groups_and_remarks_are_written_where_they_are_wanted()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync(
            "COPY (SELECT i, i * 1.5::DOUBLE AS d, concat('text ', i) AS t FROM range(100000) r(i)) " +
            $"TO '{path}' (parquet_version 'V1', row_group_size_bytes '1MB', " +
            "kv_metadata {maker: 'tests', note: 'ä'})");
        Assert.Equal(
            ["RLE, PLAIN"],
            await folder.RowsAsync($"SELECT DISTINCT encodings FROM parquet_metadata('{path}')"));
        Assert.Equal(
            ["true"], await folder.RowsAsync($"SELECT num_row_groups > 2 FROM parquet_file_metadata('{path}')"));
        Assert.Equal(
            ["maker|tests", "note|ä"],
            await folder.RowsAsync(
                $"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{path}') ORDER BY 1"));
        Assert.Equal(
            ["100000|4999950000|7499925000|99999"],
            await folder.RowsAsync($"SELECT count(*), sum(i), sum(d), count(DISTINCT t) - 1 FROM '{path}'"));
    }

    [Fact]
    public async Task A_value_before_the_first_row_is_damage_and_not_lost()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync($"COPY (SELECT [i, i] AS x FROM range(8) r(i)) TO '{path}' (compression uncompressed)");
        byte[] bytes = await File.ReadAllBytesAsync(path);
        // Repetition levels 0 1 0 1 …, in two groups of eight bits; now 1 0 1 0 …
        int at = bytes.AsSpan().IndexOf<byte>([0x05, 0xAA, 0xAA]);
        Assert.True(at > 0);
        bytes[at + 1] = bytes[at + 2] = 0x55;
        await File.WriteAllBytesAsync(path, bytes);
        CorruptDataException error = await Assert.ThrowsAsync<CorruptDataException>(
            () => folder.RowsAsync($"SELECT x FROM read_parquet('{path}', verify_checksums = false)"));
        Assert.Contains("first repetition level of column x", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_number_of_more_digits_than_the_format_has_is_refused()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        ColFragException error = await folder.FailsAsync(
            $"COPY (SELECT '170141183460469231731687303715884105727'::HUGEINT AS h) TO '{path}'");
        Assert.Equal(SqlStates.NumericOutOfRange, error.SqlState);
        Assert.False(File.Exists(path));
        Assert.Contains("zstd", (await folder.FailsAsync($"COPY (SELECT 1) TO '{path}' (compression lzo)")).Hint,
            StringComparison.Ordinal);
    }

    [JudgedFact(Judge.DuckDb)]
    public async Task Nested_and_rare_types_read_back_equal_here_and_in_DuckDB()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("n.parquet");
        await NestedRows.WriteAsync(FileFormat.Parquet, path, 3000);
        using ITableSource source = ParquetSource.Open([path], new ParquetOptions(), new SourceContext());
        List<string> found = FormatsKit.Rows(source);
        Assert.Equal(NestedRows.Texts(3000), found);
        using DuckDbPeer peer = DuckDbPeer.Start(threads: 1);
        string columns = string.Join(
            ", ", source.Schema.Fields.Where(f => f.Type.Kind != TypeKind.Blob).Select(f => $"{f.Name}::VARCHAR"));
        string?[][] theirs = peer.Run($"SELECT {columns} FROM read_parquet('{path}')").Rows;
        Assert.Equal(
            found.Select(row => string.Join('|', row.Split('|')[..^1])),
            theirs.Select(row => string.Join('|', row.Select(v => v ?? "∅"))));
    }

    [Fact]
    public async Task No_rows_are_a_file_too()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        Assert.Equal(0, await folder.RunAsync($"COPY (SELECT 1 AS a, 'x' AS b WHERE false) TO '{path}'"));
        Assert.Empty(await folder.RowsAsync($"SELECT * FROM '{path}'"));
    }
}

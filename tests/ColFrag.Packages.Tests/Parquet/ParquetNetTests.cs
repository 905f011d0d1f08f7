using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Packages.Tests.Support;
using Parquet;
using Parquet.Schema;
using Parquet.Serialization;

namespace ColFrag.Packages.Tests.Parquet;

/// <summary>Parquet files between ColFrag and Parquet.Net, both ways.</summary>
public sealed class ParquetNetTests
{
    /// <summary>Columns with parts; the package's untyped rows lose empty lists and NULLs in lists.</summary>
    private const string Nested = """
        CASE WHEN i % 9 = 4 THEN NULL ELSE [i::INTEGER, 3] END AS l, [['a' || i, 'c'], ['b']] AS ll,
        CASE WHEN i % 8 = 2 THEN NULL ELSE {'x': i, 'y': CASE WHEN i % 3 = 1 THEN NULL ELSE 'y' || (i % 5) END,
            'z': [i, 7]} END AS st,
        CASE WHEN i % 6 = 3 THEN NULL ELSE MAP {'k' || i: i, 'm': NULL} END AS m
        """;

    private static readonly string s_query = SampleRows.Of(SampleRows.Flat, Nested);

    public static TheoryData<string> Options => new()
    {
        "compression zstd", "compression snappy", "compression gzip", "compression brotli", "compression lz4_raw",
        "compression uncompressed", "row_group_size 2048", "compression zstd, bloom_filters false",
    };

    public static TheoryData<CompressionMethod> Codecs => new()
    {
        CompressionMethod.None, CompressionMethod.Snappy, CompressionMethod.Gzip, CompressionMethod.Brotli,
        CompressionMethod.Zstd, CompressionMethod.Lz4Raw,
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task The_package_reads_every_type_of_the_old_encodings(string options)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync($"COPY ({s_query}) TO '{path}' (parquet_version 'V1', {options})");
        SameRows.Check(await PlainText.RowsAsync(folder.Connection, s_query), await RowsAsync(path));
    }

    [Fact]
    public async Task The_package_reads_the_new_encodings_but_differences_of_days_moments_decimals_and_bytes()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.parquet");
        // Of texts that share a beginning with the one before (DELTA_BYTE_ARRAY), it gives wrong ones.
        string query = $"SELECT * EXCLUDE (i1, u1, d9, d18, dt, ts, tz, su) FROM ({s_query}) x";
        await folder.RunAsync($"COPY ({query}) TO '{path}'");
        SameRows.Check(await PlainText.RowsAsync(folder.Connection, query), await RowsAsync(path));
        foreach (string column in (string[])["i1", "u1", "d9", "d18", "dt", "ts", "tz"])
        {
            await folder.RunAsync($"COPY (SELECT {column} FROM ({s_query}) x) TO '{path}'");
            Assert.Contains(
                "DELTA_BINARY_PACKED",
                (await folder.RowsAsync($"SELECT encodings FROM parquet_metadata('{path}')"))[0],
                StringComparison.Ordinal);
            Exception error = await Assert.ThrowsAnyAsync<Exception>(() => RowsAsync(path));
            Assert.Contains("DELTA_BINARY_PACKED", error.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task We_read_every_type_and_codec_that_the_package_writes(CompressionMethod codec)
    {
        await using LoadFolder folder = new();
        string ours = folder.PathOf("ours.parquet"), theirs = folder.PathOf("theirs.parquet");
        // Its untyped rows cannot be written with blobs.
        string query = $"SELECT * EXCLUDE bl FROM ({s_query}) x";
        await folder.RunAsync($"COPY ({query}) TO '{ours}' (parquet_version 'V1')");
        ParquetSchema schema;
        List<IDictionary<string, object?>> rows;
        await using (FileStream file = File.OpenRead(ours))
        {
            // Not as BigDecimal: those of 32 and 64 bits it writes with the wrong byte first.
            var read = await ParquetSerializer.DeserializeUntypedAsync(file);
            (schema, rows) = (read.Schema, [.. read.Data.Cast<IDictionary<string, object?>>()]);
        }
        await using (FileStream file = File.Create(theirs))
        {
            await ParquetSerializer.SerializeUntypedAsync(
                rows, schema, file, new ParquetOptions { CompressionMethod = codec, RowGroupSize = 2_000 });
        }
        SameRows.Check(
            await PlainText.RowsAsync(folder.Connection, query),
            await PlainText.RowsAsync(folder.Connection, $"SELECT * FROM '{theirs}'"));
    }

    // Rows that can be written again have texts and bytes as such.
    static ParquetNetTests() => ParquetOptions.PreferUntypedByteArray = ParquetOptions.PreferUntypedString = true;

    private static async Task<List<string>> RowsAsync(string path)
    {
        await using FileStream file = File.OpenRead(path);
        var read = await ParquetSerializer.DeserializeUntypedAsync(file, new ParquetOptions { UseBigDecimal = true });
        IEnumerable<IDictionary<string, object?>> rows = read.Data.Cast<IDictionary<string, object?>>();
        return [.. ParquetNetRows.Of(rows, [.. read.Schema.Fields.Select(ShapeOf)])];
    }

    private static ColumnShape ShapeOf(Field field) => field switch
    {
        DecimalDataField d => new(field.Name, d.Scale, false, []),
        StructField s => new(field.Name, 0, false, [.. s.Fields.Select(ShapeOf)]),
        ListField l => new(field.Name, 0, false, [ShapeOf(l.Item)]),
        MapField m => new(field.Name, 0, false, [ShapeOf(m.Key), ShapeOf(m.Value)]),
        DateTimeDataField t => new(field.Name, 0, t.DateTimeFormat == DateTimeFormat.Date, []),
        _ => new(field.Name, 0, false, []),
    };
}

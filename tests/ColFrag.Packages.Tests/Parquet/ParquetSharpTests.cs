using Apache.Arrow.Ipc;
using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Packages.Tests.Arrow;
using ColFrag.Packages.Tests.Support;
using ParquetSharp;
using ParquetSharp.Arrow;

namespace ColFrag.Packages.Tests.Parquet;

/// <summary>Parquet files between ColFrag and ParquetSharp, which is Apache's C++ implementation, both ways.</summary>
public sealed class ParquetSharpTests
{
    private const string MoreTypes = """
        [i, i + 1, i + 2]::INTEGER[3] AS a3, (ARRAY['low', 'high'])[i % 2 + 1]::level AS e,
        (TIMESTAMP '1999-12-31 23:59:59' + (i || ' minutes')::INTERVAL)::TIMESTAMP_MS AS tms,
        (TIMESTAMP '1999-12-31 23:59:59' + (i || ' minutes')::INTERVAL)::TIMESTAMP_NS AS tns
        """;

    private static readonly string s_query = SampleRows.Of(SampleRows.Flat, SampleRows.Nested, MoreTypes);

    public static TheoryData<string> Options => new()
    {
        "compression zstd", "compression snappy", "compression gzip", "compression brotli", "compression lz4_raw",
        "compression uncompressed", "row_group_size 2048", "parquet_version 'V1'",
        "compression zstd, compression_level 9, bloom_filters false",
    };

    public static TheoryData<Compression> Codecs => new()
    {
        Compression.Uncompressed, Compression.Snappy, Compression.Gzip, Compression.Brotli, Compression.Lz4,
        Compression.Zstd,
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task The_package_reads_every_type_that_we_write(string options)
    {
        await using LoadFolder folder = new();
        await folder.RunAsync(SampleRows.Types);
        string path = folder.PathOf("t.parquet");
        await folder.RunAsync($"COPY ({s_query}) TO '{path}' (FORMAT parquet, {options})");
        using FileReader reader = new(path);
        using IArrowArrayStream rows = reader.GetRecordBatchReader();
        SameRows.Check(
            await PlainText.RowsAsync(folder.Connection, s_query),
            await ArrowRows.OfAsync(rows));
    }

    [Theory]
    [MemberData(nameof(Codecs))]
    public async Task We_read_every_type_and_codec_that_the_package_writes(Compression codec)
    {
        using WriterPropertiesBuilder builder = new();
        await AssertReadsAsync(builder.Compression(codec));
    }

    [Theory]
    [InlineData(ParquetVersion.PARQUET_1_0)]
    [InlineData(ParquetVersion.PARQUET_2_4)]
    [InlineData(ParquetVersion.PARQUET_2_6)]
    public async Task We_read_every_version_and_encoding_that_the_package_writes(ParquetVersion version)
    {
        using WriterPropertiesBuilder plain = new();
        await AssertReadsAsync(plain.Version(version).DisableDictionary());
        using WriterPropertiesBuilder small = new();
        await AssertReadsAsync(small.Version(version).DictionaryPagesizeLimit(1_000).DataPagesize(2_000));
        using WriterPropertiesBuilder encoded = new();
        encoded.Version(version).DisableDictionary();
        foreach (string integer in (string[])["i", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "dt", "ts", "tz"])
            encoded.Encoding(integer, Encoding.DeltaBinaryPacked);
        encoded.Encoding("s", Encoding.DeltaLengthByteArray).Encoding("su", Encoding.DeltaByteArray);
        encoded.Encoding("bl", Encoding.DeltaByteArray).Encoding("u", Encoding.ByteStreamSplit);
        encoded.Encoding("r", Encoding.ByteStreamSplit).Encoding("f", Encoding.ByteStreamSplit);
        encoded.Encoding("d38", Encoding.ByteStreamSplit).Encoding("tm", Encoding.ByteStreamSplit);
        encoded.Encoding("b", Encoding.Rle);
        await AssertReadsAsync(encoded);
    }

    private static async Task AssertReadsAsync(WriterPropertiesBuilder builder)
    {
        await using LoadFolder folder = new();
        await folder.RunAsync(SampleRows.Types);
        string ours = folder.PathOf("ours.parquet"), theirs = folder.PathOf("theirs.parquet");
        await folder.RunAsync($"COPY ({s_query}) TO '{ours}' (row_group_size 2048)");
        using (FileReader reader = new(ours))
        using (IArrowArrayStream rows = reader.GetRecordBatchReader())
        using (WriterProperties properties = builder.Build())
        using (FileWriter writer = new(theirs, rows.Schema, properties))
        {
            while (await rows.ReadNextRecordBatchAsync() is { } batch)
            {
                using (batch) writer.WriteRecordBatch(batch);
            }
            writer.Close();
        }
        SameRows.Check(
            await PlainText.RowsAsync(folder.Connection, s_query),
            await PlainText.RowsAsync(folder.Connection, $"SELECT * FROM '{theirs}'"));
    }
}

using Apache.Arrow;
using Apache.Arrow.Compression;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ColFrag.Engine.Tests.Sessions.Loading;
using ColFrag.Packages.Tests.Support;

namespace ColFrag.Packages.Tests.Arrow;

/// <summary>Arrow IPC files and streams between ColFrag and Apache.Arrow for .NET, both ways.</summary>
public sealed class ArrowFilesTests
{
    private static readonly string s_query = SampleRows.Of(SampleRows.Flat, SampleRows.Nested, SampleRows.Rare);

    public static TheoryData<string> Options => new()
    {
        "stream false", "stream true", "compression lz4", "compression zstd, stream true", "row_group_size 1000",
        "compression lz4, stream true, row_group_size 700", "hugeint 'decimal256'",
    };

    public static TheoryData<bool, CompressionCodecType?> Writers => new()
    {
        { true, null }, { false, null }, { true, CompressionCodecType.Lz4Frame }, { false, CompressionCodecType.Zstd },
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task The_package_reads_every_type_that_we_write(string options)
    {
        await using LoadFolder folder = new();
        await folder.RunAsync(SampleRows.Types);
        string path = folder.PathOf("t.arrow");
        Assert.Equal(
            SampleRows.Count, await folder.RunAsync($"COPY ({s_query}) TO '{path}' (FORMAT arrow, {options})"));
        using ArrowStreamReader reader = Open(path);
        SameRows.Check(
            await PlainText.RowsAsync(folder.Connection, s_query), await ArrowRows.OfAsync(reader));
    }

    [Fact]
    public async Task Types_are_named_as_the_package_names_them()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.arrow");
        await folder.RunAsync($$"""
            COPY (SELECT 1::DECIMAL(9,3) AS d, 1::HUGEINT AS h, now() AS tz, now()::TIMESTAMP AS ts,
                now()::TIMESTAMP_S AS s, now()::TIMESTAMP_NS AS ns, TIME '01:02:03' AS tm, 'x'::BLOB AS bl,
                gen_random_uuid() AS u, [1] AS l, {'a': 1} AS st, MAP {'k': 1} AS m) TO '{{path}}'
            """);
        using ArrowStreamReader reader = Open(path);
        Dictionary<string, IArrowType> types =
            reader.Schema.FieldsList.ToDictionary(f => f.Name, f => f.DataType, StringComparer.Ordinal);
        Assert.Equal((9, 3), types["d"] is Decimal128Type d ? (d.Precision, d.Scale) : default);
        Assert.Equal((38, 0), types["h"] is Decimal128Type h ? (h.Precision, h.Scale) : default);
        Assert.Equal((TimeUnit.Microsecond, "UTC"), types["tz"] is TimestampType tz ? (tz.Unit, tz.Timezone) : default);
        Assert.True(types["ts"] is TimestampType { Unit: TimeUnit.Microsecond, Timezone: null or "" });
        Assert.True(types["s"] is TimestampType { Unit: TimeUnit.Second });
        Assert.True(types["ns"] is TimestampType { Unit: TimeUnit.Nanosecond });
        Assert.True(types["tm"] is Time64Type { Unit: TimeUnit.Microsecond });
        Assert.IsType<BinaryType>(types["bl"]);
        Assert.Equal("arrow.uuid", reader.Schema.GetFieldByName("u").Metadata["ARROW:extension:name"]);
        Assert.IsType<ListType>(types["l"]);
        Assert.IsType<StructType>(types["st"]);
        Assert.IsType<MapType>(types["m"]);
    }

    [Theory]
    [MemberData(nameof(Writers))]
    public async Task We_read_every_type_that_the_package_writes(bool isFile, CompressionCodecType? codec)
    {
        await using LoadFolder folder = new();
        await folder.RunAsync(SampleRows.Types);
        string ours = folder.PathOf("ours.arrow"), theirs = folder.PathOf(isFile ? "t.arrow" : "t.arrows");
        await folder.RunAsync($"COPY ({s_query}) TO '{ours}' (row_group_size 1500)");
        using (ArrowStreamReader reader = Open(ours)) await WriteAsync(reader, theirs, isFile, codec);
        SameRows.Check(
            await PlainText.RowsAsync(folder.Connection, s_query),
            await PlainText.RowsAsync(folder.Connection, $"SELECT * FROM '{theirs}'"));
    }

    [Fact]
    public async Task Types_that_only_the_package_writes_are_read()
    {
        (string Name, IArrowArray Array, string[] Rows)[] columns =
        [
            ("date64", new Date64Array.Builder().Append(new DateTime(2024, 2, 29)).AppendNull().Build(),
                ["2024-02-29", "NULL"]),
            ("time_s", new Time32Array.Builder(TimeUnit.Second).Append(3_723).AppendNull().Build(),
                ["01:02:03", "NULL"]),
            ("time_ms", new Time32Array.Builder(TimeUnit.Millisecond).Append(3_723_500).Append(0).Build(),
                ["01:02:03.5", "00:00:00"]),
            ("time_ns", new Time64Array.Builder(TimeUnit.Nanosecond).Append(3_723_000_001_000).AppendNull().Build(),
                ["01:02:03.000001", "NULL"]),
            ("half", new HalfFloatArray.Builder().Append((Half)1.5f).Append((Half)(-2)).Build(), ["1.5", "-2"]),
            ("decimal256",
                new Decimal256Array.Builder(new Decimal256Type(60, 2)).Append(123.45m).AppendNull().Build(),
                ["123.45", "NULL"]),
            ("zoned", new TimestampArray.Builder(TimeUnit.Millisecond, "+02:00")
                .Append(new DateTimeOffset(2024, 1, 2, 3, 4, 5, TimeSpan.Zero)).AppendNull().Build(),
                ["2024-01-02 03:04:05+00", "NULL"]),
            ("view", new StringViewArray.Builder().Append("short").Append("a text of more than twelve bytes").Build(),
                ["short", "a text of more than twelve bytes"]),
            ("bytes", new BinaryViewArray.Builder().Append([1, 2, 255]).AppendNull().Build(), [@"\x0102ff", "NULL"]),
            ("coded", new DictionaryArray(
                new DictionaryType(Int8Type.Default, StringType.Default, false),
                new Int8Array.Builder().Append(1).AppendNull().Build(),
                new StringArray.Builder().Append("zero").Append("one").Build()), ["one", "NULL"]),
        ];
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.arrow");
        Schema schema = new([.. columns.Select(c => new Field(c.Name, c.Array.Data.DataType, true))], []);
        using RecordBatch batch = new(schema, columns.Select(c => c.Array), 2);
        await using (FileStream file = File.Create(path))
        using (ArrowFileWriter writer = new(file, schema))
        {
            await writer.WriteRecordBatchAsync(batch);
            await writer.WriteEndAsync();
        }
        foreach ((string name, _, string[] rows) in columns)
            Assert.Equal(rows, await folder.RowsAsync($"SELECT {name} FROM '{path}'"));
    }

    /// <summary>A file or a stream; the name does not matter.</summary>
    private static ArrowStreamReader Open(string path)
    {
        FileStream file = File.OpenRead(path);
        Span<byte> start = stackalloc byte[6];
        file.ReadExactly(start);
        file.Position = 0;
        return start.SequenceEqual("ARROW1"u8)
            ? new ArrowFileReader(file, new CompressionCodecFactory())
            : new ArrowStreamReader(file, new CompressionCodecFactory());
    }

    private static async Task WriteAsync(
        ArrowStreamReader reader, string path, bool isFile, CompressionCodecType? codec)
    {
        IpcOptions options = new();
        if (codec is not null)
            options = new() { CompressionCodec = codec, CompressionCodecFactory = new CompressionCodecFactory() };
        await using FileStream file = File.Create(path);
        using ArrowStreamWriter writer = isFile
            ? new ArrowFileWriter(file, reader.Schema, leaveOpen: true, options)
            : new ArrowStreamWriter(file, reader.Schema, leaveOpen: true, options);
        while (await reader.ReadNextRecordBatchAsync() is { } batch)
        {
            using (batch) await writer.WriteRecordBatchAsync(batch);
        }
        await writer.WriteEndAsync();
    }
}

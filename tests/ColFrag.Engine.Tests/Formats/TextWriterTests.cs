using System.Text;
using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats;

/// <summary>CSV and JSON that we write.</summary>
public sealed class TextWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("colfrag-writer").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly Schema s_schema = new(
        new Field("i", LogicalType.Integer), new Field("t", LogicalType.Varchar),
        new Field("d", LogicalType.Decimal(9, 2)),
        new Field("f", LogicalType.Double), new Field("dt", LogicalType.Date), new Field("ts", LogicalType.Timestamp),
        new Field("b", LogicalType.Boolean), new Field("bl", LogicalType.Blob));

    private static readonly string?[][] s_rows =
    [
        ["1", "plain", "12.50", "0.1", "2024-02-29", "2024-02-29 12:34:56.5", "true", "\\x00ff"],
        ["-2147483648", "a,b", "-0.07", "1e+300", "0001-01-01", "1969-12-31 23:59:59.999999", "false", "\\x"],
        [null, null, null, null, null, null, null, null],
        ["0", "", "0.00", "-0", "9999-12-31", "1970-01-01 00:00:00", "true", "\\x0a"],
        ["7", "say \"hi\"\nand, \\ bye\r", "9999999.99", "123456789.125", "1600-02-29", "0001-01-01 00:00:00", "false",
            "\\x22"],
        ["8", " space ", "0.10", "5e-324", "1970-01-01", "2262-04-11 23:47:16.854775", "true", "\\x2c"],
        ["9", "#comment é 😀", "1.00", "1e+15", "1970-01-02", "2024-01-01 00:00:00.1", "true", "\\x61"],
    ];

    [Fact]
    public async Task Csv_reads_back_the_same()
    {
        using Batch batch = BatchOf(s_schema, s_rows);
        byte[] text = await Write(FileFormat.Csv, s_schema, batch);
        SourceContext context = FormatsKit.ContextOf(text) with { Target = s_schema };
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context);
        Assert.Equal(s_rows.Select(r => string.Join('|', r.Select(v => v ?? "∅"))), FormatsKit.Rows(source));
    }

    [Fact]
    public async Task Csv_options_do_what_they_say()
    {
        Schema schema = new(new Field("a b", LogicalType.Integer), new Field("c", LogicalType.Varchar));
        using Batch batch = BatchOf(schema, [["1", "x;y"], [null, "NA"], ["2", null]]);
        Assert.Equal("a b,c\n1,x;y\n,NA\n2,\n", await WriteText(FileFormat.Csv, schema, batch));
        Assert.Equal("1;'x;y'\nNA;'NA'\n2;NA\n", await WriteText(
            FileFormat.Csv, schema, batch, ("header", false), ("delim", ";"), ("quote", "'"), ("nullstr", "NA")));
        Assert.Equal("\"a b\"\t\"c\"\n\"1\"\t\"x;y\"\n\t\"NA\"\n\"2\"\t\n", await WriteText(
            FileFormat.Csv, schema, batch, ("delim", "\\t"), ("force_quote", "*")));
        Assert.Contains("Unknown option of CSV output: headr", FormatsKit.Fails(
            () =>
                TableFileWriter.Create(FileFormat.Csv, null, new MemoryStream(), schema,
                    FormatsKit.Options(("headr", true)))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Masked_rows_are_left_out()
    {
        Schema schema = new(new Field("a", LogicalType.Integer));
        using Batch batch = BatchOf(schema, [["1"], ["2"], ["3"]]);
        batch.BeginMask()[1] = false;
        Assert.Equal("a\n1\n3\n", await WriteText(FileFormat.Csv, schema, batch));
        Assert.Equal("{\"a\":1}\n{\"a\":3}\n", await WriteText(FileFormat.Json, schema, batch));
    }

    [Fact]
    public async Task Json_is_what_another_parser_reads()
    {
        using Batch batch = BatchOf(s_schema, s_rows);
        string[] lines =
            (await WriteText(FileFormat.Json, s_schema, batch)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(s_rows.Length, lines.Length);
        for (int row = 0; row < lines.Length; row++)
        {
            JsonElement element = JsonDocument.Parse(lines[row]).RootElement;
            for (int column = 0; column < s_schema.Count; column++)
            {
                JsonElement value = element.GetProperty(s_schema[column].Name);
                string? expected = s_rows[row][column];
                if (expected is null) Assert.Equal(JsonValueKind.Null, value.ValueKind);
                else Assert.Equal(expected, value.ValueKind == JsonValueKind.String
                    ? value.GetString()
                    : value.GetRawText());
            }
        }
        string array = await WriteText(FileFormat.Json, s_schema, batch, ("array", true));
        Assert.Equal(s_rows.Length, JsonDocument.Parse(array).RootElement.GetArrayLength());
    }

    [Theory]
    [InlineData("t.csv.gz")]
    [InlineData("t.csv.br")]
    [InlineData("t.csv.zst")]
    [InlineData("t.csv.lz4")]
    public async Task Compressed_files_read_back(string name)
    {
        Schema schema = new(new Field("a", LogicalType.BigInt), new Field("b", LogicalType.Varchar));
        string path = Path.Combine(_folder, name);
        using Batch batch = BatchOf(schema, [.. Enumerable.Range(0, 2000).Select(i => new[] { $"{i}", $"value {i}" })]);
        await using (TableFileWriter writer =
            TableFileWriter.Create(FileFormat.Csv, path, null, schema, FormatsKit.Options()))
        {
            for (int i = 0; i < 50; i++) await writer.WriteAsync(batch);
            await writer.FinishAsync();
            Assert.Equal(100_000, writer.RowsWritten);
        }
        using ITableSource source = TableSources.Open([path], null, FormatsKit.Options(), new SourceContext());
        List<string> rows = FormatsKit.Rows(source);
        Assert.Equal(100_000, rows.Count);
        Assert.Equal("1999|value 1999", rows[^1]);
        byte[] cut = File.ReadAllBytes(path)[..^20];
        ColFragException error = FormatsKit.Fails(() =>
        {
            SourceContext context = new() { Files = new MemoryInputFiles { [name] = cut } };
            using ITableSource damaged = TableSources.Open([name], null, FormatsKit.Options(), context);
            FormatsKit.Rows(damaged);
        });
        Assert.IsType<CorruptDataException>(error);
    }

    [Fact]
    public async Task A_file_that_is_not_finished_leaves_nothing()
    {
        string path = Path.Combine(_folder, "x.csv");
        await using (TableFileWriter writer =
            TableFileWriter.Create(FileFormat.Csv, path, null, s_schema, FormatsKit.Options()))
        {
            using Batch batch = BatchOf(s_schema, s_rows);
            await writer.WriteAsync(batch);
        }
        Assert.Empty(Directory.GetFiles(_folder));
        StorageException error = Assert.IsType<StorageException>(FormatsKit.Fails(
            () => TableFileWriter.Create(
                FileFormat.Csv, Path.Combine(_folder, "no", "x.csv"), null, s_schema, FormatsKit.Options())));
        Assert.Equal(SqlStates.UndefinedFile, error.SqlState);
    }

    /// <summary>A batch of values given as text.</summary>
    internal static Batch BatchOf(Schema schema, string?[][] rows)
    {
        string text = string.Concat(
            rows.Select(r => string.Join('\u001f', r.Select(v => v is null ? "" : $"\u001e{v}\u001e")) + "\n"));
        CsvOptions options = new() { Delimiter = "\u001f", Quote = "\u001e", Escape = "\u001e", Header = false };
        using ITableSource source = CsvSource.Open(["t.csv"], options, FormatsKit.ContextOf(text) with { Target = schema });
        Batch batch = new(schema);
        using IPieceReader reader = source.OpenPiece(0, [.. Enumerable.Range(0, schema.Count)], MemoryAccount.Untracked);
        Assert.True(reader.Read(batch, CancellationToken.None));
        Assert.Equal(rows.Length, batch.Count);
        return batch;
    }

    private static async Task<byte[]> Write(
        FileFormat format, Schema schema, Batch batch, params (string, object)[] options)
    {
        using MemoryStream stream = new();
        await using (TableFileWriter writer =
            TableFileWriter.Create(format, null, stream, schema, FormatsKit.Options(options)))
        {
            await writer.WriteAsync(batch);
            await writer.FinishAsync();
            Assert.Equal(stream.Length, writer.BytesWritten);
        }
        return stream.ToArray();
    }

    private static async Task<string> WriteText(
        FileFormat format, Schema schema, Batch batch, params (string, object)[] options) =>
        Encoding.UTF8.GetString(await Write(format, schema, batch, options));
}

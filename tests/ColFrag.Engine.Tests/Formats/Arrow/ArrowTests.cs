using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Arrow;
using ColFrag.Engine.Tests.Sessions.Loading;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>Arrow IPC: files and streams of ours, of another implementation, and damaged ones.</summary>
public sealed class ArrowTests
{
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
        (i || ' days')::INTERVAL AS iv, CASE WHEN i % 13 <> 6 THEN 'word ' || (i % 50) END AS s, 'unique é ' || i AS su,
        NULL::INTEGER AS nothing
        """;

    public static TheoryData<string> Options => new()
    {
        "stream false", "stream true", "compression lz4", "compression zstd, stream true", "row_group_size 1000",
    };

    [Theory]
    [MemberData(nameof(Options))]
    public async Task Every_type_reads_back_equal(string options)
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.arrow");
        string query = $"SELECT {AllTypes} FROM range(5000) t(i)";
        Assert.Equal(5000, await folder.RunAsync($"COPY ({query}) TO '{path}' (FORMAT arrow, {options})"));
        Assert.Equal(
            (await folder.RowsAsync(query)).Order(StringComparer.Ordinal),
            (await folder.RowsAsync($"SELECT * FROM read_arrow('{path}')")).Order(StringComparer.Ordinal));
        Assert.Equal(["5000"], await folder.RowsAsync($"SELECT count(*) FROM '{path}'"));
        Assert.Equal(["12497500"], await folder.RowsAsync($"SELECT sum(u4) / 3 FROM '{path}'"));
    }

    [Fact]
    public async Task Nested_and_rare_types_read_back_equal()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("n.arrow");
        await NestedRows.WriteAsync(FileFormat.Arrow, path, 3000);
        using ITableSource source = ArrowSource.OpenFile(path, new SourceContext());
        Assert.Equal(NestedRows.Texts(3000), FormatsKit.Rows(source));
    }

    [Fact]
    public async Task A_HUGEINT_of_39_digits_takes_256_bits_where_that_is_wanted()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("h.arrow");
        const string Query = """
            SELECT h, [h, NULL] AS l, {'h': h} AS s FROM (VALUES
                ('170141183460469231731687303715884105727'::HUGEINT), (NULL), (-1), (0),
                ('-170141183460469231731687303715884105727'::HUGEINT)) AS v(h)
            """;
        ColFragException error = await folder.FailsAsync($"COPY ({Query}) TO '{path}'");
        Assert.Equal(SqlStates.NumericOutOfRange, error.SqlState);
        Assert.Contains("hugeint 'decimal256'", error.Hint, StringComparison.Ordinal);
        Assert.Equal(5, await folder.RunAsync($"COPY ({Query}) TO '{path}' (hugeint 'decimal256')"));
        Assert.Equal(
            ["HUGEINT|HUGEINT[]|STRUCT(h HUGEINT)"],
            await folder.RowsAsync($"SELECT typeof(h), typeof(l), typeof(s) FROM '{path}' LIMIT 1"));
        Assert.Equal(await folder.RowsAsync(Query), await folder.RowsAsync($"SELECT * FROM '{path}'"));
        Assert.Contains(
            "decimal256", (await folder.FailsAsync($"COPY ({Query}) TO '{path}' (hugeint 'wide')")).Hint,
            StringComparison.Ordinal);
    }

    [JudgedFact(Judge.ApacheArrow)]
    public async Task Another_implementation_reads_the_same_rows()
    {
        await using LoadFolder folder = new();
        const string Query = """
            SELECT i::INTEGER AS i, (i * 1234567)::VARCHAR AS big, i / 4.0::DOUBLE AS d, 'text é ' || i AS t,
                CASE WHEN i % 5 <> 2 THEN 'w' || (i % 9) END AS w, i % 3 = 0 AS b, i * i AS l FROM range(5000) t(i)
            """;
        await folder.RunAsync($"COPY ({Query}) TO '{folder.PathOf("rows.jsonl")}' (FORMAT json)");
        string file = folder.PathOf("f.arrow"), stream = folder.PathOf("s.arrows"), small = folder.PathOf("b.arrow");
        await folder.RunAsync($"COPY ({Query}) TO '{file}'");
        await folder.RunAsync($"COPY ({Query}) TO '{stream}'");
        await folder.RunAsync($"COPY ({Query}) TO '{small}' (row_group_size 500)");
        string[] lines = Judge.RunNode("formats/arrow.mjs", "read", folder.PathOf("rows.jsonl"), file, stream, small)
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["f.arrow 5000 same", "s.arrows 5000 same", "b.arrow 5000 same"], lines);
    }

    [JudgedFact(Judge.ApacheArrow)]
    public async Task Files_of_another_implementation_read_equal()
    {
        await using LoadFolder folder = new();
        string[] names = Judge.RunNode("formats/arrow.mjs", "write", folder.PathOf(""))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] expected = [.. File.ReadLines(folder.PathOf("rows.jsonl")).Select(Text)];
        Assert.Equal(2, names.Length);
        foreach (string name in names)
        {
            using ITableSource source = ArrowSource.OpenFile(folder.PathOf(name), new SourceContext());
            Assert.Equal(expected, FormatsKit.Rows(source));
        }

        static string Text(string line)
        {
            using JsonDocument row = JsonDocument.Parse(line);
            return string.Join('|',
                row.RootElement.EnumerateObject()
                    .Select(p => p.Value.ValueKind == JsonValueKind.Null ? "∅" : Show(p.Value)));
        }

        static string Show(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Null => "NULL",
            JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Show))}]",
            JsonValueKind.Object =>
                $"{{{string.Join(", ", value.EnumerateObject().Select(p => $"'{p.Name}': {Show(p.Value)}"))}}}",
            _ => value.ToString().Replace("True", "true", StringComparison.Ordinal)
                .Replace("False", "false", StringComparison.Ordinal),
        };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Views_runs_and_list_views_are_read_in_any_order_of_bytes(bool isBigEndian)
    {
        byte[] stream = HandMadeArrow.Stream(isBigEndian);
        using ITableSource source = TableSources.Open(
            ["t.arrow"], FileFormat.Arrow, new SourceOptions(), FormatsKit.ContextOf(stream, "t.arrow"));
        Assert.Equal("v VARCHAR, r INTEGER, lv INTEGER[]", source.Schema.ToString());
        Assert.Equal(
            ["short|7|[3, 4]", "∅|7|[1, 2, 3]", "a text of more than twelve bytes|8|[]"], FormatsKit.Rows(source));
    }

    [Theory]
    [InlineData(ArrowKind.Time, 3, 0, 0)]
    [InlineData(ArrowKind.Float, 0, -1, 0)]
    [InlineData(ArrowKind.Interval, 0, 0, 7)]
    [InlineData(ArrowKind.Union, 0, 0, 2)]
    public void Types_of_no_width_are_refused(object kind, int width, int precision, int unit)
    {
        ArrowField field = new("x", (ArrowKind)kind)
        {
            Type = Types.LogicalType.Null, Width = width, Precision = precision, Unit = unit,
        };
        Assert.Throws<CorruptDataException>(() => ArrowSchema.CheckChildren(field, "t.arrow"));
    }

    [Fact]
    public async Task A_file_that_was_cut_off_is_refused()
    {
        await using LoadFolder folder = new();
        string path = folder.PathOf("t.arrow");
        await folder.RunAsync($"COPY (SELECT * FROM range(10000)) TO '{path}'");
        byte[] whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, whole[..^100]);
        ColFragException error = await folder.FailsAsync($"SELECT * FROM '{path}'");
        Assert.Equal(SqlStates.DataCorrupted, error.SqlState);
        Assert.Contains("cut off", error.Message, StringComparison.Ordinal);
    }
}

using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Json;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Json;

/// <summary>JSON to rows.</summary>
public sealed class JsonReaderTests
{
    [Theory]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", "a BIGINT, b VARCHAR", "1|x;2|y")]
    [InlineData("{\"a\":1}\n\n{\"a\":null}\n{}\n", "a BIGINT", "1;∅;∅")]
    [InlineData("\uFEFF{\"a\":1}\r\n{\"b\":true}\r\n", "a BIGINT, b BOOLEAN", "1|∅;∅|true")]
    [InlineData("{\"b\":1,\"a\":2}\n{\"a\":3,\"b\":4}\n", "b BIGINT, a BIGINT", "1|2;4|3")]
    [InlineData("[{\"a\":1},\n {\"a\":2}]", "a BIGINT", "1;2")]
    [InlineData("[]", "json JSON", "")]
    [InlineData("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}", "a BIGINT", "1;2")]
    [InlineData("{\"a\":1}{\"a\":2} {\"a\":3}", "a BIGINT", "1;2;3")]
    [InlineData("{\"a\":1}\n{\"a\":1.5}\n", "a DOUBLE", "1;1.5")]
    [InlineData("{\"a\":123456789012345678901}\n", "a HUGEINT", "123456789012345678901")]
    [InlineData("{\"a\":\"2024-02-29\",\"b\":\"2024-02-29T12:00:00\"}", "a DATE, b TIMESTAMP",
        "2024-02-29|2024-02-29 12:00:00")]
    [InlineData("{\"a\":\"2024-02-29T12:00:00Z\"}\n{\"a\":\"2024-02-29 12:00:00+02\"}", "a TIMESTAMPTZ",
        "2024-02-29 12:00:00+00;2024-02-29 10:00:00+00")]
    [InlineData("{\"a\":\"2024-02-29T12:00:00Z\"}\n{\"a\":\"2024-02-29 12:00:00\"}", "a VARCHAR",
        "2024-02-29T12:00:00Z;2024-02-29 12:00:00")]
    [InlineData("{\"a\":\"0F0e0d0c-0b0a-0908-0706-050403020100\"}\n", "a UUID",
        "0f0e0d0c-0b0a-0908-0706-050403020100")]
    [InlineData("{\"a\":1}\n{\"a\":\"x\"}\n", "a VARCHAR", "1;x")]
    [InlineData("{\"a\":1}\n{\"a\":[1]}\n", "a JSON", "1;[1]")]
    [InlineData("{\"a\":[1,null,3]}\n{\"a\":[]}\n{\"a\":null}\n", "a BIGINT[]", "[1, NULL, 3];[];∅")]
    [InlineData("{\"a\":[[\"x\"],[]]}\n", "a VARCHAR[][]", "[[x], []]")]
    [InlineData("{\"a\":{\"x\":1,\"y\":{\"z\":\"q\"}}}\n{\"a\":{\"y\":null}}\n",
        "a STRUCT(x BIGINT, y STRUCT(z VARCHAR))",
        "{'x': 1, 'y': {'z': q}};{'x': NULL, 'y': NULL}")]
    [InlineData("{\"a\":\"\\u00e9\\n\\\"\\\\\\ud83d\\ude00\"}\n", "a VARCHAR", "é\n\"\\😀")]
    [InlineData("1\n2\nnull\n", "json BIGINT", "1;2;∅")]
    [InlineData("\"x\"\n\"y\"\n", "json VARCHAR", "x;y")]
    [InlineData("{\"a\":1,\"A\":2}\n", "a BIGINT, A_1 BIGINT", "1|2")]
    [InlineData("{\"a\":1,\"a\":2}\n", "a BIGINT", "1")]
    public void Text_becomes_rows(string text, string schema, string rows)
    {
        string[] expected = rows.Length == 0 ? [] : rows.Split(';');
        foreach (int bytes in new[] { 1, 2, 7, 1 << 20 })
        {
            using ITableSource source = JsonSource.Open(["t.json"], new JsonOptions { PieceBytes = bytes }, ContextOf(text));
            Assert.Equal(schema, source.Schema.ToString());
            Assert.Equal(expected, FormatsKit.Rows(source));
            Assert.Equal(expected.Length, source.Counters.RowsRead);
        }
        SourceContext pipe = new()
            { Files = new MemoryInputFiles { ArePipes = true, ["-"] = System.Text.Encoding.UTF8.GetBytes(text) } };
        using ITableSource piped = JsonSource.Open(["-"], new JsonOptions(), pipe);
        Assert.Equal(expected, FormatsKit.Rows(piped));
    }

    [Fact]
    public void Columns_and_tables_give_types()
    {
        Schema target = new(
            new Field("UserId", LogicalType.Integer), new Field("amount", LogicalType.Decimal(9, 2)),
            new Field("tags", LogicalType.Map(LogicalType.Varchar, LogicalType.Double)),
            new Field("raw", LogicalType.Json), new Field("absent", LogicalType.Date));
        const string Text =
            "{\"userid\":\"7\",\"amount\":1.5,\"tags\":{\"a\":1,\"b\":null},\"raw\":{\"x\" : [1, 2]},\"other\":0}\n";
        using ITableSource source = JsonSource.Open(["t.json"], new JsonOptions(), ContextOf(Text) with { Target = target });
        Assert.Equal(target, source.Schema);
        Assert.Equal(["7|1.50|{a=1, b=NULL}|{\"x\" : [1, 2]}|∅"], FormatsKit.Rows(source));
        Assert.Equal(["∅|7"], FormatsKit.Rows(source, columns: [4, 0]));
    }

    [Theory]
    [InlineData("{\"a\": 1}\n[2]\n\"x\"\n")]
    [InlineData("[{\"a\": 1}, [2], \"x\"]")]
    public void Values_may_be_taken_as_they_stand(string text)
    {
        using ITableSource source = JsonSource.Open(["t.json"], new JsonOptions { AsValues = true }, ContextOf(text));
        Assert.Equal("json JSON", source.Schema.ToString());
        Assert.Equal(["{\"a\": 1}", "[2]", "\"x\""], FormatsKit.Rows(source));
    }

    [Theory]
    [InlineData("1", "a JSON, b JSON")]
    [InlineData("2", "a BIGINT, b STRUCT(c JSON)")]
    [InlineData("-1", "a BIGINT, b STRUCT(c BIGINT[])")]
    public void Types_are_looked_for_as_deep_as_wanted(string depth, string columns)
    {
        using ITableSource source = JsonSource.Open(
            ["t.json"], JsonOptions.From(FormatsKit.Options(("maximum_depth", depth), ("records", "auto"))),
            ContextOf("{\"a\":1,\"b\":{\"c\":[1,2]}}"));
        Assert.Equal(columns, source.Schema.ToString());
    }

    [Fact]
    public void Values_of_another_type_and_malformed_text_are_rejected_and_counted()
    {
        const string Text =
            "{\"a\":1,\"b\":{\"c\":[1]}}\n{\"a\":\"x\",\"b\":null}\n{\"a\":2,\n{\"a\":3,\"b\":{\"c\":[1,\"y\"]}}\n[1]\n{\"a\":4} x\n{\"a\":5}\n";
        List<RejectedRow> rejected = [];
        JsonOptions options = JsonOptions.From(FormatsKit.Options(
            ("on_error", "store"), ("columns", new[] { ("a", "BIGINT"), ("b", "STRUCT(c BIGINT[])") })));
        using ITableSource source = JsonSource.Open(["t.json"], options, ContextOf(Text) with { OnRejected = rejected.Add });
        Assert.Equal(["1|{'c': [1]}", "5|∅"], FormatsKit.Rows(source));
        Assert.Equal((7L, 2L, 5L),
            (source.Counters.RowsRead, source.Counters.RowsDelivered, source.Counters.RowsRejected));
        Assert.Equal([2L, 3, 4, 5, 6], rejected.Select(r => r.Line));
        Assert.Equal("JSON: cannot read x as BIGINT: t.json line 2, column a", rejected[0].Message);
        Assert.Equal("JSON: cannot read y as BIGINT: t.json line 4, column b", rejected[2].Message);
        Assert.Equal("[1]", rejected[3].RawText);
        ColFragException error = FormatsKit.Fails(() =>
        {
            using ITableSource strict = JsonSource.Open(["t.json"], options with { OnError = RowErrorAction.Stop }, ContextOf(Text));
            FormatsKit.Rows(strict);
        });
        Assert.Equal("JSON: cannot read x as BIGINT: t.json line 2, column a: {\"a\":\"x\",\"b\":null}", error.Message);
    }

    [Theory]
    [InlineData("[{\"a\":1} {\"a\":2}]", "a comma is missing: t.json line 1")]
    [InlineData("[{\"a\":1},]", "a value is missing: t.json line 1")]
    [InlineData("[{\"a\":1}", "the array is not closed: t.json line 1")]
    [InlineData("[{\"a\":1}]\n x", "text follows the end of the array: t.json line 2")]
    public void Damaged_arrays_are_errors(string text, string message)
    {
        ColFragException error = FormatsKit.Fails(() =>
        {
            using ITableSource source = JsonSource.Open(["t.json"], new JsonOptions(), ContextOf(text));
            FormatsKit.Rows(source);
        });
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_that_the_sample_lacks_are_reported()
    {
        List<string> notices = [];
        using ITableSource source = JsonSource.Open(
            ["t.json"], new JsonOptions { SampleSize = 1 },
            ContextOf("{\"a\":1}\n{\"a\":2,\"b\":3}\n") with { OnNotice = notices.Add });
        Assert.Equal(["1", "2"], FormatsKit.Rows(source));
        Assert.Contains("key 'b' is not among the columns", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Large_batches_of_nested_values_keep_their_order()
    {
        string text = string.Concat(Enumerable.Range(0, 10_000).Select(i =>
            $"{{\"i\":{i},\"l\":[{string.Join(',', Enumerable.Range(0, i % 5).Select(j => i + j))}],\"s\":\"v{i}\\n\"}}\n"));
        using ITableSource source = JsonSource.Open(["t.json"], new JsonOptions { PieceBytes = 50_000 }, ContextOf(text));
        List<string> rows = FormatsKit.Rows(source);
        Assert.Equal(10_000, rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            Assert.Equal($"{i}|[{string.Join(", ", Enumerable.Range(0, i % 5).Select(j => i + j))}]|v{i}\n", rows[i]);
        }
    }

    private static SourceContext ContextOf(string text) =>
        FormatsKit.ContextOf(System.Text.Encoding.UTF8.GetBytes(text), "t.json");
}

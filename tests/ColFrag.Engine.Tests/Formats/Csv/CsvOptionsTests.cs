using System.Text;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;

namespace ColFrag.Engine.Tests.Formats.Csv;

/// <summary>Options that say how a text is read where looking at it does not.</summary>
public sealed class CsvOptionsTests
{
    [Fact]
    public void Without_detection_nothing_is_found_but_what_was_named()
    {
        Assert.Equal(["a;b", "1;NULL"], FormatsKit.ReadCsv("a;b\n1;NULL\n", ("auto_detect", false)));
        Assert.Equal(["1|NULL"], FormatsKit.ReadCsv(
            "#x\na;b\n1;NULL\n", ("auto_detect", false), ("delim", ";"), ("header", true), ("skip", 1)));
    }

    [Fact]
    public void A_call_that_DuckDB_prints_is_read()
    {
        Assert.Equal(["1|x;y", "2|∅"], FormatsKit.ReadCsv(
            "id;name\n1;\"x;y\"\n2;\n", ("auto_detect", false), ("delim", ";"), ("quote", "\""), ("escape", "\""),
            ("new_line", "\\n"), ("skip", 0), ("comment", ""), ("header", true),
            ("columns", new[] { ("id", "BIGINT"), ("name", "VARCHAR") })));
    }

    [Theory]
    [InlineData("\\r", new[] { "1|x\n", "2|y" })]
    [InlineData("\r", new[] { "1|x\n", "2|y" })]
    public void Rows_end_where_new_line_says(string newLine, string[] rows) =>
        Assert.Equal(rows, FormatsKit.ReadCsv("a,b\r1,x\n\r2,y\r", ("new_line", newLine)));

    [Fact]
    public void Quoted_texts_of_null_are_null_only_where_that_is_allowed()
    {
        const string text = "a,b\n\"\",1\nx,\"NA\"\n\"NA\",3\n";
        Assert.Equal(["|1", "x|∅", "NA|3"], FormatsKit.ReadCsv(text));
        Assert.Equal(
            ["∅|1", "x|∅", "∅|3"],
            FormatsKit.ReadCsv(text, ("allow_quoted_nulls", true), ("nullstr", new[] { "", "NA" })));
    }

    [Fact]
    public void Columns_that_are_never_null_have_the_texts_of_null() => Assert.Equal(
        ["|∅|1", "NA|∅|2"],
        FormatsKit.ReadCsv(
            "a,b,c\n,,1\nNA,NA,2\n", ("nullstr", new[] { "", "NA" }), ("force_not_null", new[] { "a", "c" })));

    [Fact]
    public void Digits_may_stand_in_groups()
    {
        const string text = "a;b\n1,234;1,5\n5,678,901;-2,000.25\n";
        Assert.Equal("a BIGINT, b DOUBLE", FormatsKit.SchemaOf(text, ("thousands", ",")));
        Assert.Equal(["1234|15", "5678901|-2000.25"], FormatsKit.ReadCsv(text, ("thousands", ",")));
        Assert.Equal(
            ["1234.5"], FormatsKit.ReadCsv("x;y\n1.234,5;\n", ("thousands", "."), ("decimal_separator", ","),
                ("delim", ";"), ("columns", new[] { ("x", "DECIMAL(9,1)"), ("y", "VARCHAR") }))
                .Select(row => row.Split('|')[0]));
    }

    [Fact]
    public void Only_types_that_were_named_are_found() => Assert.Equal(
        "a DOUBLE, d VARCHAR, b VARCHAR",
        FormatsKit.SchemaOf("a,d,b\n1,2024-01-02,true\n", ("auto_type_candidates", new[] { "DOUBLE", "VARCHAR" })));

    [Theory]
    [InlineData("1", "2.5", "v DOUBLE", new[] { "1", "2.5" })]
    [InlineData("2.5", "1", "v DOUBLE", new[] { "2.5", "1" })]
    [InlineData("1", "x", "v VARCHAR", new[] { "1", "x" })]
    [InlineData("2024-01-02", "2024-01-02 03:04:05", "v TIMESTAMP",
        new[] { "2024-01-02 00:00:00", "2024-01-02 03:04:05" })]
    [InlineData("1", "", "v BIGINT", new[] { "1", "∅" })]
    public void Columns_of_several_files_have_a_type_for_all(string first, string second, string schema, string[] rows)
    {
        SourceContext context = new()
        {
            Files = new MemoryInputFiles
            {
                ["1.csv"] = Encoding.UTF8.GetBytes($"v\n{first}\n"),
                ["2.csv"] = Encoding.UTF8.GetBytes($"v\n{second}\n"),
            },
        };
        using ITableSource source = CsvSource.Open(["1.csv", "2.csv"], new CsvOptions(), context);
        Assert.Equal(schema, source.Schema.ToString());
        Assert.Equal(rows, FormatsKit.Rows(source));
    }

    [Fact]
    public void Types_that_were_named_stay_whatever_other_files_show()
    {
        SourceContext context = new()
            { Files = new MemoryInputFiles { ["1.csv"] = "v\n1\n"u8.ToArray(), ["2.csv"] = "v\n2.5\n"u8.ToArray() } };
        CsvOptions options = FormatsKit.Csv(("types", new[] { ("v", "INTEGER") }));
        using ITableSource source = CsvSource.Open(["1.csv", "2.csv"], options, context);
        Assert.Equal("v INTEGER", source.Schema.ToString());
        ColFragException error = FormatsKit.Fails(() => FormatsKit.Rows(source));
        Assert.Contains("2.csv line 2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_may_be_shorter_than_the_longest_where_that_is_allowed()
    {
        const string text = "a,b,c\n1,2\n3,4,5\n6\n";
        Assert.Equal(["1|2|∅", "3|4|5", "6|∅|∅"], FormatsKit.ReadCsv(text, ("null_padding", true)));
        Assert.Equal(["3|4|5"], FormatsKit.ReadCsv(text, ("on_error", "skip")));
        Assert.Equal(["3|4|5"], FormatsKit.ReadCsv(text, ("ignore_errors", true)));
    }

    [Fact]
    public void Names_are_normalized() => Assert.Equal(
        "first_name VARCHAR, _2nd BIGINT, straße BIGINT, column3 BIGINT",
        FormatsKit.SchemaOf("First  Name, 2nd,Straße!,?\nx,1,2,3\n", ("normalize_names", true)));

    [Theory]
    [InlineData("parallel", false)]
    [InlineData("buffer_size", 100_000)]
    [InlineData("files_to_sniff", 3)]
    [InlineData("strict_mode", true)]
    public void What_says_only_how_to_read_changes_no_row(string option, object value) =>
        Assert.Equal(["1|x"], FormatsKit.ReadCsv("a,b\n1,x\n", (option, value)));

    [Fact]
    public void Guessing_at_broken_rows_is_refused()
    {
        QueryException error = Assert.Throws<QueryException>(
            () => FormatsKit.ReadCsv("a,b\n1,x\n", ("strict_mode", false)));
        Assert.Equal(SqlStates.FeatureNotSupported, error.SqlState);
    }
}

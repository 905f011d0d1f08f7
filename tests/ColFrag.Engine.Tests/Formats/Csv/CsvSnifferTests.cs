using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;

namespace ColFrag.Engine.Tests.Formats.Csv;

/// <summary>What is found about a file that says nothing about itself.</summary>
public sealed class CsvSnifferTests
{
    [Theory]
    [InlineData("a,b\n1,x\n", "a BIGINT, b VARCHAR")]
    [InlineData("1,x\n2,y\n", "column0 BIGINT, column1 VARCHAR")]
    [InlineData("a,b\nx,y\n", "a VARCHAR, b VARCHAR")]
    [InlineData("zip,n\n00501,1\n10001,2\n", "zip VARCHAR, n BIGINT")]
    [InlineData("n\n-5\n+7\n", "n BIGINT")]
    [InlineData("n\n1\n2.5\n", "n DOUBLE")]
    [InlineData("n\n1e5\nNaN\n", "n DOUBLE")]
    [InlineData("n\n99999999999999999999\n1\n", "n HUGEINT")]
    [InlineData("b\ntrue\nFALSE\n", "b BOOLEAN")]
    [InlineData("d\n2024-02-29\n1999-1-1\n", "d DATE")]
    [InlineData("d\n2024-02-30\n", "d VARCHAR")]
    [InlineData("t\n12:34\n23:59:59.5\n", "t TIME")]
    [InlineData("t\n2024-02-29 12:34:56\n2024-02-29\n", "t TIMESTAMP")]
    [InlineData("t\n2024-02-29T12:34:56Z\n2024-02-29T12:34:56+02:00\n", "t TIMESTAMPTZ")]
    [InlineData("t\n2024-02-29T12:34:56Z\n2024-02-29T12:34:56\n", "t VARCHAR")]
    [InlineData("d\n31/12/2024\n01/02/2024\n", "d DATE")]
    [InlineData("d\n12/31/2024 11:59 PM\n", "d TIMESTAMP")]
    [InlineData("n,m\nNA,1\n2,NULL\n", "n BIGINT, m BIGINT")]
    [InlineData("c\nNA\nDE\n", "c VARCHAR")]
    [InlineData("a,b\n1,\n2,\n", "a BIGINT, b VARCHAR")]
    [InlineData("a,a,\n1,2,3\n", "a BIGINT, a_1 BIGINT, column2 BIGINT")]
    [InlineData("1,5;2\n3,5;4\n", "column0 VARCHAR, column1 BIGINT")]
    [InlineData("n;city\n1;Paris, FR\n2;Rome, IT\n", "n BIGINT, city VARCHAR")]
    [InlineData("0,1,2,3,4,5,6,7,8,9,10\n",
        "column00 BIGINT, column01 BIGINT, column02 BIGINT, column03 BIGINT, column04 BIGINT, " +
        "column05 BIGINT, column06 BIGINT, column07 BIGINT, column08 BIGINT, column09 BIGINT, column10 BIGINT")]
    public void Schema_is_found(string text, string schema) => Assert.Equal(schema, FormatsKit.SchemaOf(text));

    [Fact]
    public void Three_lines_of_one_column_lose_no_row()
    {
        Assert.Equal(["v0", "a;b"], FormatsKit.ReadCsv("c0\nv0\na;b\n"));
        Assert.Equal("c0 VARCHAR", FormatsKit.SchemaOf("c0\nv0\na;b\n"));
    }

    [Fact]
    public void Rows_before_the_width_changes_are_an_error_not_a_preamble()
    {
        string text = "a,b\n" + string.Concat(Enumerable.Repeat("1,2\n", 1_000))
            + string.Concat(Enumerable.Repeat("1,2,3\n", 29_000));
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv(text));
        Assert.Equal(SqlStates.BadCopyFileFormat, error.SqlState);
        Assert.Contains("t.csv line 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_line_of_title_is_reported_and_more_are_refused()
    {
        List<string> notices = [];
        SourceContext context = FormatsKit.ContextOf("Sales of 2024\na,b\n1,x\n2,y\n") with { OnNotice = notices.Add };
        using (ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context))
        {
            Assert.Equal(["1|x", "2|y"], FormatsKit.Rows(source));
        }
        Assert.Contains("1 line before the table left out: Sales of 2024", Assert.Single(notices),
            StringComparison.Ordinal);
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv("Sales\nof 2024\na,b\n1,x\n2,y\n3,z\n"));
        Assert.Contains("2 lines before the table", error.Message, StringComparison.Ordinal);
        Assert.Contains("skip = 2", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Tolerance_does_not_change_the_dialect()
    {
        const string Text = "a;b\n1;x\n2;y,z\n3\n4;w\n";
        Assert.Equal(["1|x", "2|y,z", "4|w"], FormatsKit.ReadCsv(Text, ("ignore_errors", true)));
        Assert.Equal("a BIGINT, b VARCHAR", FormatsKit.SchemaOf(Text));
        Assert.Equal("a BIGINT, b VARCHAR", FormatsKit.SchemaOf(Text, ("ignore_errors", true)));
    }

    [Fact]
    public void The_call_that_pins_what_was_found_reads_the_same()
    {
        using CsvSource source = CsvSource.OpenFile(
            "t.csv", new CsvOptions(), FormatsKit.ContextOf("a;d;n\n1;31/12/2024;NA\n2;13/01/2024;5\n"));
        Assert.Equal(
            "read_csv('t.csv', delim = ';', quote = '\"', escape = '\"', header = true, skip = 0, nullstr = ['', 'NA'], " +
            "dateformat = '%d/%m/%Y', columns = {'a': 'BIGINT', 'd': 'DATE', 'n': 'BIGINT'})",
            source.Layout.ToCall("t.csv"));
        Assert.Equal(["1|2024-12-31|∅", "2|2024-01-13|5"], FormatsKit.Rows(source));
    }

    [Fact]
    public void Quotes_escaped_by_a_backslash_are_found()
    {
        Assert.Equal(["332|Surname\\, First", "123|foo (\"foo\")"],
            FormatsKit.ReadCsv("id,t\n\"332\",\"Surname\\\\, First\"\n\"123\",\"foo (\\\"foo\\\")\"\n"));
        Assert.Equal(["1|a 'b' c", "2|d"], FormatsKit.ReadCsv("1|'a \\'b\\' c'\n'2'|d\n"));
    }

    [Fact]
    public void Quotes_that_enclose_no_fields_are_text_and_reported()
    {
        string rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i}\ttitle {i}\tx\n"));
        List<string> notices = [];
        SourceContext context =
            FormatsKit.ContextOf($"id\tt\tk\n{rows}40\t\"Swing it\" magistern\ty\n41\t\"open\tz\n") with
            {
                OnNotice = notices.Add,
            };
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context);
        Assert.Equal(["40|\"Swing it\" magistern|y", "41|\"open|z"], FormatsKit.Rows(source)[^2..]);
        Assert.Contains("quotes are read as text", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void Quotes_around_most_fields_are_no_text_when_one_of_them_is_wrong()
    {
        ColFragException error = FormatsKit.Fails(() =>
            FormatsKit.ReadCsv("\"a\",\"b\"\n\"1\",\"x\"y\"\n\"2\",\"z\"\n"));
        Assert.Contains("text follows a closing quote", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Comments_between_rows_are_found_and_reported()
    {
        List<string> notices = [];
        SourceContext context = FormatsKit.ContextOf("# made today\na;b\n1;2\n# half way\n3;4\n") with
        {
            OnNotice = notices.Add,
        };
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context);
        Assert.Equal(["1|2", "3|4"], FormatsKit.Rows(source));
        Assert.Contains("'#' are comments", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,b\n1,2\n#3,4\n5,6\n")]
    [InlineData("a,b\n#1,x,y\n2,z\n3,w\n")]
    public void Lines_that_may_be_rows_are_never_taken_for_comments(string text)
    {
        try
        {
            Assert.Contains(FormatsKit.ReadCsv(text), row => row.Contains('#', StringComparison.Ordinal));
        }
        catch (QueryException error)
        {
            Assert.Contains("#1,x,y", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_header_may_be_without_the_delimiter_that_ends_the_rows() =>
        Assert.Equal("c1 BIGINT, c2 BIGINT", FormatsKit.SchemaOf("c1,c2\n1,2,\n3,4,\n"));

    [Fact]
    public void Texts_that_mean_NULL_do_so_in_quotes_too_where_they_are_no_value()
    {
        Assert.Equal(["a|1", "b|∅", "c|∅"], FormatsKit.ReadCsv("n,v\na,1\nb,\"NULL\"\nc,NULL\n"));
        Assert.Equal(["a|0", "b|∅"], FormatsKit.ReadCsv("n,v\na,\"0\"\nb,0\n", ("nullstr", "0")));
    }

    [Fact]
    public void Dates_with_points_are_found() =>
        Assert.Equal("d DATE, t TIMESTAMP", FormatsKit.SchemaOf("d,t\n2000.01.31,2000.01.31 12:12:00\n"));

    [Fact]
    public void Dates_that_can_be_read_two_ways_are_reported()
    {
        List<string> notices = [];
        SourceContext context = FormatsKit.ContextOf("d\n01/02/2024\n") with { OnNotice = notices.Add };
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context);
        Assert.Contains("%m/%d/%Y", Assert.Single(notices), StringComparison.Ordinal);
    }

    [Fact]
    public void An_empty_file_needs_columns()
    {
        Assert.Contains("the file is empty", FormatsKit.Fails(() => FormatsKit.ReadCsv("")).Message,
            StringComparison.Ordinal);
        Assert.Empty(FormatsKit.ReadCsv("", ("columns", new[] { ("a", "BIGINT") })));
    }

    [Fact]
    public void Binary_files_are_refused()
    {
        ColFragException error = FormatsKit.Fails(() =>
            CsvSource.Open(["t.csv"], new CsvOptions(), FormatsKit.ContextOf([80, 65, 82, 49, 0, 1, 2, 3])));
        Assert.Contains("not text", error.Message, StringComparison.Ordinal);
    }
}

using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Csv;

/// <summary>
/// Rows that cannot be read: each is found again by file, line, column and text, and none is lost silently.
/// </summary>
public sealed class CsvErrorTests
{
    private static readonly (string, object)[] s_idAndName =
        [("columns", new[] { ("id", "INTEGER"), ("name", "VARCHAR") })];

    [Fact]
    public void A_value_of_another_type_names_file_line_column_text_and_help()
    {
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv("id,name\n1,\"a\nb\"\nx1,c\n", s_idAndName));
        Assert.Equal(SqlStates.InvalidTextRepresentation, error.SqlState);
        Assert.Equal("CSV: cannot read 'x1' as INTEGER: t.csv line 4, column 1 (id)", error.Message);
        Assert.Contains("types = {'id': 'VARCHAR'}", error.Hint, StringComparison.Ordinal);
        Assert.Contains("on_error = 'skip'", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void A_guessed_type_that_fails_later_says_so()
    {
        string text = "n\n" + string.Concat(Enumerable.Repeat("1\n", 30_000)) + "abc\n";
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv(text));
        Assert.Equal("CSV: cannot read 'abc' as BIGINT: t.csv line 30002, column 1 (n)", error.Message);
        Assert.Contains("sample_size = -1", error.Hint, StringComparison.Ordinal);
        Assert.Equal("n VARCHAR", FormatsKit.SchemaOf(text, ("sample_size", "-1")));
    }

    [Fact]
    public void Rows_of_another_width_name_both_counts()
    {
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv("id,name\n1,a\n2\n", s_idAndName));
        Assert.Equal("CSV: expected 2 fields, found 1: t.csv line 3: 2", error.Message);
        Assert.Contains("null_padding", error.Hint, StringComparison.Ordinal);
        error = FormatsKit.Fails(() => FormatsKit.ReadCsv("id,name\n1,a\n2,b,c\n", s_idAndName));
        Assert.Equal("CSV: expected 2 fields, found 3: t.csv line 3: 2,b,c", error.Message);
    }

    [Fact]
    public void A_quote_that_is_not_closed_is_named_where_it_opens()
    {
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv("id,name\n1,a\n2,\"b\n3,c\n", s_idAndName));
        Assert.Equal("CSV: a quote is opened and not closed: t.csv line 3, column 2 (name): \"b\n3,c\n", error.Message);
    }

    [Fact]
    public void Text_behind_a_closing_quote_is_an_error()
    {
        (string, object)[] options = [.. s_idAndName, ("quote", "\""), ("escape", "\"")];
        ColFragException error = FormatsKit.Fails(() => FormatsKit.ReadCsv("id,name\n1,a\n2,\"b\"x\n", options));
        Assert.Contains("text follows a closing quote: t.csv line 3, column 2 (name): \"b\"x", error.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_not_utf8_are_an_error_and_latin1_reads_them()
    {
        byte[] text = [.. "id,name\n1,a\n2,M"u8, 0xFC, .. "ller\n"u8];
        ColFragException error = FormatsKit.Fails(() =>
        {
            using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), FormatsKit.ContextOf(text));
            FormatsKit.Rows(source);
        });
        Assert.Contains("text is not UTF-8: t.csv line 3, column 2 (name): M", error.Message, StringComparison.Ordinal);
        Assert.Contains("latin-1", error.Hint, StringComparison.Ordinal);
        using ITableSource latin = CsvSource.Open(["t.csv"], FormatsKit.Csv(("encoding", "latin-1")), FormatsKit.ContextOf(text));
        Assert.Equal(["1|a", "2|Müller"], FormatsKit.Rows(latin));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1 << 20)]
    public void Rejected_rows_are_handed_over_and_the_counts_add_up(int pieceBytes)
    {
        const string Text = "id,name\n1,a\nx,b\n\n3\n4,\"d\ne\"\n5,f,g\ny,\"h\"\n6,i\n";
        List<RejectedRow> rejected = [];
        SourceContext context =
            FormatsKit.ContextOf(Text) with { OnRejected = r => { lock (rejected) rejected.Add(r); } };
        CsvOptions options = FormatsKit.Csv([.. s_idAndName, ("on_error", "store")]) with { PieceBytes = pieceBytes };
        using ITableSource source = CsvSource.Open(["t.csv"], options, context);
        Assert.Equal(["1|a", "4|d\ne", "6|i"], FormatsKit.Rows(source));
        Assert.Equal(7, source.Counters.RowsRead);
        Assert.Equal(3, source.Counters.RowsDelivered);
        Assert.Equal(4, source.Counters.RowsRejected);
        Assert.Equal(
            [("x,b", 3L, 12L, "id"), ("3", 5, 17, null), ("5,f,g", 8, 27, null), ("y,\"h\"", 9, 33, "id")],
            rejected.OrderBy(r => r.ByteOffset).Select(r => (r.RawText, r.Line, r.ByteOffset, r.Column)));
        Assert.All(rejected, r => Assert.Equal("t.csv", r.File));
        Assert.Contains(rejected, r => r.Message.Contains("expected 2 fields, found 3", StringComparison.Ordinal));
    }

    [Fact]
    public void More_rejected_rows_than_max_errors_fail()
    {
        const string Text = "id,name\nx,a\ny,b\nz,c\n1,d\n";
        Assert.Equal(["1|d"], FormatsKit.ReadCsv(Text, [.. s_idAndName, ("on_error", "skip"), ("max_errors", 3)]));
        ColFragException error =
            FormatsKit.Fails(() => FormatsKit.ReadCsv(Text, [.. s_idAndName, ("on_error", "skip"), ("max_errors", 2)]));
        Assert.Contains("more than 2 rows were rejected", error.Message, StringComparison.Ordinal);
        Assert.Contains("'z'", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_first_failing_row_is_reported_whatever_its_column()
    {
        Schema target = new(new Field("a", LogicalType.Integer), new Field("b", LogicalType.Integer));
        SourceContext context = FormatsKit.ContextOf("1,2\n3,x\ny,4\n") with { Target = target };
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions { Header = false }, context);
        Assert.Contains("'x' as INTEGER: t.csv line 2, column 2 (b)",
            FormatsKit.Fails(() => FormatsKit.Rows(source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_past_the_limit_is_refused_not_read_into_memory()
    {
        string text = "id,name\n1,a\n2,\"" + new string('x', 2_000_000);
        ColFragException error = FormatsKit.Fails(() =>
        {
            CsvOptions options =
                FormatsKit.Csv([.. s_idAndName, ("max_line_size", 100_000)]) with { PieceBytes = 10_000 };
            using ITableSource source = CsvSource.Open(["t.csv"], options, FormatsKit.ContextOf(text));
            FormatsKit.Rows(source);
        });
        Assert.Contains("longer than 100,000 bytes: t.csv line 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_says_so()
    {
        ColFragException error =
            FormatsKit.Fails(() => TableSources.Open(["no/such.csv"], null, FormatsKit.Options(), new SourceContext()));
        Assert.Equal(SqlStates.UndefinedFile, error.SqlState);
        Assert.Equal("No such file: no/such.csv", error.Message);
    }
}

using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Formats.Csv;

/// <summary>Texts to rows.</summary>
public sealed class CsvReaderTests
{
    public static TheoryData<string, string[]> Texts => new()
    {
        { "a,b\n1,x\n2,y\n", ["1|x", "2|y"] },
        { "a,b\n1,x\n2,y", ["1|x", "2|y"] },
        { "a,b\r\n1,x\r\n2,y\r\n", ["1|x", "2|y"] },
        { "a,b\r\n1,x\r\n2,y", ["1|x", "2|y"] },
        { "a,b\r1,x\r2,y\r", ["1|x", "2|y"] },
        { "\uFEFFa,b\n1,x\n", ["1|x"] },
        { "a,b\n1,\n,y\n", ["1|∅", "∅|y"] },
        { "a,b\n\n1,x\n\n\n2,y\n\n", ["1|x", "2|y"] },
        { "a,b\n1,\"x,y\"\n2,\"p\nq\"\n", ["1|x,y", "2|p\nq"] },
        { "a,b\n1,\"say \"\"hi\"\"\"\n2,\"\"\"\"\n3,\"\"\n", ["1|say \"hi\"", "2|\"", "3|"] },
        { "a,b\n\"1\",\"x\"\n\"2\",\"y\"\n", ["1|x", "2|y"] },
        { "a;b\n1;x\n2;y\n", ["1|x", "2|y"] },
        { "a\tb\n1\tx\n2\ty\n", ["1|x", "2|y"] },
        { "a|b\n1|x\n2|y\n", ["1|x", "2|y"] },
        { "a,b\n1,'x,y'\n2,'z'\n", ["1|x,y", "2|z"] },
        { "a,b\n1,\"x\\\"y\"\n2,\"z\\\\\"\n", ["1|x\"y", "2|z\\"] },
        { "1|x|\n2|y|\n", ["1|x", "2|y"] },
        { "a,b\n1,5\" disk\n2,it's\n", ["1|5\" disk", "2|it's"] },
        { "a\nx\n\ny\n", ["x", "∅", "y"] },
        { "a,b\n1,x\n2,ä€😀\n", ["1|x", "2|ä€😀"] },
        { "a,b\n  1  , x \n", ["1| x "] },
        { "a,b\n", [] },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_becomes_rows(string text, string[] rows) => Assert.Equal(rows, FormatsKit.ReadCsv(text));

    [Theory]
    [MemberData(nameof(Texts))]
    public void Pieces_of_any_size_give_the_same_rows(string text, string[] rows)
    {
        for (int bytes = 1; bytes <= text.Length + 1; bytes++)
        {
            using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions { PieceBytes = bytes }, FormatsKit.ContextOf(text));
            Assert.Equal(rows, FormatsKit.Rows(source));
            Assert.Equal(rows.Length, source.Counters.RowsRead);
            Assert.Equal(rows.Length, source.Counters.RowsDelivered);
        }
    }

    [Theory]
    [MemberData(nameof(Texts))]
    public void Pipes_give_the_same_rows(string text, string[] rows)
    {
        SourceContext context = new()
            { Files = new MemoryInputFiles { ArePipes = true, ["-"] = System.Text.Encoding.UTF8.GetBytes(text) } };
        using ITableSource source = CsvSource.Open(["-"], new CsvOptions(), context);
        Assert.Equal(rows, FormatsKit.Rows(source));
    }

    [Fact]
    public void What_comes_through_a_pipe_tells_its_compression_and_encoding()
    {
        byte[] text = System.Text.Encoding.UTF8.GetBytes("a,b\n1,é\n");
        using MemoryStream packed = new();
        using (System.IO.Compression.GZipStream gzip = new(packed, System.IO.Compression.CompressionMode.Compress))
        {
            gzip.Write(text);
        }
        byte[] wide = [0xFF, 0xFE, .. System.Text.Encoding.Unicode.GetBytes("a,b\n1,é\n")];
        foreach (byte[] bytes in (byte[][])[text, packed.ToArray(), wide])
        {
            SourceContext context = new() { Files = new MemoryInputFiles { ["t.csv"] = bytes, ArePipes = true } };
            using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context);
            Assert.Equal(["1|é"], FormatsKit.Rows(source));
        }
        // Fewer bytes than the marks have are all that there is.
        SourceContext tiny = new() { Files = new MemoryInputFiles { ["t.csv"] = "7\n"u8.ToArray(), ArePipes = true } };
        using ITableSource one = CsvSource.Open(["t.csv"], new CsvOptions(), tiny);
        Assert.Equal(["7"], FormatsKit.Rows(one));
    }

    [Fact]
    public void Pieces_opened_in_any_order_and_in_parallel_give_the_rows_of_the_whole()
    {
        Random random = new(3);
        System.Text.StringBuilder text = new("id,note,amount\n");
        for (int i = 0; i < 5_000; i++)
        {
            string note = random.Next(4) switch { 0 => "\"a,\nb\"", 1 => "\"say \"\"x\"\"\"", 2 => "plain", _ => "" };
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{i},{note},{i / 100.0}\n");
        }
        List<string> whole = FormatsKit.ReadCsv(text.ToString());
        Assert.Equal(5_000, whole.Count);
        for (int round = 0; round < 6; round++)
        {
            CsvOptions options = new() { PieceBytes = random.Next(50, 4_000) };
            using ITableSource source = CsvSource.Open(["t.csv"], options, FormatsKit.ContextOf(text.ToString()));
            int[] order = [.. Enumerable.Range(0, source.PieceCount)];
            random.Shuffle(order);
            List<string>[] pieces = new List<string>[source.PieceCount];
            Parallel.ForEach(order, new ParallelOptions { MaxDegreeOfParallelism = 4 }, p =>
                pieces[p] = FormatsKit.RowsOf(source, p, [0, 1, 2]));
            Assert.Equal(whole, pieces.SelectMany(p => p));
            Assert.Equal(5_000, source.Counters.RowsRead);
        }
    }

    [Fact]
    public void Columns_are_read_in_the_order_asked_for_or_not_at_all()
    {
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), FormatsKit.ContextOf("a,b,c\n1,x,2.5\n2,y,3.5\n"));
        Assert.Equal(["2.5|1", "3.5|2"], FormatsKit.Rows(source, columns: [2, 0]));
        Assert.Equal(["", ""], FormatsKit.Rows(source, columns: []));
    }

    [Fact]
    public void Types_of_every_kind_are_read_for_a_table()
    {
        (LogicalType Type, string Text, string Expected)[] columns =
        [
            (LogicalType.Boolean, "yes", "true"), (LogicalType.TinyInt, "-128", "-128"),
                (LogicalType.SmallInt, "32767", "32767"),
            (LogicalType.Integer, "-2147483648", "-2147483648"),
            (LogicalType.BigInt, "9223372036854775807", "9223372036854775807"),
            (LogicalType.HugeInt, "-170141183460469231731687303715884105728",
                "-170141183460469231731687303715884105728"),
            (LogicalType.UTinyInt, "255", "255"), (LogicalType.USmallInt, "65535", "65535"),
            (LogicalType.UInteger, "4294967295", "4294967295"),
            (LogicalType.UBigInt, "18446744073709551615", "18446744073709551615"),
            (LogicalType.Decimal(9, 2), "-1234567.895", "-1234567.90"),
            (LogicalType.Decimal(38, 10), "1234567890123456789012345678.0123456789",
                "1234567890123456789012345678.0123456789"),
            (LogicalType.Real, "0.1", "0.1"), (LogicalType.Double, "-1.5e300", "-1.5e+300"),
            (LogicalType.Date, "2024-02-29", "2024-02-29"),
            (LogicalType.Time, "23:59:59.123456", "23:59:59.123456"),
            (LogicalType.TimestampSeconds, "1969-12-31 23:59:59", "1969-12-31 23:59:59"),
            (LogicalType.TimestampMilliseconds, "1999-01-01T00:00:00.001", "1999-01-01 00:00:00.001"),
            (LogicalType.Timestamp, "2024-02-29 12:34:56.789", "2024-02-29 12:34:56.789"),
            (LogicalType.TimestampNanoseconds, "2024-02-29 12:34:56.123456789", "2024-02-29 12:34:56.123456789"),
            (LogicalType.TimestampTz, "2024-02-29 12:34:56+02", "2024-02-29 10:34:56+00"),
            (LogicalType.Varchar, "x", "x"),
            (LogicalType.Blob, "\\x00ff", "\\x00ff"),
            (LogicalType.Uuid, "6f9619ff-8b86-d011-b42d-00c04fc964ff", "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
            (LogicalType.Json, "{}", "{}"), (LogicalType.Enum(["red", "green"]), "green", "green"),
        ];
        Schema target = new(columns.Select((c, i) => new Field($"c{i}", c.Type)));
        string text = string.Join(',', columns.Select(c => c.Text)) + "\n"
            + string.Join(',', columns.Select(c => $"\"{c.Text}\"")) + "\n" +
            new string(',', columns.Length - 1) + "\n";
        SourceContext context = FormatsKit.ContextOf(text) with { Target = target };
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), context);
        Assert.Equal(target, source.Schema);
        List<string> rows = FormatsKit.Rows(source);
        Assert.Equal(3, rows.Count);
        Assert.Equal(columns.Select(c => c.Expected), rows[0].Split('|'));
        Assert.Equal(columns.Select(c => c.Expected), rows[1].Split('|'));
        Assert.All(rows[2].Split('|'), v => Assert.Equal("∅", v));
    }

    [Fact]
    public void A_header_that_names_the_tables_columns_matches_by_name_else_by_position()
    {
        Schema target = new(new Field("id", LogicalType.Integer), new Field("name", LogicalType.Varchar),
            new Field("zip", LogicalType.Varchar));
        Assert.Equal("zip VARCHAR, id INTEGER", SchemaFor("ZIP,id\n00501,1\n"));
        Assert.Equal("id INTEGER, name VARCHAR, zip VARCHAR", SchemaFor("x,y,z\n1,a,00501\n"));
        Assert.Equal("id INTEGER, name VARCHAR, zip VARCHAR", SchemaFor("1,a,00501\n2,b,10001\n"));
        string message = FormatsKit.Fails(() => SchemaFor("1,a\n2,b\n")).Message;
        Assert.Contains("has 2 columns, the table 3", message, StringComparison.Ordinal);

        string SchemaFor(string text)
        {
            using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), FormatsKit.ContextOf(text) with { Target = target });
            return source.Schema.ToString();
        }
    }

    [Fact]
    public void Options_do_what_they_say()
    {
        Assert.Equal(["1|x"], FormatsKit.ReadCsv("# title\na,b\n1,x\n", ("skip", 1)));
        Assert.Equal(["a|b", "1|x"], FormatsKit.ReadCsv("a,b\n1,x\n", ("header", false)));
        Assert.Equal(["1|x"], FormatsKit.ReadCsv("a::b\n1::x\n", ("delim", "::")));
        Assert.Equal(["1:|x"], FormatsKit.ReadCsv("a::b\n1:::x\n", ("delim", "::"), ("all_varchar", true)).Select(
            r => r.Replace("1|:x", "1:|x", StringComparison.Ordinal)));
        Assert.Equal(["\"1\"|\"x\""], FormatsKit.ReadCsv("a,b\n\"1\",\"x\"\n", ("quote", "")));
        Assert.Equal(["1|x"], FormatsKit.ReadCsv("a,b\n#c,c\n1,x\n# d\n", ("comment", "#")));
        Assert.Equal(["1|∅", "∅|x"], FormatsKit.ReadCsv("a,b\n1,NA\n-,x\n", ("nullstr", new[] { "NA", "-" })));
        Assert.Equal(["1|", "2|x"], FormatsKit.ReadCsv("a,b\n1,\n2,x\n", ("nullstr", "NA")));
        // They say nothing about the type of a column either, with blanks around them or not.
        const string Missing = "id,day,v\n-,2024-01-02, ? \n7,-,2.5\n";
        Assert.Equal("id BIGINT, day DATE, v DOUBLE", FormatsKit.SchemaOf(Missing, ("nullstr", new[] { "-", " ? " })));
        Assert.Equal(
            ["∅|2024-01-02|∅", "7|∅|2.5"], FormatsKit.ReadCsv(Missing, ("nullstr", new[] { "-", " ? " })));
        Assert.Equal(["2024-02-01"],
            FormatsKit.ReadCsv("d\n01/02/2024\n", ("dateformat", "%d/%m/%Y"), ("types", new[] { ("d", "DATE") })));
        Assert.Equal(["1|∅|∅", "1|2|3"], FormatsKit.ReadCsv("a,b,c\n1\n1,2,3\n", ("null_padding", true)));
        Assert.Equal(["007"], FormatsKit.ReadCsv("a\n007\n", ("all_varchar", true)));
        Assert.Equal(["7"], FormatsKit.ReadCsv("a\n007\n", ("types", new[] { ("a", "INTEGER") })));
        Assert.Equal(["1.5|2"], FormatsKit.ReadCsv("a;b\n1,5;2\n", ("decimal_separator", ","), ("delim", ";")));
        Assert.Equal("x INTEGER, y VARCHAR",
            FormatsKit.SchemaOf("1,2\n", ("columns", new[] { ("x", "INTEGER"), ("y", "VARCHAR") })));
        Assert.Equal("p BIGINT, b BIGINT", FormatsKit.SchemaOf("a,b\n1,2\n", ("names", new[] { "p" })));
    }

    [Fact]
    public void An_unknown_option_names_the_known_ones()
    {
        Engine.Errors.ColFragException error = FormatsKit.Fails(() => FormatsKit.Csv(("delimeter", ",")));
        Assert.Equal("Unknown option of CSV: delimeter", error.Message);
        Assert.Contains("delim", error.Hint, StringComparison.Ordinal);
        Assert.Contains("nullstr", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_stays_valid_after_the_reader_went_on()
    {
        string text = "a,b\n" + string.Concat(Enumerable.Range(0, 5_000).Select(i => $"{i},\"v \"\"{i}\"\"\"\n"));
        using ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions { PieceBytes = 20_000 }, FormatsKit.ContextOf(text));
        List<Engine.Vectors.ColumnVector> kept = [];
        using Engine.Vectors.Batch batch = new(source.Schema);
        for (int piece = 0; piece < source.PieceCount; piece++)
        {
            using IPieceReader reader = source.OpenPiece(piece, [0, 1], MemoryAccount.Untracked);
            while (reader.Read(batch, CancellationToken.None))
            {
                Engine.Vectors.ColumnVector copy = new(LogicalType.Varchar);
                copy.ShareFrom(batch.Columns[1]);
                kept.Add(copy);
            }
        }
        int row = 0;
        foreach (Engine.Vectors.ColumnVector vector in kept)
        {
            for (int i = 0; i < vector.Count; i++, row++)
                Assert.Equal($"v \"{row}\"", Engine.Vectors.VectorValues.GetValue(vector, i).AsText);
            vector.Dispose();
        }
        Assert.Equal(5_000, row);
    }

    [Fact]
    public void Every_byte_of_memory_is_given_back()
    {
        MemoryBroker broker = new(long.MaxValue);
        using MemoryAccount account = broker.CreateAccount("csv");
        string text = "a,b\n" + string.Concat(Enumerable.Range(0, 3_000).Select(i => $"{i},\"v \"\"{i}\"\"\"\n"));
        using (ITableSource source = CsvSource.Open(["t.csv"], new CsvOptions(), FormatsKit.ContextOf(text) with { Account = account }))
        {
            Assert.Equal(3_000, FormatsKit.Rows(source, account).Count);
        }
        Assert.Equal(0, account.UsedBytes);
        Assert.True(account.PeakBytes > 0);
    }
}

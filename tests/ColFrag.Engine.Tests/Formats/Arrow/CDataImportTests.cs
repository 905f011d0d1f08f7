using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Formats.Arrow.CData;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Formats.Arrow;

/// <summary>Rows of other libraries by Arrow's C interfaces: what is read, and who releases what when.</summary>
public sealed unsafe class CDataImportTests : IDisposable
{
    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
    private readonly Connection _connection;

    public CDataImportTests() => _connection = _database.Connect();

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void A_stream_is_read_once_and_released_with_each_of_its_arrays()
    {
        using ForeignArrow foreign = new();
        CArrowStream* stream = Numbers(foreign, 3);
        _connection.ImportArrowStream("numbers", (nint)stream);
        Assert.True(stream->Release is null);
        Assert.Equal((1, 0), (foreign.SchemasReleased, foreign.StreamsReleased));
        Assert.Equal(["9|36"], Rows("SELECT count(*), sum(n) FROM numbers"));
        Assert.Equal((3, 1), (foreign.ArraysReleased, foreign.StreamsReleased));
        ColFragException error = FormatsKit.Fails(() => Rows("SELECT * FROM numbers"));
        Assert.Equal(SqlStates.ObjectNotInPrerequisiteState, error.SqlState);
        Assert.True(_connection.DropArrow("NUMBERS"));
        Assert.False(_connection.DropArrow("numbers"));
        Assert.Equal((3, 1), (foreign.ArraysReleased, foreign.StreamsReleased));
    }

    [Fact]
    public void A_stream_that_is_left_early_or_never_read_is_released_once()
    {
        using ForeignArrow some = new(), none = new(), unread = new();
        _connection.ImportArrowStream("early", (nint)Numbers(some, 50));
        Assert.Equal(["0"], Rows("SELECT n FROM early LIMIT 1"));
        Assert.Equal(1, some.StreamsReleased);
        Assert.InRange(some.ArraysReleased, 1, 50);
        _connection.ImportArrowStream("none", (nint)Numbers(none, 2));
        _connection.ImportArrowStream("none", (nint)Numbers(unread, 2));
        Assert.Equal((1, 0), (none.StreamsReleased, none.ArraysReleased));
        _connection.Dispose();
        Assert.Equal((1, 0), (unread.StreamsReleased, unread.ArraysReleased));
    }

    [Fact]
    public void A_stream_that_fails_tells_why_and_is_released_once()
    {
        using ForeignArrow foreign = new() { FailsAfter = 2 };
        _connection.ImportArrowStream("numbers", (nint)Numbers(foreign, 3));
        ColFragException error = FormatsKit.Fails(() => Rows("SELECT sum(n) FROM numbers"));
        Assert.Equal(SqlStates.ExternalRoutineException, error.SqlState);
        Assert.Contains("the disk is on fire", error.Message, StringComparison.Ordinal);
        Assert.Equal((2, 1), (foreign.ArraysReleased, foreign.StreamsReleased));
    }

    [Fact]
    public void What_cannot_be_read_is_released_too()
    {
        using ForeignArrow stream = new(), array = new(), broken = new();
        CArrowSchema* unknown = stream.Schema("+s", "", stream.Schema("xyz", "x"));
        FormatsKit.Fails(() => _connection.ImportArrowStream("a", (nint)stream.Stream(unknown)));
        Assert.Equal((1, 1), (stream.SchemasReleased, stream.StreamsReleased));
        CArrowSchema* single = array.Schema("i", "x");
        CArrowArray* four = array.Array(1, 0, [null, ForeignArrow.Of(4)]);
        FormatsKit.Fails(() => _connection.ImportArrowArray("a", (nint)single, (nint)four));
        Assert.Equal((1, 1), (array.SchemasReleased, array.ArraysReleased));
        // A column with a row less than its table.
        CArrowSchema* table = broken.Schema("+s", "", broken.Schema("i", "x"));
        CArrowArray* rows = broken.Array(2, 0, [null], broken.Array(1, 0, [null, ForeignArrow.Of(4)]));
        FormatsKit.Fails(() => _connection.ImportArrowArray("a", (nint)table, (nint)rows));
        Assert.Equal((1, 1), (broken.SchemasReleased, broken.ArraysReleased));
    }

    [Fact]
    public void An_array_is_read_as_often_as_wanted_and_released_with_its_name()
    {
        using ForeignArrow foreign = new();
        CArrowSchema* schema = foreign.Schema("+s", "", foreign.Schema("i", "n"));
        CArrowArray* array = foreign.Array(3, 0, [null], foreign.Array(3, 1, [[0b101], ForeignArrow.Of(1, 0, 3)]));
        _connection.ImportArrowArray("numbers", (nint)schema, (nint)array);
        Assert.Equal(["3|2|4"], Rows("SELECT count(*), count(n), sum(n) FROM numbers"));
        Assert.Equal(["2"], Rows("SELECT count(*) FROM numbers a JOIN numbers b ON a.n = b.n"));
        Assert.Equal((1, 0), (foreign.SchemasReleased, foreign.ArraysReleased));
        _connection.DropArrow("numbers");
        Assert.Equal((1, 1), (foreign.SchemasReleased, foreign.ArraysReleased));
    }

    [Fact]
    public void Views_dictionaries_runs_unions_and_offsets_are_read()
    {
        using ForeignArrow f = new();
        CArrowSchema* coded = f.Schema("C", "coded");
        coded->Dictionary = f.Schema("u");
        CArrowSchema* schema = f.Schema(
            "+s", "", f.Schema("vu", "view"), coded, f.Schema("+r", "runs", f.Schema("s"), f.Schema("d:9,2")),
            f.Schema("+vl", "lists", f.Schema("l", "item")), f.Schema("+ud:5,7", "either", f.Schema("i", "a"),
                f.Schema("u", "b")), f.Schema("+w:2", "pair", f.Schema("g", "item")), f.Schema("b", "flag"),
            f.Schema("U", "large"), f.Schema("tdm", "day"), f.Schema("tss:UTC", "moment"));
        CArrowArray* codes = f.Array(4, 0, [null, [9, 1, 0, 1]]);
        codes->Dictionary = f.Array(2, 0, [null, ForeignArrow.Of(0, 3, 5), [.. "redno"u8]]);
        CArrowArray* runs = f.Array(
            4, 0, [], f.Array(2, 0, [null, ForeignArrow.Of<short>(2, 4)]),
            f.Array(2, 0, [null, ForeignArrow.Of<Int128>(125, -1)]));
        byte[] views = [.. ForeignArrow.Of(0, 0, 0, 0), .. Short("hi"), .. ForeignArrow.Of(14), .. "long"u8,
            .. ForeignArrow.Of(0, 2), .. Short("")];
        CArrowArray* rows = f.Array(
            3, 0, [null],
            f.Array(4, 1, [[0b0111], views, [.. "--long as a text"u8], ForeignArrow.Of(16L)]),
            codes, runs,
            f.Array(4, 0, [null, ForeignArrow.Of(0, 1, 0, 3), ForeignArrow.Of(1, 2, 3, 0)],
                f.Array(3, 0, [null, ForeignArrow.Of(10L, 20, 30)])),
            f.Array(4, 0, [[5, 7, 5, 5], ForeignArrow.Of(0, 0, 1, 2)],
                f.Array(3, 0, [null, ForeignArrow.Of(1, 2, 3)]),
                f.Array(1, 0, [null, ForeignArrow.Of(0, 3), [.. "two"u8]])),
            f.Array(4, 0, [null], f.Array(8, 0, [null, ForeignArrow.Of(0.0, 1, 2, 3, 4, 5, 6, 7)])),
            f.Array(4, 0, [null, [0b1010]]),
            f.Array(4, 0, [null, ForeignArrow.Of(0L, 1, 2, 3, 4), [.. "abcd"u8]]),
            f.Array(4, 0, [null, ForeignArrow.Of(0L, 86_400_000, -1, 0)]),
            f.Array(4, 0, [null, ForeignArrow.Of(0L, 1, 60, 3600)]));
        // The first row of every column is passed over.
        rows->Offset = 1;
        _connection.ImportArrowArray("kinds", (nint)schema, (nint)rows);
        Assert.Equal(
            [
                "hi|no|1.25|[20, 30]|{'a': NULL, 'b': two}|[2, 3]|true|b|1970-01-02|1970-01-01 00:00:01+00",
                "long as a text|red|-0.01|[10, 20, 30]|{'a': 2, 'b': NULL}|[4, 5]|false|c|1969-12-31|" +
                    "1970-01-01 00:01:00+00",
                "∅|no|-0.01|[]|{'a': 3, 'b': NULL}|[6, 7]|true|d|1970-01-01|1970-01-01 01:00:00+00",
            ], Rows("SELECT * FROM kinds"));
        _connection.DropArrow("kinds");
        Assert.Equal(1, f.ArraysReleased);

        static byte[] Short(string text) =>
            [.. ForeignArrow.Of(text.Length), .. System.Text.Encoding.UTF8.GetBytes(text.PadRight(12, '\0'))];
    }

    [Fact]
    public void Elements_are_pointed_at_but_for_those_near_the_end_of_a_buffer()
    {
        using ForeignArrow foreign = new();
        long[] values = [.. Enumerable.Range(0, 5000).Select(i => (long)i)];
        CArrowArray* column = foreign.Array(5000, 0, [null, ForeignArrow.Of<long>(values)]);
        long* place = (long*)column->Buffers[1];
        CArrowSchema* schema = foreign.Schema("+s", "", foreign.Schema("l", "n"));
        CArrowArray* array = foreign.Array(5000, 0, [null], column);
        using ImportedSource source = new(
            SchemaImport.Read(schema), ArrayImport.Take(array, SchemaImport.Read(schema)));
        using Batch batch = new(source.Schema);
        using ColumnVector kept = new(LogicalType.BigInt);
        using (IPieceReader reader = source.OpenPiece(0, [0], MemoryAccount.Untracked))
        {
            List<bool> isInPlace = [];
            while (reader.Read(batch, CancellationToken.None))
            {
                long* data = batch.Columns[0].As<long>();
                isInPlace.Add(data == place + (isInPlace.Count * Batch.MaxRows));
                Assert.Equal(batch.Columns[0].GetInteger(batch.Count - 1), (Int128)data[batch.Count - 1]);
                if (isInPlace.Count == 1) kept.ShareFrom(batch.Columns[0]);
            }
            Assert.Equal([true, true, false], isInPlace);
        }
        // Whoever keeps a vector keeps the array.
        source.Dispose();
        batch.Dispose();
        Assert.Equal(0, foreign.ArraysReleased);
        Assert.Equal((Int128)2047, kept.GetInteger(2047));
        kept.Dispose();
        Assert.Equal(1, foreign.ArraysReleased);
    }

    [Fact]
    public void A_stream_is_loaded_into_a_table_by_names_or_places()
    {
        _connection.RunAsync("CREATE TABLE t (a VARCHAR, n BIGINT)").Now();
        using ForeignArrow byName = new(), failing = new() { FailsAfter = 1 }, absent = new();
        Assert.Equal(6, Load("t", Numbers(byName, 2)));
        Assert.Equal(["6|15|0"], Rows("SELECT count(*), sum(n), count(a) FROM t"));
        CArrowStream* broken = Numbers(failing, 2), homeless = Numbers(absent, 2);
        FormatsKit.Fails(() => Load("t", broken));
        Assert.Equal(["6"], Rows("SELECT count(*) FROM t"));
        FormatsKit.Fails(() => Load("nowhere", homeless));
        Assert.Equal((1, 1, 1), (byName.StreamsReleased, failing.StreamsReleased, absent.StreamsReleased));
        Assert.Equal((2, 1, 0), (byName.ArraysReleased, failing.ArraysReleased, absent.ArraysReleased));
    }

    private long Load(string table, CArrowStream* stream) =>
        _connection.CopyFromArrowAsync(table, (nint)stream).Now();

    /// <summary>Arrays of three rows each: 0, 1, 2; 3, 4, 5; and so on.</summary>
    private static CArrowStream* Numbers(ForeignArrow foreign, int count)
    {
        CArrowArray*[] arrays = new CArrowArray*[count];
        for (int i = 0; i < count; i++)
        {
            arrays[i] = foreign.Array(
                3, 0, [null], foreign.Array(3, 0, [null, ForeignArrow.Of(3 * i, (3 * i) + 1, (3 * i) + 2)]));
        }
        return foreign.Stream(foreign.Schema("+s", "", foreign.Schema("i", "n")), arrays);
    }

    private List<string> Rows(string sql) =>
    [
        .. _connection.QueryAsync(sql).Now()
            .Select(row => string.Join('|', row.Select(v => v.IsNull ? "∅" : v.ToString()))),
    ];
}

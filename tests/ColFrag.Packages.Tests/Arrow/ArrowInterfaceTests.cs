using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using ColFrag.Engine;
using ColFrag.Engine.Tests.Formats.Arrow;
using ColFrag.Packages.Tests.Support;

namespace ColFrag.Packages.Tests.Arrow;

/// <summary>
/// Arrow's C interfaces between ColFrag and Apache.Arrow in one process: rows, and how long they live.
/// </summary>
public sealed unsafe class ArrowInterfaceTests : IDisposable
{
    private static readonly string s_query = SampleRows.Of(SampleRows.Flat, SampleRows.Nested, SampleRows.Rare);

    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 2 });
    private readonly Connection _connection;

    public ArrowInterfaceTests()
    {
        _connection = _database.Connect();
        _connection.RunAsync(SampleRows.Types).Now();
    }

    public void Dispose()
    {
        _connection.Dispose();
        _database.Dispose();
    }

    [Fact]
    public void The_package_imports_every_type_that_we_export()
    {
        using IArrowArrayStream rows = Export(s_query);
        SameRows.Check(
            PlainText.RowsAsync(_connection, s_query).Now(),
            ArrowRows.OfAsync(rows).Now());
    }

    [Fact]
    public void We_import_every_type_that_the_package_exports()
    {
        CArrowArrayStream* stream = CArrowArrayStream.Create();
        List<RecordBatch> batches = [];
        using (IArrowArrayStream rows = Export(s_query))
        {
            while (rows.ReadNextRecordBatchAsync().Now() is { } batch) batches.Add(batch);
            KeptStream kept = new(rows.Schema, batches);
            CArrowArrayStreamExporter.ExportArrayStream(kept, stream);
            _connection.ImportArrowStream("theirs", (nint)stream);
            SameRows.Check(
                PlainText.RowsAsync(_connection, s_query).Now(),
                PlainText.RowsAsync(_connection, "SELECT * FROM theirs").Now());
            Assert.True(kept.IsDisposed);
        }
        CArrowArrayStream.Free(stream);
    }

    [Fact]
    public void Rows_that_the_package_took_outlive_the_stream_the_result_and_the_database()
    {
        RecordBatch first;
        using (Database database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 }))
        {
            using Connection connection = database.Connect();
            const string Sql = "SELECT i * 3 AS i, 't' || i AS t FROM range(100000) r(i)";
            using (IArrowArrayStream rows = Export(Sql, connection))
                first = rows.ReadNextRecordBatchAsync().Now();
            // The stream was let go long before its end, which stops the statement: the session is free again.
            Assert.Equal(["1"], PlainText.RowsAsync(connection, "SELECT 1").Now());
        }
        Assert.Equal("21|t7", ArrowRows.Of(first).ElementAt(7));
        first.Dispose();
    }

    [Fact]
    public void Memory_of_rows_that_the_package_took_is_ours_again_when_it_disposes_of_them()
    {
        long before = _database.MemoryUsedBytes;
        List<RecordBatch> batches = [];
        using (IArrowArrayStream rows = Export("SELECT i, i * 2 AS j FROM range(200000) r(i) ORDER BY i DESC"))
        {
            while (rows.ReadNextRecordBatchAsync().Now() is { } batch) batches.Add(batch);
        }
        Assert.Equal(200_000, batches.Sum(b => b.Length));
        foreach (RecordBatch batch in batches) batch.Dispose();
        Assert.InRange(_database.MemoryUsedBytes, 0, before + (1 << 20));
    }

    [Fact]
    public void Arrays_of_the_package_are_let_go_when_their_name_is_dropped()
    {
        CountingAllocator memory = new();
        Int64Array numbers = new Int64Array.Builder().Append(0).Append(7).Append(0).Build(memory);
        Assert.True(memory.Alive > 0);
        Schema schema = new([new Field("n", Int64Type.Default, false)], []);
        CArrowSchema* type = CArrowSchema.Create();
        CArrowArray* array = CArrowArray.Create();
        CArrowSchemaExporter.ExportSchema(schema, type);
        using (RecordBatch batch = new(schema, [numbers], 3)) CArrowArrayExporter.ExportRecordBatch(batch, array);
        _connection.ImportArrowArray("numbers", (nint)type, (nint)array);
        Assert.Equal(["0", "7", "0"], PlainText.RowsAsync(_connection, "SELECT n FROM numbers").Now());
        Assert.Equal(["7"], PlainText.RowsAsync(_connection, "SELECT n FROM numbers WHERE n > 0").Now());
        Assert.True(memory.Alive > 0);
        Assert.True(_connection.DropArrow("numbers"));
        Assert.Equal(0, memory.Alive);
        CArrowSchema.Free(type);
        CArrowArray.Free(array);
    }

    [Fact]
    public void An_error_of_a_statement_reaches_the_package()
    {
        using IArrowArrayStream rows = Export("SELECT 10 / (4000 - i) FROM range(5000) r(i)");
        Exception error = Assert.ThrowsAny<Exception>(() => ArrowRows.OfAsync(rows).Now());
        Assert.Contains("zero", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    private IArrowArrayStream Export(string sql, Connection? connection = null)
    {
        CArrowArrayStream* stream = CArrowArrayStream.Create();
        (connection ?? _connection).ExecuteAsync(sql).Now().ExportArrowStream((nint)stream);
        // Importing moves what the structure holds, not the structure.
        IArrowArrayStream rows = CArrowArrayStreamImporter.ImportArrayStream(stream);
        CArrowArrayStream.Free(stream);
        return rows;
    }

    /// <summary>Batches that are there already, as a stream.</summary>
    private sealed class KeptStream(Schema schema, List<RecordBatch> batches) : IArrowArrayStream
    {
        private int _next;

        public Schema Schema => schema;

        public bool IsDisposed { get; private set; }

        public ValueTask<RecordBatch> ReadNextRecordBatchAsync(CancellationToken cancellationToken = default) =>
            new(_next < batches.Count ? batches[_next++] : null!);

        public void Dispose() => IsDisposed = true;
    }

    /// <summary>Memory of the process, and how many blocks of it are not let go yet.</summary>
    private sealed class CountingAllocator : Apache.Arrow.Memory.MemoryAllocator
    {
        public int Alive { get; private set; }

        protected override System.Buffers.IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
        {
            bytesAllocated = length;
            Alive++;
            return new Block(this, length);
        }

        private sealed class Block(CountingAllocator owner, int length) : System.Buffers.IMemoryOwner<byte>
        {
            private bool _isDisposed;

            public Memory<byte> Memory { get; } = GC.AllocateArray<byte>(length, pinned: true);

            public void Dispose()
            {
                if (_isDisposed) return;
                _isDisposed = true;
                owner.Alive--;
            }
        }
    }
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using static ColFrag.Cluster.Tests.Protocol.TestNodes;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>Batches arrive as they were sent, whatever their types and shapes, and damaged ones are refused.</summary>
public sealed class BatchTests
{
    private static readonly LogicalType[] NestedTypes =
    [
        LogicalType.List(LogicalType.BigInt), LogicalType.List(LogicalType.Varchar),
        LogicalType.Array(LogicalType.Double, 3),
        LogicalType.Struct([new Field("a", LogicalType.Integer), new Field("b", LogicalType.Varchar)]),
        LogicalType.Map(LogicalType.Varchar, LogicalType.Integer),
        LogicalType.List(LogicalType.List(LogicalType.Varchar)),
        LogicalType.List(LogicalType.Struct([new Field("x", LogicalType.Array(LogicalType.Varchar, 2))])),
        LogicalType.Array(LogicalType.List(LogicalType.SmallInt), 2), LogicalType.Null,
        LogicalType.Blob, LogicalType.Json, LogicalType.Enum(["a", "b", "c"]),
    ];

    private static LogicalType[] AllTypes => [.. RandomRows.CommonTypes, .. NestedTypes];

    [Fact]
    public void Every_type_in_every_shape_with_any_mask_arrives_as_it_was()
    {
        for (int seed = 0; seed < 150; seed++)
        {
            Random random = new(seed);
            Schema schema = new(Enumerable.Range(0, random.Next(1, 6))
                .Select(i => new Field($"c{i}", AllTypes[random.Next(AllTypes.Length)])));
            using ByteWriter body = new();
            using BatchWriter writer = new(origin: 0);
            using Arena arena = new(MemoryAccount.Untracked);
            List<Value[][]> expected = [];
            for (int b = random.Next(1, 4); b > 0; b--)
            {
                using Batch batch = RandomBatch(random, schema, random.Next(4) == 0 ? 2048 : random.Next(200), arena);
                expected.Add(RowsOf(batch));
                writer.Write(batch, body);
            }
            Assert.Equal(0, body.Length % 8);
            AssertRead(expected, schema, body.WrittenSpan, seed);
        }
    }

    [Fact]
    public void A_dictionary_crosses_once_and_not_before_its_rows_pay_for_it()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        Value[] values = [.. Enumerable.Range(0, 1000).Select(i => Value.Text($"value number {i}"))];
        ColumnVector entries = new(LogicalType.Varchar);
        VectorBuilder.Build(entries, values, arena);
        using VectorDictionary dictionary = new(entries, isSorted: false);
        Schema schema = new(new Field("c", LogicalType.Varchar));
        using BatchWriter writer = new(origin: 0);
        List<int> sizes = [];
        List<Value[][]> expected = [];
        using ByteWriter body = new();
        for (int b = 0; b < 8; b++)
        {
            using Batch batch = new([CodesInto(dictionary, 300, b)]) { Count = 300 };
            expected.Add(RowsOf(batch));
            int before = body.Length;
            writer.Write(batch, body);
            sizes.Add(body.Length - before);
        }
        // Rows 1 to 900 go as texts, then the values once, then two bytes a row.
        Assert.All(sizes[..3], size => Assert.InRange(size, 300 * 15, 300 * 20));
        Assert.InRange(sizes[3], 1000 * 15, 1000 * 20);
        Assert.All(sizes[4..], size => Assert.InRange(size, 600, 650));
        AssertRead(expected, schema, body.WrittenSpan, 0);
    }

    [Fact]
    public void Rows_without_a_value_carry_nothing_of_the_senders_memory()
    {
        Schema schema = new(new Field("n", LogicalType.BigInt), new Field("t", LogicalType.Varchar));
        using Arena arena = new(MemoryAccount.Untracked);
        using ByteWriter first = new(), second = new();
        foreach ((ByteWriter target, byte garbage) in (ValueTuple<ByteWriter, byte>[])[(first, 0x55), (second, 0xAA)])
        {
            using Batch batch = new(schema) { Count = 70 };
            foreach (ColumnVector column in batch.Columns)
            {
                column.ResetFlat();
                column.Count = 70;
                Scribble(column, garbage);
                for (int i = 0; i < 70; i++)
                {
                    Value value = column.Lane == PhysicalType.Utf8 ? Value.Text($"{i}") : Value.BigInt(i);
                    if (i % 3 == 0) column.SetNull(i);
                    else column.SetValue(i, value, arena);
                }
            }
            using BatchWriter writer = new(origin: 0);
            writer.Write(batch, target);
        }
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Fact]
    public void A_vector_outlives_the_next_frame_when_it_is_shared()
    {
        Schema schema = new(new Field("t", LogicalType.Varchar), new Field("n", LogicalType.BigInt));
        using Arena arena = new(MemoryAccount.Untracked);
        using ByteWriter body = new();
        using BatchWriter writer = new(origin: 0);
        Value[][] columns = [[Value.Text("kept text"), Value.Text("b")], [Value.BigInt(1), Value.BigInt(2)]];
        using (Batch batch = Build(schema, columns, arena)) writer.Write(batch, body);
        using BatchReader reader = new(schema, MemoryAccount.Untracked, "peer");
        using Batch target = new(schema);
        reader.Open(body.WrittenSpan);
        Assert.True(reader.TryRead(target));
        using ColumnVector text = new(LogicalType.Varchar), number = new(LogicalType.BigInt);
        text.ShareFrom(target.Columns[0]);
        number.ShareFrom(target.Columns[1]);
        for (int i = 0; i < 10; i++)
        {
            reader.Open(body.WrittenSpan);
            Assert.True(reader.TryRead(target));
            Assert.False(reader.TryRead(target));
        }
        Assert.Equal("kept text", text.GetValue(0).AsText);
        Assert.Equal(2, (long)number.GetInteger(1));
    }

    [Fact]
    public unsafe void Wide_values_travel_in_lanes_of_64_bits()
    {
        Schema schema = new(new Field("sum", LogicalType.Decimal(38, 2)));
        using Batch batch = new(schema) { Count = 2 };
        ColumnVector sums = batch.Columns[0];
        sums.ResetNarrow(PhysicalType.UInt64, -5);
        sums.Count = 2;
        sums.As<ulong>()[0] = 3;
        sums.As<ulong>()[1] = ulong.MaxValue;
        List<Value[][]> expected = [RowsOf(batch)];
        using BatchWriter writer = new(origin: 0);
        using ByteWriter body = new();
        writer.Write(batch, body);
        AssertRead(expected, schema, body.WrittenSpan, 0);
        // A lane as wide as the type is no narrow one: the numbers would not fit.
        Assert.Throws<CorruptDataException>(
            () => AssertRead(expected, new Schema(new Field("sum", LogicalType.BigInt)), body.ToArray(), 0));
    }

    [Fact]
    public void Codes_stay_good_after_the_stream_where_their_dictionary_is_counted_elsewhere()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        ColumnVector entries = new(LogicalType.Varchar);
        VectorBuilder.Build(entries, [Value.Text("first of two texts"), Value.Text("second of two texts")], arena);
        using VectorDictionary dictionary = new(entries, isSorted: false);
        Schema schema = new(new Field("c", LogicalType.Varchar));
        using BatchWriter writer = new(origin: 0);
        using ByteWriter body = new();
        using (Batch batch = new([CodesInto(dictionary, 300, 0)]) { Count = 300 }) writer.Write(batch, body);
        MemoryBroker broker = new(long.MaxValue);
        MemoryAccount dictionaries = broker.CreateAccount("dictionaries");
        MemoryAccount stream = broker.CreateAccount("stream");
        using ColumnVector kept = new(LogicalType.Varchar);
        using (Batch target = new(schema))
        using (BatchReader reader = new(schema, stream, "peer", dictionaries))
        {
            reader.Open(body.WrittenSpan);
            Assert.True(reader.TryRead(target));
            kept.ShareFrom(target.Columns[0]);
        }
        Assert.Equal(VectorShape.Dictionary, kept.Shape);
        Assert.True(dictionaries.UsedBytes > 0);
        Assert.EndsWith("of two texts", kept.GetValue(0).AsText, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_of_what_arrives_is_counted_and_given_back()
    {
        MemoryBroker broker = new(10_000_000);
        MemoryAccount account = broker.CreateAccount("exchange");
        Random random = new(1);
        Schema schema = new(AllTypes.Select((type, i) => new Field($"c{i}", type)));
        using Arena arena = new(MemoryAccount.Untracked);
        using ByteWriter body = new();
        using (BatchWriter writer = new(origin: 0))
        {
            using Batch batch = RandomBatch(random, schema, 500, arena);
            writer.Write(batch, body);
        }
        using (BatchReader reader = new(schema, account, "peer"))
        {
            using Batch target = new([.. schema.Fields.Select(field => new ColumnVector(field.Type, account))]);
            reader.Open(body.WrittenSpan);
            Assert.True(reader.TryRead(target));
            Assert.InRange(account.UsedBytes, body.Length, 10_000_000);
        }
        Assert.Equal(0, account.UsedBytes);
        broker.LimitBytes = 100;
        using BatchReader poor = new(schema, account, "peer");
        QueryException error = Assert.Throws<QueryException>(() => poor.Open(body.WrittenSpan));
        Assert.Equal(SqlStates.OutOfMemory, error.SqlState);
    }

    [Fact]
    public void A_batch_of_another_schema_is_refused()
    {
        using Arena arena = new(MemoryAccount.Untracked);
        using ByteWriter body = new();
        using BatchWriter writer = new(origin: 0);
        using (Batch batch = Build(new Schema(new Field("n", LogicalType.BigInt)), [[Value.BigInt(1)]], arena))
            writer.Write(batch, body);
        foreach (Schema other in (Schema[])[
            new(new Field("n", LogicalType.Integer)), new(new Field("n", LogicalType.Varchar)), new(),
            new(new Field("n", LogicalType.BigInt), new Field("m", LogicalType.BigInt))])
        {
            using BatchReader reader = new(other, MemoryAccount.Untracked, "peer");
            using Batch target = new(other);
            reader.Open(body.WrittenSpan);
            Assert.Throws<CorruptDataException>(() => reader.TryRead(target));
        }
    }

    [Fact]
    [Trait("Budget", "fuzz")]
    public void Mutated_batches_are_read_or_rejected_and_nothing_else()
    {
        DateTime end = DateTime.UtcNow + TestBudget.Share("fuzz", 5);
        int rejected = 0, read = 0;
        for (int seed = 0; seed < 100_000 && (seed < 300 || DateTime.UtcNow < end); seed++)
        {
            Random random = new(seed);
            Schema schema = new(Enumerable.Range(0, random.Next(1, 4))
                .Select(i => new Field($"c{i}", AllTypes[random.Next(AllTypes.Length)])));
            using Arena arena = new(MemoryAccount.Untracked);
            using ByteWriter body = new();
            using (BatchWriter writer = new(origin: 0))
            {
                using Batch batch = RandomBatch(random, schema, random.Next(80), arena);
                writer.Write(batch, body);
                writer.Write(batch, body);
            }
            for (int attempt = 0; attempt < 50; attempt++)
            {
                byte[] damaged = body.ToArray();
                if (random.Next(4) == 0) damaged = damaged[..random.Next(damaged.Length)];
                for (int i = random.Next(1, 4); i > 0 && damaged.Length > 0; i--)
                {
                    int limit = random.Next(2) == 0 ? Math.Min(damaged.Length, 64) : damaged.Length;
                    damaged[random.Next(limit)] = (byte)random.Next(256);
                }
                try
                {
                    using BatchReader reader = new(schema, MemoryAccount.Untracked, "peer");
                    using Batch target = new(schema);
                    reader.Open(damaged);
                    while (reader.TryRead(target)) RowsOf(target);
                    read++;
                }
                catch (CorruptDataException)
                {
                    rejected++;
                }
            }
        }
        Assert.True(rejected > 1000 && read > 1000, $"{rejected} rejected, {read} read");
    }

    [Fact]
    public async Task A_stream_of_batches_crosses_a_call_without_waiting_inside_the_sender()
    {
        Schema schema = new(new Field("n", LogicalType.BigInt), new Field("t", LogicalType.Varchar));
        await using TestNodes nodes = Start(
            new RpcHandlers().On<Failure>(async (_, call) =>
            {
                using BatchSender sender = new(call, frameBytes: 4096);
                using Arena arena = new(MemoryAccount.Untracked);
                for (int b = 0; b < 200; b++)
                {
                    using Batch batch = Build(
                        schema,
                        [
                            [.. Enumerable.Range(0, 100).Select(i => Value.BigInt((b * 100) + i))],
                            [.. Enumerable.Range(0, 100).Select(i => Value.Text($"row {i}"))],
                        ],
                        arena);
                    await sender.AddAsync(batch, call.CancellationToken);
                }
                await sender.FinishAsync(call.CancellationToken);
                return Say($"{sender.RowCount}");
            }),
            limits: new RpcLimits { WindowBytes = 20_000 });
        await using RpcConnection connection = await nodes.ConnectAsync();
        await using RpcStream stream = await connection.StartAsync(Say(""), TimeSpan.FromMinutes(1));
        using BatchReader reader = new(schema, MemoryAccount.Untracked, stream.PeerName);
        using Batch target = new(schema);
        long next = 0;
        while (await stream.ReadAsync(Patience) is Frame frame)
        {
            using (frame) reader.Open(frame.Body.Span);
            while (reader.TryRead(target))
            {
                for (int i = 0; i < target.Count; i++, next++)
                {
                    Assert.Equal(next, (long)target.Columns[0].GetInteger(i));
                    Assert.Equal($"row {next % 100}", target.Columns[1].GetValue(i).AsText);
                }
            }
        }
        Assert.Equal("20000", Text(await stream.GetReplyAsync<Failure>()));
        Assert.Equal(20_000, next);
    }

    [Fact]
    public void A_batch_of_long_texts_is_cut_into_frames()
    {
        Schema schema = new(new Field("t", LogicalType.Varchar));
        using Arena arena = new(MemoryAccount.Untracked);
        Value[] rows =
            [.. Enumerable.Range(0, 40).Select(i => Value.Text(new string((char)('a' + (i % 26)), 1 << 20)))];
        using Batch batch = Build(schema, [rows], arena);
        batch.BeginMask()[7] = false;
        Frames frames = new();
        using (BatchSender sender = new(frames))
        {
            Assert.Null(sender.Add(batch));
            Assert.Null(sender.Finish());
        }
        Assert.InRange(frames.Bodies.Count, 5, 6);
        using BatchReader reader = new(schema, MemoryAccount.Untracked, "peer");
        using Batch target = new(schema);
        List<Value> seen = [];
        foreach (byte[] body in frames.Bodies)
        {
            reader.Open(body);
            while (reader.TryRead(target)) seen.AddRange(RowsOf(target).Select(row => row[0]));
        }
        Assert.Equal(rows.Where((_, i) => i != 7), seen);
    }

    private static void AssertRead(List<Value[][]> expected, Schema schema, ReadOnlySpan<byte> body, int seed)
    {
        using BatchReader reader = new(schema, MemoryAccount.Untracked, "peer");
        using Batch target = new(schema);
        reader.Open(body);
        foreach (Value[][] rows in expected)
        {
            Assert.True(reader.TryRead(target));
            Value[][] read = RowsOf(target);
            Assert.True(rows.Length == read.Length, $"seed {seed}: {read.Length} rows instead of {rows.Length}");
            for (int i = 0; i < rows.Length; i++)
                Assert.True(rows[i].SequenceEqual(read[i]), $"seed {seed}, row {i}: {string.Join(", ", schema)}");
        }
        Assert.False(reader.TryRead(target));
    }

    private static Batch RandomBatch(Random random, Schema schema, int count, Arena arena)
    {
        ColumnVector[] columns = [.. schema.Fields.Select(field =>
        {
            Value[] values = field.Type.Kind switch
            {
                TypeKind.Null => [.. Enumerable.Repeat(Value.Null(field.Type), count)],
                TypeKind.Enum => [.. Enumerable.Range(0, count).Select(_ => Value.Integer(field.Type, random.Next(3)))],
                _ => RandomRows.Column(random, field.Type, count, random.Next(1, 30), random.Next(3) * 0.2),
            };
            values = [.. values.Select(value => Retyped(value, field.Type))];
            return ShapedVector.Build(field.Type, values, (VectorShape)random.Next(4), arena, random);
        })];
        Batch batch = new(columns) { Count = count };
        if (random.Next(3) == 0)
        {
            RowMask mask = batch.BeginMask();
            for (int i = 0; i < count; i++) mask[i] = random.Next(3) > 0;
        }
        return batch;
    }

    /// <summary>Random text is VARCHAR whatever was asked for.</summary>
    private static Value Retyped(Value value, LogicalType type) =>
        type.Kind is TypeKind.Blob or TypeKind.Json && !value.IsNull
            ? Value.Bytes(type, value.AsBytes.ToArray())
            : value;

    private static Batch Build(Schema schema, Value[][] columns, Arena arena)
    {
        Batch batch = new(schema) { Count = columns[0].Length };
        for (int i = 0; i < columns.Length; i++) VectorBuilder.Build(batch.Columns[i], columns[i], arena);
        return batch;
    }

    private static Value[][] RowsOf(Batch batch) =>
        [.. Enumerable.Range(0, batch.Count).Where(row => !batch.IsMasked || batch.Mask[row])
            .Select(row => batch.Columns.Select(column => column.GetValue(row)).ToArray())];

    private static unsafe ColumnVector CodesInto(VectorDictionary dictionary, int count, int seed)
    {
        ColumnVector vector = new(LogicalType.Varchar);
        vector.ResetDictionary(PhysicalType.UInt16, dictionary);
        vector.Count = count;
        Random random = new(seed);
        for (int i = 0; i < count; i++) vector.As<ushort>()[i] = (ushort)random.Next(dictionary.Count);
        return vector;
    }

    private static unsafe void Scribble(ColumnVector vector, byte garbage) =>
        new Span<byte>(vector.Data, 2048 * vector.Lane.SizeBytes()).Fill(garbage);

    /// <summary>Keeps what is sent.</summary>
    private sealed class Frames : IDataSender
    {
        public List<byte[]> Bodies { get; } = [];

        public ByteWriter BeginData(DataType type, int capacity) =>
            FrameWriter.Begin(FrameKind.Data, 1, (ushort)type);

        public bool TrySendData(ByteWriter data, out Signal? wait)
        {
            wait = null;
            Bodies.Add(data.WrittenSpan[FrameHeader.Size..].ToArray());
            data.Dispose();
            return true;
        }
    }
}

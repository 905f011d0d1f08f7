using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Store;

public sealed class RowBlockTests
{
    private static readonly Schema s_flat = new(
        new Field("b", LogicalType.Boolean), new Field("i8", LogicalType.TinyInt),
        new Field("i16", LogicalType.SmallInt), new Field("i32", LogicalType.Integer),
        new Field("i64", LogicalType.BigInt), new Field("i128", LogicalType.HugeInt),
        new Field("u64", LogicalType.UBigInt), new Field("d", LogicalType.Decimal(30, 3)),
        new Field("r", LogicalType.Real), new Field("f", LogicalType.Double), new Field("t", LogicalType.Varchar),
        new Field("x", LogicalType.Blob), new Field("v", LogicalType.Interval),
        new Field("e", LogicalType.Enum(["a", "b", "c"])));

    [Fact]
    public void Rows_of_flat_types_read_back_equal_with_and_without_a_mask()
    {
        Random random = new(3);
        foreach (int count in new[] { 0, 1, 63, 64, 65, 2048 })
        {
            foreach (bool masked in new[] { false, true })
            {
                using Batch batch = MakeFlat(random, count);
                if (masked)
                {
                    RowMask mask = batch.BeginMask();
                    for (int r = 0; r < count; r++) mask[r] = random.Next(3) > 0;
                }
                Assert.Equal(StoreRows.Values(batch).Select(r => r.ToArray()), RoundTrip(batch, batch));
            }
        }
    }

    [Fact]
    public void Narrow_constant_and_dictionary_vectors_are_written_as_their_values()
    {
        using Batch batch = MakeShapes();
        Assert.Equal(StoreRows.Values(batch).Select(r => r.ToArray()), RoundTrip(batch, batch));
        RowMask mask = batch.BeginMask();
        mask[1] = false;
        Assert.Equal(StoreRows.Values(batch).Select(r => r.ToArray()), RoundTrip(batch, batch));
    }

    [Fact]
    public unsafe void Nested_rows_read_back_equal()
    {
        LogicalType list = LogicalType.List(LogicalType.Varchar);
        LogicalType nested = LogicalType.Struct(
            [new Field("l", list), new Field("n", LogicalType.Array(LogicalType.Integer, 2))]);
        using Batch batch = new(new Schema(new Field("s", nested)));
        ColumnVector top = batch.Columns[0];
        top.ResetFlat();
        top.Count = batch.Count = 4;
        top.SetNull(2);
        ColumnVector lists = top.Children[0];
        lists.ResetFlat();
        lists.Count = 4;
        ListView[] views = [new(3, 2), new(0, 3), new(9, 9), new(0, 0)];
        for (int r = 0; r < 4; r++) ((ListView*)lists.Data)[r] = views[r];
        lists.SetNull(2);
        using Batch texts = StoreRows.Batch(new Schema(new Field("t", LogicalType.Varchar)),
            [.. new[] { "a", "bb", "", "dddd", "e" }.Select(t => new[] { Value.Text(t) })]);
        lists.Children[0].ShareFrom(texts.Columns[0]);
        ColumnVector arrays = top.Children[1];
        arrays.ResetFlat();
        arrays.Count = 4;
        arrays.Children[0].ResetFlat();
        arrays.Children[0].Count = 8;
        for (int i = 0; i < 8; i++) ((int*)arrays.Children[0].Data)[i] = i * 10;
        arrays.Children[0].SetNull(7);
        Value[][] expected = [.. StoreRows.Values(batch).Select(r => r.ToArray())];
        Assert.Equal("dddd", expected[0][0].Elements[0].Elements[0].AsText);
        Assert.Equal(expected, RoundTrip(batch, batch));
        RowMask mask = batch.BeginMask();
        mask[0] = false;
        Assert.Equal(expected[1..], RoundTrip(batch, batch));
    }

    [Fact]
    public void Several_blocks_follow_each_other()
    {
        using ByteWriter writer = new();
        for (long i = 0; i < 5; i++)
        {
            using Batch batch = StoreRows.Numbers(Enumerable.Range(0, (int)i + 1).Select(n => n + (i * 100)));
            RowBlockWriter.Append(writer, batch);
        }
        using Batch target = StoreRows.Numbers();
        RowBlockReader reader = MakeReader(writer.WrittenSpan, out NativeBuffer buffer);
        List<int> counts = [];
        while (reader.Read(target)) counts.Add(target.Count);
        Assert.Equal([1, 2, 3, 4, 5], counts);
        buffer.Release();
    }

    [Fact]
    public void Damaged_bytes_give_corrupt_data_or_other_values()
    {
        Random random = new(5);
        using Batch batch = MakeFlat(random, 40);
        using ByteWriter writer = new();
        RowBlockWriter.Append(writer, batch);
        byte[] bytes = writer.ToArray();
        using Batch target = new(s_flat);
        for (int i = 0; i < 20_000; i++)
        {
            byte[] damaged = [.. bytes];
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            int length = random.Next(2) == 0 ? damaged.Length : random.Next(damaged.Length);
            RowBlockReader reader = MakeReader(damaged.AsSpan(0, length), out NativeBuffer buffer);
            try
            {
                while (reader.Read(target)) Assert.Equal(target.Count, StoreRows.Values(target).Length);
            }
            catch (CorruptDataException)
            {
                // What must happen, unless only values changed.
            }
            finally
            {
                buffer.Release();
            }
        }
    }

    private static Value[][] RoundTrip(Batch batch, Batch like)
    {
        using ByteWriter writer = new();
        int count = RowBlockWriter.Append(writer, batch);
        Assert.Equal(batch.SelectedCount, count);
        using Batch target = new([.. like.Columns.Select(c => new ColumnVector(c.Type))]);
        RowBlockReader reader = MakeReader(writer.WrittenSpan, out NativeBuffer buffer);
        Assert.True(reader.Read(target));
        Assert.Equal(count, target.Count);
        buffer.Release();
        Value[][] values = [.. StoreRows.Values(target).Select(r => r.ToArray())];
        Assert.False(reader.Read(target));
        return values;
    }

    private static RowBlockReader MakeReader(ReadOnlySpan<byte> bytes, out NativeBuffer buffer)
    {
        buffer = NativeBuffer.Allocate(Math.Max(bytes.Length, 1), MemoryAccount.Untracked);
        bytes.CopyTo(buffer.Span);
        return new RowBlockReader(buffer, 0, bytes.Length, "test");
    }

    private static Batch MakeFlat(Random random, int count) => StoreRows.Batch(
        s_flat,
        [.. Enumerable.Range(0, count).Select(_ => s_flat.Fields.Select(f => MakeValue(random, f.Type)).ToArray())]);

    private static Value MakeValue(Random random, LogicalType type)
    {
        if (random.Next(5) == 0) return Value.Null(type);
        return type.Kind switch
        {
            TypeKind.Boolean => Value.Boolean(random.Next(2) == 1),
            TypeKind.Enum => Value.Integer(type, random.Next(3)),
            TypeKind.Varchar => Value.Text(new string('ü', random.Next(20))),
            TypeKind.Blob => Value.Bytes(type, [.. Enumerable.Range(0, random.Next(9)).Select(b => (byte)b)]),
            TypeKind.Real or TypeKind.Double => Value.Float(type, random.NextDouble()),
            TypeKind.Interval => Value.OfInterval(new Interval(random.Next(), random.Next(), random.NextInt64())),
            TypeKind.UBigInt => Value.Integer(type, ulong.MaxValue - (ulong)random.Next(5)),
            _ => Value.Integer(type, random.Next(-100, 100)),
        };
    }

    private static unsafe Batch MakeShapes()
    {
        Batch texts = StoreRows.Batch(
            new Schema(new Field("t", LogicalType.Varchar)), [[Value.Text("x")], [Value.Text("yy")]]);
        Batch numbers = StoreRows.Numbers(10, 20);
        ColumnVector constant = new(LogicalType.Integer), narrow = new(LogicalType.BigInt),
            codes = new(LogicalType.Varchar), numberCodes = new(LogicalType.BigInt), nulls = new(LogicalType.Double);
        constant.ResetConstant(3);
        *(int*)constant.Data = 42;
        narrow.ResetNarrow(PhysicalType.UInt8, 1000);
        codes.ResetDictionary(PhysicalType.UInt8, new VectorDictionary(texts.Columns[0], true));
        numberCodes.ResetDictionary(PhysicalType.UInt16, new VectorDictionary(numbers.Columns[0], true));
        narrow.Count = codes.Count = numberCodes.Count = 3;
        for (int r = 0; r < 3; r++)
        {
            narrow.Data[r] = (byte)(r * 5);
            codes.Data[r] = (byte)(r & 1);
            ((ushort*)numberCodes.Data)[r] = (ushort)(r & 1);
        }
        codes.SetNull(2);
        nulls.SetAllNull(3);
        return new Batch([constant, narrow, codes, numberCodes, nulls]) { Count = 3 };
    }
}

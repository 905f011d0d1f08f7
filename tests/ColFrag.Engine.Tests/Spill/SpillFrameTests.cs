using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Spill;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Spill;

/// <summary>What comes back from a spill file is what went in, or an error that says so.</summary>
public sealed unsafe class SpillFrameTests
{
    private static readonly LogicalType[] s_types =
    [
        .. RandomRows.CommonTypes, LogicalType.List(LogicalType.Varchar), LogicalType.Null,
        LogicalType.List(LogicalType.List(LogicalType.Integer)),
        LogicalType.Struct([new Field("a", LogicalType.Varchar), new Field("b", LogicalType.List(LogicalType.Date))]),
    ];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Vectors_of_every_shape_and_type_come_back(int seed)
    {
        Random random = new(seed);
        using Arena arena = new(MemoryAccount.Untracked);
        MemoryFileSystem files = new(tracksCrashes: false);
        using SpillSpace space = SpillSpace.In(files, "spill");
        using SpillFile file = space.Create();
        using SpillFrameWriter writer = new(MemoryAccount.Untracked);
        for (int round = 0; round < 20; round++)
        {
            int count = round == 0 ? 1 : 1 + random.Next(Batch.MaxRows);
            Value[][] values =
            [
                .. s_types.Select(t => t.Kind == TypeKind.Null
                    ? [.. Enumerable.Repeat(Value.Null(t), count)]
                    : RandomRows.Column(random, t, count, random.Next(3) == 0 ? 1 : 40, random.Next(3) * 0.4)),
            ];
            using Batch batch = new(
            [
                .. s_types.Select((t, c) => ShapedVector.Build(t, values[c], ShapeFor(t, random), arena, random)),
            ]) { Count = count };
            writer.Begin(count);
            foreach (ColumnVector column in batch.Columns) Add(writer, column, count, arena);
            SpillFrame frame = file.Append(writer.Payload, count);
            using Batch read = new([.. s_types.Select(t => new ColumnVector(t))]);
            new SpillFrameReader(file, MemoryAccount.Untracked).Read(frame, read);
            Assert.Equal(count, read.Count);
            for (int c = 0; c < s_types.Length; c++)
            {
                for (int i = 0; i < count; i++)
                    Assert.Equal($"{values[c][i]}", $"{read.Columns[c].GetValue(i)}");
            }
        }
    }

    [Fact]
    public void A_changed_byte_is_told()
    {
        MemoryFileSystem files = new(tracksCrashes: false);
        using SpillSpace space = SpillSpace.In(files, "spill");
        using SpillFile file = space.Create();
        SpillFrame frame = file.Append(new byte[640], 1);
        SpillFrame other = file.Append([.. Enumerable.Repeat((byte)1, 640)], 1);
        NativeBuffer target = NativeBuffer.Allocate(640, MemoryAccount.Untracked);
        file.Read(frame, target);
        CorruptDataException error = Assert.Throws<CorruptDataException>(
            () => file.Read(frame with { Offset = other.Offset }, target));
        Assert.Contains("checksum of a spill file", error.Message);
        error = Assert.Throws<CorruptDataException>(() => file.Read(other with { Offset = 1000 }, target));
        Assert.Contains("length of a spill file", error.Message);
        target.Release();
    }

    [Fact]
    public void Bytes_that_no_writer_made_are_refused_or_read_within_bounds()
    {
        Random random = new(7);
        using Arena arena = new(MemoryAccount.Untracked);
        MemoryFileSystem files = new(tracksCrashes: false);
        using SpillSpace space = SpillSpace.In(files, "spill");
        using SpillFile file = space.Create();
        using SpillFrameWriter writer = new(MemoryAccount.Untracked);
        LogicalType[] types =
        [
            LogicalType.Integer, LogicalType.Varchar, LogicalType.List(LogicalType.Integer), LogicalType.Decimal(30, 2),
        ];
        writer.Begin(50);
        foreach (LogicalType type in types)
        {
            Value[] values = RandomRows.Column(random, type, 50, 20, 0.2);
            Add(writer, ShapedVector.Build(type, values, VectorShape.Flat, arena, random), 50, arena);
        }
        byte[] whole = writer.Payload.ToArray();
        int refused = 0;
        for (int round = 0; round < 2000; round++)
        {
            byte[] damaged = [.. whole];
            for (int n = random.Next(1, 4); n > 0; n--)
            {
                int at = random.Next(3) == 0 ? random.Next(damaged.Length) : 64 * random.Next(damaged.Length / 64);
                at += random.Next(2) * random.Next(Math.Min(16, damaged.Length - at));
                damaged[at] = (byte)random.Next(256);
            }
            if (random.Next(10) == 0) damaged = damaged[..(64 * random.Next(1, damaged.Length / 64))];
            // A frame with the right checksum of wrong bytes: only a mistake of ours could make it.
            SpillFrame frame = file.Append(damaged, 50);
            using Batch read = new([.. types.Select(t => new ColumnVector(t))]);
            try
            {
                new SpillFrameReader(file, MemoryAccount.Untracked).Read(frame, read);
            }
            catch (CorruptDataException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, 100, 1999);
    }

    [Fact]
    public void Files_stay_below_their_limit_and_the_error_says_what_to_do()
    {
        MemoryFileSystem files = new(tracksCrashes: false);
        using SpillSpace space = SpillSpace.In(files, "spill");
        space.LimitBytes = 1500;
        using (SpillFile file = space.Create())
        {
            file.Append(new byte[1000], 1);
            QueryException error = Assert.Throws<QueryException>(() => file.Append(new byte[1000], 1));
            Assert.Equal(SqlStates.ConfigurationLimitExceeded, error.SqlState);
            Assert.Contains("spill_limit", error.Hint);
            Assert.Equal(1000, space.UsedBytes);
        }
        Assert.Equal(0, space.UsedBytes);
        Assert.Equal(0, space.FileCount);
        Assert.Equal(1000, space.WrittenBytes);
        Assert.Empty(files.List("spill"));
    }

    [Fact]
    public void What_a_crash_left_is_deleted_at_the_start()
    {
        MemoryFileSystem files = new(tracksCrashes: false);
        SpillSpace crashed = SpillSpace.In(files, "spill");
        crashed.Create().Append(new byte[100], 1);
        Assert.Single(files.List("spill"));
        SpillSpace.DeleteLeftOvers(files, "spill");
        Assert.False(files.FolderExists("spill"));
    }

    private static VectorShape ShapeFor(LogicalType type, Random random) =>
        (VectorShape)random.Next(4) is var shape && shape == VectorShape.Dictionary ? VectorShape.Flat : shape;

    private static void Add(SpillFrameWriter writer, ColumnVector column, int count, Arena arena)
    {
        if (!column.Type.IsNested)
        {
            writer.Add(column, count);
            return;
        }
        using ColumnVector closed = new(column.Type);
        column.CopyTo(null, count, closed, arena);
        writer.Add(closed, count);
    }
}

using ColFrag.Engine.Encodings;
using ColFrag.Engine.Files;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Storage;

public class SegmentTests
{
    public static IEnumerable<object[]> RowsAndManners =>
        from rows in (int[])[1, 64, 511, 512, 513, 2000] from manner in (int[])[0, 1, 2, 3] select (
            object[])[rows, manner];

    [Theory]
    [MemberData(nameof(RowsAndManners))]
    public async Task Every_type_comes_back_as_it_was_written(int rows, int manner)
    {
        Value[][] columns = [.. RandomRows.AllTypes.Select((t, i) => RandomRows.Make(t, rows, manner, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(RandomRows.AllTypes, columns);
        using SegmentReader segment = fixture.Open();
        Assert.Equal(rows, segment.RowCount);
        Assert.Equal(rows, fixture.Info.RowCount);
        for (int c = 0; c < columns.Length; c++)
        {
            AssertEqual(columns[c], SegmentFixture.ReadAll(segment, c + 1, RandomRows.AllTypes[c]),
                $"{RandomRows.AllTypes[c]}");
        }
    }

    [Fact]
    public async Task Full_size_blocks_come_back_too()
    {
        LogicalType[] types =
            [LogicalType.Integer, LogicalType.Varchar, LogicalType.Double, LogicalType.List(LogicalType.Varchar)];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 70_000, 1, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns, new SegmentOptions(), 2048);
        using SegmentReader segment = fixture.Open();
        Assert.Equal(2, segment.BlockCount);
        for (int c = 0; c < columns.Length; c++)
        {
            AssertEqual(columns[c], SegmentFixture.ReadAll(segment, c + 1, types[c]), $"{types[c]}");
        }
    }

    [Fact]
    public async Task An_empty_segment_opens()
    {
        LogicalType[] types = [LogicalType.Integer, LogicalType.Varchar];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, [[], []]);
        using SegmentReader segment = fixture.Open();
        Assert.Equal(0, segment.RowCount);
        Assert.Equal(0, segment.BlockCount);
        Assert.Empty(SegmentFixture.ReadAll(segment, 1, types[0]));
    }

    [Fact]
    public async Task Masked_batches_of_every_shape_are_appended()
    {
        MemoryFileSystem files = new();
        StoredColumn[] stored =
        [
            new(1, new Field("narrow", LogicalType.BigInt)), new(2, new Field("constant", LogicalType.Varchar)),
            new(3, new Field("codes", LogicalType.Varchar)), new(4, new Field("flat", LogicalType.Integer)),
        ];
        await using SegmentWriter writer = new(
            files, "segment", new SegmentIdentity(Guid.Empty, 1, 1, 1), [.. stored], SegmentFixture.Small,
            MemoryAccount.Untracked);
        using Arena arena = new(MemoryAccount.Untracked);
        AppendShapes(writer, arena);
        SegmentInfo info = await writer.FinishAsync();
        using SegmentReader segment = SegmentReader.Open(
            files, "segment", [(0, info.Groups[0].ManifestHash)], new StorageCaches(MemoryBroker.Unlimited));
        Assert.Equal(667, segment.RowCount);
        Value[] narrow = SegmentFixture.ReadAll(segment, 1, LogicalType.BigInt);
        Value[] constant = SegmentFixture.ReadAll(segment, 2, LogicalType.Varchar);
        Value[] codes = SegmentFixture.ReadAll(segment, 3, LogicalType.Varchar);
        Value[] flat = SegmentFixture.ReadAll(segment, 4, LogicalType.Integer);
        for (int i = 0; i < 667; i++)
        {
            int row = i * 3;
            Assert.Equal(1_000_000_000_000 + (row % 200), narrow[i].AsInteger);
            Assert.Equal("same", constant[i].AsText);
            if (row % 9 == 0) Assert.True(codes[i].IsNull);
            else Assert.Equal(row % 2 == 0 ? "even" : "odd", codes[i].AsText);
            Assert.Equal(row, flat[i].AsInteger);
        }
    }

    [Fact]
    public async Task Rows_follow_ORDER_BY_and_stay_in_order_of_arrival_where_equal()
    {
        LogicalType[] types = [LogicalType.Varchar, LogicalType.Double, LogicalType.HugeInt, LogicalType.Integer];
        Value[][] columns =
        [
            RandomRows.Make(types[0], 1500, 1, 1), RandomRows.Make(types[1], 1500, 1, 2),
                RandomRows.Make(types[2], 1500, 1, 3),
            [.. Enumerable.Range(0, 1500).Select(i => Value.Integer(LogicalType.Integer, i))],
        ];
        SegmentOptions options =
            SegmentFixture.Small with { OrderBy = [new(1), new(2, Descending: true), new(3, NullsFirst: true)] };
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns, options);
        using SegmentReader segment = fixture.Open();
        Value[][] read = [.. types.Select((t, i) => SegmentFixture.ReadAll(segment, i + 1, t))];
        int[] expected = [.. Enumerable.Range(0, 1500)
            .OrderBy(i => columns[0][i].IsNull)
                .ThenBy(i => columns[0][i].IsNull ? "" : columns[0][i].AsText, StringComparer.Ordinal)
            .ThenBy(i => columns[1][i].IsNull).ThenByDescending(i => columns[1][i].IsNull ? 0 : columns[1][i].AsDouble)
            .ThenByDescending(i => columns[2][i].IsNull)
                .ThenBy(i => columns[2][i].IsNull ? 0 : columns[2][i].AsInteger)];
        for (int i = 0; i < 1500; i++)
        {
            for (int c = 0; c < 4; c++) Assert.Equal(columns[c][expected[i]], read[c][i]);
        }
    }

    [Fact]
    public async Task Column_groups_are_opened_apart_and_together()
    {
        LogicalType[] types = [LogicalType.Integer, LogicalType.Varchar, LogicalType.Double];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 900, 1, i))];
        using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns, groupOf: i => i == 1 ? 4 : 0);
        Assert.Equal([0, 4], fixture.Info.Groups.Select(g => g.Group));
        using SegmentReader second = fixture.Open(4);
        Assert.False(second.Contains(1));
        AssertEqual(columns[1], SegmentFixture.ReadAll(second, 2, types[1]), "group 4");
        using SegmentReader both = fixture.Open();
        AssertEqual(columns[2], SegmentFixture.ReadAll(both, 3, types[2]), "group 0");
        AssertEqual(columns[1], SegmentFixture.ReadAll(both, 2, types[1]), "group 4");
    }

    [Fact]
    public async Task Columns_of_their_own_files_and_packed_ones_read_alike()
    {
        LogicalType[] types = [LogicalType.BigInt, LogicalType.Varchar];
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 2000, 2, i))];
        using SegmentFixture apart =
            await SegmentFixture.WriteAsync(types, columns, SegmentFixture.Small with { PackBelowBytes = 0 });
        Assert.True(apart.Files.FileExists("segment/1.col"));
        Assert.False(apart.Files.FileExists("segment/pack-0"));
        using SegmentFixture packed = await SegmentFixture.WriteAsync(types, columns);
        Assert.True(packed.Files.FileExists("segment/pack-0"));
        using SegmentReader first = apart.Open(), second = packed.Open();
        for (int c = 0; c < 2; c++)
        {
            AssertEqual(columns[c], SegmentFixture.ReadAll(first, c + 1, types[c]), "own file");
            AssertEqual(columns[c], SegmentFixture.ReadAll(second, c + 1, types[c]), "pack");
        }
    }

    [Fact]
    public async Task The_same_rows_give_the_same_bytes_with_and_without_threads()
    {
        LogicalType[] types = RandomRows.AllTypes;
        Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 3000, 1, i))];
        using SegmentFixture alone = await SegmentFixture.WriteAsync(types, columns);
        using ThreadScheduler scheduler = new(3);
        using SegmentFixture together = await SegmentFixture.WriteAsync(types, columns, scheduler: scheduler);
        Assert.Equal(alone.Info.Groups[0].ManifestHash, together.Info.Groups[0].ManifestHash);
        Assert.Equal(alone.Info.PositionChecksum, together.Info.PositionChecksum);
    }

    [Theory]
    [InlineData(GeneralCompression.Zstd)]
    [InlineData(GeneralCompression.Lz4)]
    public async Task General_compression_makes_blocks_smaller_and_reads_alike(object kind)
    {
        GeneralCompression compression = (GeneralCompression)kind;
        if (!GeneralCompressor.IsAvailable(compression)) return;
        LogicalType[] types = [LogicalType.Varchar, LogicalType.BigInt];
        Value[][] columns = [RandomRows.Make(types[0], 2000, 2, 1), RandomRows.Make(types[1], 2000, 3, 2)];
        using SegmentFixture plain = await SegmentFixture.WriteAsync(types, columns);
        using SegmentFixture compressed = await SegmentFixture.WriteAsync(
            types, columns, SegmentFixture.Small with { Compression = compression });
        Assert.True(compressed.Info.Bytes < plain.Info.Bytes);
        using SegmentReader segment = compressed.Open();
        for (int c = 0; c < 2; c++) AssertEqual(
            columns[c], SegmentFixture.ReadAll(segment, c + 1, types[c]), "compressed");
    }

    [Fact]
    public async Task A_narrower_stored_type_is_read_as_a_wider_one()
    {
        LogicalType[] types = [LogicalType.SmallInt, LogicalType.Real, LogicalType.UInteger, LogicalType.Decimal(9, 2)];
        LogicalType[] wider = [LogicalType.BigInt, LogicalType.Double, LogicalType.HugeInt, LogicalType.Decimal(30, 2)];
        for (int manner = 0; manner < 4; manner++)
        {
            Value[][] columns = [.. types.Select((t, i) => RandomRows.Make(t, 600, manner, i))];
            using SegmentFixture fixture = await SegmentFixture.WriteAsync(types, columns);
            using SegmentReader segment = fixture.Open();
            for (int c = 0; c < types.Length; c++)
            {
                Value[] read = SegmentFixture.ReadAll(segment, c + 1, wider[c]);
                for (int i = 0; i < read.Length; i++)
                {
                    Assert.Equal(columns[c][i].IsNull, read[i].IsNull);
                    if (read[i].IsNull) continue;
                    if (types[c].IsFloat) Assert.Equal(columns[c][i].AsDouble, read[i].AsDouble);
                    else Assert.Equal(columns[c][i].AsInteger, read[i].AsInteger);
                }
            }
        }
    }

    private static unsafe void AppendShapes(SegmentWriter writer, Arena arena)
    {
        const int Rows = 2000;
        using Batch batch = new(
            [new(LogicalType.BigInt), new(LogicalType.Varchar), new(LogicalType.Varchar), new(LogicalType.Integer)]);
        batch.Count = Rows;
        batch.Columns[0].ResetNarrow(PhysicalType.UInt8, 1_000_000_000_000);
        batch.Columns[1].SetConstant(Value.Text("same"), Rows, arena);
        ColumnVector entries = new(LogicalType.Varchar);
        VectorBuilder.Build(entries, [Value.Text("even"), Value.Text("odd")], arena);
        // Codes are encoded later: the dictionary is left to the collector.
        VectorDictionary dictionary = new(entries, isSorted: true);
        batch.Columns[2].ResetDictionary(PhysicalType.UInt8, dictionary);
        batch.Columns[3].ResetFlat();
        RowMask mask = batch.BeginMask();
        mask.ClearAll(Rows);
        for (int row = 0; row < Rows; row++)
        {
            batch.Columns[0].Data[row] = (byte)(row % 200);
            batch.Columns[2].Data[row] = (byte)(row % 2);
            if (row % 9 == 0) batch.Columns[2].SetNull(row);
            ((int*)batch.Columns[3].Data)[row] = row;
            if (row % 3 == 0) mask[row] = true;
        }
        foreach (ColumnVector column in batch.Columns) column.Count = Rows;
        writer.Append(batch);
    }

    internal static void AssertEqual(Value[] expected, Value[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!expected[i].Equals(actual[i])) Assert.Fail($"{what}: row {i}: {expected[i]} came back as {actual[i]}");
        }
    }
}

using ColFrag.Engine.Bytes;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Store;
using ColFrag.Engine.Tests.Catalog;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Store;

public sealed class PositionTests
{
    [Fact]
    public void Equal_values_of_any_type_have_one_position()
    {
        Value[][] families =
        [
            [Value.BigInt(7), Value.Integer(LogicalType.SmallInt, 7), Value.Integer(LogicalType.Decimal(9, 3), 7000),
                Value.Float(LogicalType.Double, 7), Value.Float(LogicalType.Real, 7),
                Value.Integer(LogicalType.HugeInt, 7)],
            [Value.Integer(LogicalType.Date, 3), Value.Integer(LogicalType.TimestampSeconds, 3 * 86_400),
                Value.Integer(LogicalType.Timestamp, 3 * 86_400_000_000L),
                Value.Integer(LogicalType.TimestampTz, 3 * 86_400_000_000L)],
            [Value.Text("a"), Value.Integer(LogicalType.Enum(["a"]), 0)],
        ];
        foreach (Value[] family in families)
        {
            Assert.Single(family.Select(v => KeyPosition.Of([v])).Distinct());
        }
        Assert.Equal(families.Length, families.Select(f => KeyPosition.Of([f[0]])).Distinct().Count());
        Assert.NotEqual(
            KeyPosition.Of([Value.Text("ab"), Value.Text("c")]), KeyPosition.Of([Value.Text("a"), Value.Text("bc")]));
    }

    [Fact]
    public void The_canonical_bytes_are_those_of_the_documentation()
    {
        (Value Value, string Bytes)[] vectors =
        [
            (Value.Null(LogicalType.BigInt), "00"), (Value.BigInt(0), "01000100"), (Value.BigInt(1), "01000101"),
            (Value.BigInt(-1), "010001FF"), (Value.BigInt(127), "0100017F"), (Value.BigInt(128), "0100028000"),
            (Value.BigInt(-129), "0100027FFF"), (Value.Integer(LogicalType.Decimal(10, 2), 10000), "01000164"),
            (Value.Integer(LogicalType.Decimal(10, 2), 1250), "0101017D"),
            (Value.Float(LogicalType.Double, 100), "01000164"),
            (Value.Float(LogicalType.Double, -0.0), "01000100"),
            (Value.Float(LogicalType.Double, 0.5), "02000000000000E03F"),
            (Value.Float(LogicalType.Real, 0.5), "02000000000000E03F"),
            (Value.Float(LogicalType.Double, double.NaN), "02000000000000F87F"),
            (Value.Text("colfrag"), "0307636F6C66726167"), (Value.Bytes(LogicalType.Blob, [1, 2]), "04020102"),
            (Value.Integer(LogicalType.Date, 1), "0500004F91944E00000000000000000000"),
            (Value.Integer(LogicalType.Time, 1), "06E8030000000000000000000000000000"),
            (Value.OfInterval(new Interval(0, 0, 1)), "0701000000000000000000000000000000"),
            (Value.Boolean(true), "0901"),
        ];
        foreach ((Value value, string expected) in vectors)
        {
            using ByteWriter writer = new();
            KeyPosition.Append(writer, value);
            Assert.Equal(expected, Convert.ToHexString(writer.WrittenSpan));
        }
        Assert.Equal(XxHash64.Hash([0x01, 0x00, 0x01, 0x01]), KeyPosition.Of([Value.BigInt(1)]));
    }

    [Fact]
    public void A_row_of_a_batch_has_the_position_of_its_values()
    {
        Schema schema = new(new Field("a", LogicalType.BigInt), new Field("b", LogicalType.Varchar));
        Value[][] rows = [.. Enumerable.Range(0, 100).Select(i => new[]
        {
            i % 7 == 0 ? Value.Null(LogicalType.BigInt) : Value.BigInt(i), Value.Text($"t{i % 3}"),
        })];
        using Batch batch = StoreRows.Batch(schema, rows);
        foreach (int[] key in new int[][] { [1], [2], [1, 2] })
        {
            TableDefinition definition = Definition(schema, new FragmentScheme(Distribution.Hash, [.. key]));
            using RowRouter router = new(definition, new HashRangeMap(HashRange.Split(5)), new SeededRandom(1));
            ulong[] positions = new ulong[100];
            router.ComputePositions(batch, positions);
            Assert.Equal(rows.Select(r => KeyPosition.Of([.. key.Select(k => r[k - 1])])), positions);
            Assert.Equal(
                positions.Select(p => router.RangeOf(p)).ToHashSet(),
                positions.Select(p => (int)(((UInt128)p * 5) >> 64)).ToHashSet());
        }
    }

    [Fact]
    public void Codes_and_constants_have_the_position_of_their_values()
    {
        Schema schema = new(new Field("t", LogicalType.Varchar));
        using Batch entries = StoreRows.Batch(schema, [[Value.Text("x")], [Value.Text("y")]]);
        using Batch batch = new(schema) { Count = 3 };
        ColumnVector column = batch.Columns[0];
        column.ResetDictionary(PhysicalType.UInt8, new VectorDictionary(entries.Columns[0], true));
        column.Count = 3;
        unsafe
        {
            column.Data[0] = 1;
            column.Data[1] = 0;
            column.Data[2] = 0;
        }
        column.SetNull(2);
        TableDefinition definition = Definition(schema, new FragmentScheme(Distribution.Hash, [1]));
        using RowRouter router = new(definition, new HashRangeMap([HashRange.All]), new SeededRandom(1));
        ulong[] positions = new ulong[3];
        router.ComputePositions(batch, positions);
        Assert.Equal(
            new[] { Value.Text("y"), Value.Text("x"), Value.Null(LogicalType.Varchar) }
                .Select(v => KeyPosition.Of([v])),
            positions);
        column.SetAllNull(3);
        router.ComputePositions(batch, positions);
        Assert.All(positions, p => Assert.Equal(KeyPosition.Of([Value.Null(LogicalType.Varchar)]), p));
    }

    [Fact]
    public void Range_positions_order_as_values_do()
    {
        Value[][] ordered =
        [
            [.. new long[] { long.MinValue, -5, 0, 1, 1000 }.Select(Value.BigInt), Value.Null(LogicalType.BigInt)],
            [.. new[] { double.NegativeInfinity, -1e300, -1, 0, 1e-300, 2, double.PositiveInfinity, double.NaN }
                .Select(d => Value.Float(LogicalType.Double, d)), Value.Null(LogicalType.Double)],
            [.. new[] { "", "a", "ab", "b", "zzzzzzzz", "é" }.Select(Value.Text), Value.Null(LogicalType.Varchar)],
            [.. new[] { -10_001L, -1, 0, 999 }.Select(t => Value.Integer(LogicalType.TimestampNanoseconds, t * 1000))],
            [.. new Int128[] { Int128.MinValue, -1, 0, 5 }.Select(d => Value.Integer(LogicalType.Decimal(38, 2), d))],
        ];
        foreach (Value[] values in ordered)
        {
            ulong[] positions = [.. values.Select(RangePosition.Of)];
            Assert.Equal(positions.Order(), positions);
            Assert.Equal(positions.Length, positions.Distinct().Count());
        }
        Assert.Equal(
            RangePosition.Of(Value.Float(LogicalType.Double, 0.0)),
            RangePosition.Of(Value.Float(LogicalType.Double, -0.0)));
    }

    [Fact]
    public void Round_robin_keeps_runs_of_rows_together()
    {
        Schema schema = new(new Field("a", LogicalType.BigInt));
        using RowRouter router = new(
            Definition(schema, FragmentScheme.RoundRobin), new HashRangeMap(HashRange.Split(3)), new SeededRandom(1));
        using Batch batch = StoreRows.Numbers(Enumerable.Range(0, 2048).Select(n => (long)n));
        List<ulong> seen = [];
        ulong[] positions = new ulong[2048];
        for (int i = 0; i < 2 * RowRouter.RunRows / 2048; i++)
        {
            router.ComputePositions(batch, positions);
            seen.AddRange(positions);
        }
        Assert.Single(seen.Take(RowRouter.RunRows).Distinct());
        Assert.Single(seen.Skip(RowRouter.RunRows).Distinct());
        Assert.NotEqual(seen[0], seen[^1]);
    }

    [Fact]
    public void A_salt_spreads_one_key_over_so_many_positions()
    {
        Schema schema = new(new Field("a", LogicalType.BigInt));
        using RowRouter router = new(
            Definition(schema, new FragmentScheme(Distribution.Hash, [1], Salt: 8)),
            new HashRangeMap(HashRange.Split(3)), new SeededRandom(1));
        using Batch batch = StoreRows.Numbers(Enumerable.Repeat(5L, 100));
        ulong[] positions = new ulong[100];
        router.ComputePositions(batch, positions);
        Assert.Equal(8, positions.Distinct().Count());
    }

    private static TableDefinition Definition(Schema schema, FragmentScheme scheme) => new(
        1, 1, [.. schema.Fields.Select((f, i) => new TableColumn(i + 1, f.Name, f.Type))]) { Scheme = scheme };
}

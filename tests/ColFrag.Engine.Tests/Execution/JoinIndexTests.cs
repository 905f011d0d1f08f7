using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

/// <summary>Every index of a join finds the partners that hashing all keys finds.</summary>
public sealed unsafe class JoinIndexTests
{
    private static readonly LogicalType[] s_types =
        [LogicalType.BigInt, LogicalType.Integer, LogicalType.SmallInt, LogicalType.Date, LogicalType.HugeInt];

    [Theory]
    [InlineData(1, 40)]
    [InlineData(1, 3000)]
    [InlineData(1, 10_000_000)]
    [InlineData(2, 30)]
    [InlineData(2, 700)]
    [InlineData(3, 20)]
    [InlineData(3, 30_000)]
    public void Indexes_of_packed_keys_find_the_partners_that_a_hash_table_finds(int keyCount, int distinct)
    {
        for (int seed = 0; seed < 10; seed++)
        {
            Random random = new(seed);
            LogicalType[] types = [.. Enumerable.Range(0, keyCount).Select(_ => s_types[random.Next(s_types.Length)])];
            Value[][] built = RowsOf(types, random.Next(1, 3000), distinct, random);
            Value[][] probed = [.. built.Take(500), .. RowsOf(types, 500, distinct, random)];
            RowsNode side = RowsNode.Random(0, 1, 1, 0, [.. types.Select((t, i) => ($"k{i}", t))]);
            HashJoinNode node = new(
                side, side, JoinKind.Inner, [.. types.Select((_, i) => new JoinKeyColumns(i, i, false))], null, false,
                side.Output);
            using Arena arena = new(MemoryAccount.Untracked);
            using RowBuffer rows = new(types, MemoryAccount.Untracked);
            KeyRange[] ranges = [.. types.Select(t => new KeyRange(t))];
            foreach (Value[][] some in built.Chunk(Batch.MaxRows))
            {
                ColumnVector[] columns = Vectors(types, some, arena, random);
                for (int k = 0; k < types.Length; k++) ranges[k].Include(columns[k], some.Length);
                rows.Append(columns, default, some.Length);
            }
            ColumnVector[] keys = Vectors(types, probed, arena, random);
            using HashJoinIndex hash = new(node, rows, MemoryAccount.Untracked);
            string[] expected = Partners(hash, keys, probed.Length);
            if (PackedKeys.TryCreate(node, ranges) is not { } packing) continue;
            using PackedJoinIndex packed = new(node, rows, packing, MemoryAccount.Untracked);
            Assert.Equal(expected, Partners(packed, keys, probed.Length));
            Assert.Equal(0, packed.StepCount);
            using DenseJoinIndex? dense = DenseJoinIndex.TryCreate(node, rows, packing, MemoryAccount.Untracked);
            if (dense is not null) Assert.Equal(expected, Partners(dense, keys, probed.Length));
            using RankJoinIndex? ranks = RankJoinIndex.TryCreate(node, rows, packing, MemoryAccount.Untracked);
            if (ranks is not null) Assert.Equal(expected, Partners(ranks, keys, probed.Length));
            using RankJoinIndex? bits = RankJoinIndex.TryCreate(
                node with { Kind = JoinKind.Semi }, rows, packing, MemoryAccount.Untracked);
            if (bits is not null)
                Assert.Equal(expected.Select(p => p.Length > 0), Heads(bits, keys, probed.Length).Select(h => h != 0));
        }
    }

    [Fact]
    public void An_index_that_lanes_make_side_by_side_finds_what_one_lane_makes()
    {
        const int Count = 150_000;
        RowsNode side = RowsNode.Random(0, 1, 1, 0, ("k", LogicalType.BigInt));
        HashJoinNode node = new(
            side, side, JoinKind.Inner, [new JoinKeyColumns(0, 0, false)], null, false, side.Output);
        Random random = new(5);
        using RowBuffer rows = new([LogicalType.BigInt], MemoryAccount.Untracked);
        KeyRange range = new(LogicalType.BigInt);
        using ColumnVector vector = new(LogicalType.BigInt);
        List<long> values = [];
        for (int first = 0; first < Count; first += 1500)
        {
            vector.ResetFlat();
            vector.Count = 1500;
            for (int i = 0; i < 1500; i++)
            {
                long value = random.Next(10) == 0 && first > 0
                    ? values[random.Next(values.Count)] : random.NextInt64(1L << 50);
                values.Add(value);
                ((long*)vector.Data)[i] = value;
                if (random.Next(100) == 0) vector.SetNull(i);
            }
            range.Include(vector, 1500);
            rows.Append([vector], null, 1500);
        }
        PackedKeys packing = PackedKeys.TryCreate(node, [range])!;
        using PackedJoinIndex one = new(node, rows, packing, MemoryAccount.Untracked);
        using PackedJoinIndex several = new(node, rows, packing, MemoryAccount.Untracked, lanes: 4);
        Assert.Equal(5, several.StepCount);
        Parallel.For(0, several.StepCount, several.RunStep);
        Assert.False(several.IsUnique);
        ScanFilter bloom = several.CreateFilter(0)!;
        ulong* mask = stackalloc ulong[Batch.MaxRows / 64];
        for (int first = 0; first < Count; first += 1500)
        {
            rows.Slice(first, 1500, new Batch([vector]));
            Assert.Equal(Partners(one, [vector], 1500), Partners(several, [vector], 1500));
            new Span<ulong>(mask, Batch.MaxRows / 64).Fill(ulong.MaxValue);
            bloom.AndInto(vector, mask);
            for (int i = 0; i < 1500; i++) Assert.Equal(vector.IsValid(i), (mask[i >> 6] >> i & 1) != 0);
        }
    }

    [Fact]
    public void Bits_of_a_bloom_filter_are_those_that_are_set_word_by_word()
    {
        BloomFilter vector = new(1000), scalar = new(1000);
        for (long i = 0; i < 1000; i++)
        {
            vector.Add(Engine.Kernels.Hashing.OfInteger(i));
            scalar.AddScalar(Engine.Kernels.Hashing.OfInteger(i));
        }
        for (long i = 0; i < 20_000; i++)
        {
            ulong hash = Engine.Kernels.Hashing.OfInteger(i);
            Assert.Equal(scalar.MayContainScalar(hash), vector.MayContain(hash));
            Assert.Equal(scalar.MayContain(hash), vector.MayContainScalar(hash));
            Assert.True(i >= 1000 || vector.MayContain(hash));
        }
    }

    [Fact]
    public void Values_at_the_far_ends_of_64_bits_have_no_partner_by_wrapping()
    {
        Value[][] built = [[Value.BigInt(long.MaxValue)], [Value.BigInt(long.MaxValue - 5)]];
        Value[][] probed = [[Value.BigInt(long.MinValue)], [Value.BigInt(long.MinValue + 3)], built[1]];
        RowsNode side = RowsNode.Random(0, 1, 1, 0, ("k", LogicalType.BigInt));
        HashJoinNode node = new(
            side, side, JoinKind.Inner, [new JoinKeyColumns(0, 0, false)], null, false, side.Output);
        using Arena arena = new(MemoryAccount.Untracked);
        using RowBuffer rows = new([LogicalType.BigInt], MemoryAccount.Untracked);
        KeyRange range = new(LogicalType.BigInt);
        ColumnVector[] columns = Vectors([LogicalType.BigInt], built, arena, new Random(0));
        range.Include(columns[0], 2);
        rows.Append(columns, default, 2);
        PackedKeys packing = PackedKeys.TryCreate(node, [range])!;
        ColumnVector[] keys = Vectors([LogicalType.BigInt], probed, arena, new Random(0));
        using DenseJoinIndex dense = DenseJoinIndex.TryCreate(node, rows, packing, MemoryAccount.Untracked)!;
        Assert.Equal([0u, 0u, 2u], Heads(dense, keys, 3));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Gathered_bits_are_those_that_are_tested_one_by_one(int laneBytes)
    {
        ulong* mask = stackalloc ulong[Batch.MaxRows / 64];
        for (int seed = 0; seed < 30; seed++)
        {
            Random random = new(seed);
            long first = random.Next(-1000, 1000);
            int bitCount = random.Next(1, 3000);
            ulong[] bits = [.. Enumerable.Range(0, (bitCount + 63) / 64).Select(_ => (ulong)random.NextInt64())];
            PhysicalType lane = laneBytes switch
            {
                1 => PhysicalType.UInt8, 2 => PhysicalType.UInt16, _ => PhysicalType.UInt32,
            };
            int count = random.Next(1, Batch.MaxRows + 1);
            using ColumnVector vector = new(LogicalType.BigInt);
            vector.ResetNarrow(lane, random.Next(-3000, 3000));
            vector.Count = count;
            for (int i = 0; i < count; i++)
            {
                long value = random.Next(20) == 0 ? uint.MaxValue - random.Next(4000) : random.Next(4000);
                VectorValues.StoreInteger(vector.Data, lane, i, value & ((1L << (8 * laneBytes)) - 1));
            }
            for (int w = 0; w < Batch.MaxRows / 64; w++)
                mask[w] = random.Next(3) == 0 ? 1UL << random.Next(64) : (ulong)random.NextInt64();
            ulong[] before = new Span<ulong>(mask, Batch.MaxRows / 64).ToArray();
            BitmapFilter filter = new(0, first, bitCount, bits);
            filter.AndInto(vector, mask);
            for (int i = 0; i < count; i++)
            {
                bool wasSet = (before[i >> 6] >> i & 1) != 0;
                Assert.Equal(wasSet && filter.Passes(vector.GetInteger(i)), (mask[i >> 6] >> i & 1) != 0);
            }
        }
    }

    private static Value[][] RowsOf(LogicalType[] types, int count, int distinct, Random random) =>
        [.. Enumerable.Range(0, count).Select(_ => types.Select(t => random.Next(12) == 0
            ? Value.Null(t)
            : Value.Integer(t, random.Next(t.Kind == TypeKind.SmallInt ? Math.Min(distinct, 30_000) : distinct) - 7))
            .ToArray())];

    private static ColumnVector[] Vectors(LogicalType[] types, Value[][] rows, Arena arena, Random random)
    {
        ColumnVector[] columns = new ColumnVector[types.Length];
        for (int k = 0; k < types.Length; k++)
        {
            VectorShape shape = (VectorShape)random.Next(4);
            columns[k] = ShapedVector.Build(types[k], [.. rows.Select(r => r[k])], shape, arena, random);
        }
        return columns;
    }

    private static uint[] Heads(JoinIndex index, ColumnVector[] keys, int count)
    {
        using JoinProbeScratch scratch = new(MemoryAccount.Untracked);
        uint[] heads = new uint[count];
        fixed (uint* first = heads) index.Find(keys, null, count, first, scratch);
        return heads;
    }

    private static string[] Partners(JoinIndex index, ColumnVector[] keys, int count) =>
    [
        .. Heads(index, keys, count).Select(head =>
        {
            List<uint> partners = [];
            for (uint row = head; row != 0; row = index.Next(row - 1)) partners.Add(row);
            return string.Join(" ", partners.Order());
        }),
    ];
}

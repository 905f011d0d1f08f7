using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Rows;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

/// <summary>What a join tells the scan of its probe side takes away no row with a partner.</summary>
public sealed unsafe class JoinFilterTests
{
    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    [InlineData(100_000)]
    [InlineData(2_000_000_000)]
    public void Filters_of_keys_pass_every_key_of_the_build_side(int distinct)
    {
        for (int seed = 0; seed < 6; seed++)
        {
            Random random = new(seed);
            long?[] keys = [.. Enumerable.Range(0, random.Next(1, 5000)).Select(
                _ => random.Next(10) == 0 ? (long?)null : random.Next(distinct) - 500L)];
            using RowBuffer rows = new([LogicalType.BigInt], MemoryAccount.Untracked);
            KeyRange range = new(LogicalType.BigInt);
            foreach (long?[] some in keys.Chunk(Batch.MaxRows))
            {
                using ColumnVector vector = VectorOf(some);
                range.Include(vector, some.Length);
                rows.Append([vector], default, some.Length);
            }
            JoinKeyColumns key = new(0, 0, false);
            ScanFilter? byKey = JoinKeyFilter.TryCreate(key, rows, range);
            Check(byKey, keys, isExact: distinct <= 1 << 20, random);
            RowsNode side = RowsNode.Random(0, 1, 1, 0, ("k", LogicalType.BigInt));
            HashJoinNode node = new(side, side, JoinKind.Semi, [key], null, false, side.Output);
            if (PackedKeys.TryCreate(node, [range]) is not { } packing) continue;
            using DenseJoinIndex? dense = DenseJoinIndex.TryCreate(node, rows, packing, MemoryAccount.Untracked);
            if (dense is not null) Check(dense.CreateFilter(0), keys, isExact: false, random);
            using RankJoinIndex? ranks = RankJoinIndex.TryCreate(node, rows, packing, MemoryAccount.Untracked);
            if (ranks is not null) Check(ranks.CreateFilter(0), keys, isExact: true, random);
            using PackedJoinIndex packed = new(node, rows, packing, MemoryAccount.Untracked);
            Check(packed.CreateFilter(0), keys, isExact: false, random);
        }
    }

    [Fact]
    public void A_key_whose_NULLs_have_partners_makes_no_filter()
    {
        using RowBuffer rows = new([LogicalType.BigInt], MemoryAccount.Untracked);
        using ColumnVector vector = VectorOf([1, null, 3]);
        KeyRange range = new(LogicalType.BigInt);
        range.Include(vector, 3);
        rows.Append([vector], default, 3);
        Assert.Null(JoinKeyFilter.TryCreate(new JoinKeyColumns(0, 0, true), rows, range));
    }

    [Fact]
    public void A_filter_that_takes_nothing_away_rests_and_is_tried_again()
    {
        FilterUse useless = new(true), useful = new(true);
        int uselessRuns = 0, usefulRuns = 0;
        for (int vector = 0; vector < 1000; vector++)
        {
            if (useless.IsDue())
            {
                uselessRuns++;
                useless.Add(2048, 2048);
            }
            if (useful.IsDue())
            {
                usefulRuns++;
                useful.Add(2048, 1024);
            }
        }
        Assert.InRange(uselessRuns, 50, 200);
        Assert.Equal(1000, usefulRuns);
    }

    private static void Check(ScanFilter? filter, long?[] keys, bool isExact, Random random)
    {
        if (filter is null) return;
        HashSet<long> known = [.. keys.OfType<long>()];
        IEnumerable<long?> others = Enumerable.Range(0, 1000).Select(_ => (long?)random.NextInt64(-2000, 200_000));
        long?[] tested = [.. keys.Take(1000), .. others];
        using ColumnVector vector = VectorOf(tested);
        ulong* mask = stackalloc ulong[Batch.MaxRows / 64];
        new Span<ulong>(mask, Batch.MaxRows / 64).Fill(ulong.MaxValue);
        filter.AndInto(vector, mask);
        for (int i = 0; i < tested.Length; i++)
        {
            bool passes = (mask[i >> 6] >> i & 1) != 0;
            bool hasPartner = tested[i] is { } value && known.Contains(value);
            Assert.True(passes || !hasPartner, $"{tested[i]} was taken away");
            if (isExact) Assert.Equal(hasPartner, passes);
        }
    }

    private static ColumnVector VectorOf(long?[] values)
    {
        ColumnVector vector = new(LogicalType.BigInt);
        vector.ResetFlat(values.Length);
        vector.Count = values.Length;
        for (int i = 0; i < values.Length; i++)
        {
            ((long*)vector.Data)[i] = values[i] ?? 0;
            if (values[i] is null) vector.SetNull(i);
        }
        return vector;
    }
}

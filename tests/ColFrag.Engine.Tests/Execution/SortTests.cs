using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Execution;

public sealed class SortTests
{
    public static TheoryData<int, int> SeedsAndThreads()
    {
        TheoryData<int, int> data = [];
        for (int seed = 0; seed < 18; seed++) data.Add(seed, new int[] { 1, 2, 8 }[seed % 3]);
        return data;
    }

    [Theory]
    [MemberData(nameof(SeedsAndThreads))]
    public async Task Rows_come_in_the_order_of_a_plain_sort(int seed, int threads)
    {
        Random random = new(seed);
        LogicalType[] types = [.. RandomRows.CommonTypes, LogicalType.List(LogicalType.Integer)];
        int keyCount = 1 + random.Next(3);
        (string, LogicalType)[] columns =
        [
            .. Enumerable.Range(0, keyCount).Select(i => ($"k{i}", types[random.Next(types.Length)])),
                ("v", LogicalType.Varchar),
        ];
        RowsNode rows = RowsNode.Random(
            seed, seed % 5 == 0 ? random.Next(50) : random.Next(9_000), 2 + random.Next(400), random.Next(3) * 0.1,
            columns);
        PlanList<SortColumn> keys = RandomKeys(random, keyCount);
        List<Value[]> sorted = await PlanRunner.RunAsync(new SortNode(rows, keys), threads);
        PlanRunner.AssertSameRows(rows.Rows, sorted);
        AssertOrdered(sorted, keys);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Many_rows_are_cut_into_partitions(int threads)
    {
        Random random = new(threads);
        RowsNode rows = new(
            new Schema(new Field("k", LogicalType.BigInt), new Field("v", LogicalType.Integer)),
            [.. Enumerable.Range(0, 400_000).Select(i => (Value[])
            [
                Value.BigInt(i % 3 == 0 ? 7 : random.NextInt64(-1_000_000, 1_000_000)),
                    Value.Integer(LogicalType.Integer, i),
            ])], 1);
        List<Value[]> sorted =
            await PlanRunner.RunAsync(new SortNode(rows, [new SortColumn(0, false, false)]), threads);
        Assert.Equal(rows.Rows.Select(r => (long)r[0].AsInteger).Order(), sorted.Select(r => (long)r[0].AsInteger));
        Assert.Equal(rows.Rows.Length, sorted.Select(r => (int)r[1].AsInteger).Distinct().Count());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Rows_that_are_fetched_ahead_come_as_those_that_one_lane_fetches(int threads)
    {
        RowsNode rows = RowsNode.Random(
            threads, 90_000, 50_000, 0.1, ("k", LogicalType.Integer), ("i", LogicalType.BigInt),
            ("s", LogicalType.Varchar), ("l", LogicalType.List(LogicalType.Integer)));
        SortNode sort = new(rows, [new(0, false, true), new(1, true, false), new(2, false, false)]);
        PhysicalNode[] plans =
            [sort, new LimitNode(sort, 3, 0), new LimitNode(sort, 40_000, 20_001), new LimitNode(sort, 0, 0)];
        foreach (PhysicalNode plan in plans)
        {
            MemoryBroker memory = new(4L << 30);
            QueryEnvironment ahead = PlanRunner.Environment(threads, memory);
            List<Value[]> actual = await PlanRunner.RunAsync(plan, threads, ahead);
            Assert.Equal(0, memory.UsedBytes);
            List<Value[]> expected = await PlanRunner.RunAsync(
                plan, threads, ahead with { DisabledRules = new HashSet<string> { SortedPieces.RuleName } });
            PlanRunner.AssertSameSequence(
                expected.Select(row => row[..3]), actual.Select(row => row[..3]));
            if (ReferenceEquals(plan, sort)) PlanRunner.AssertSameRows(rows.Rows, actual);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task A_limit_passes_the_rows_of_its_range(int threads)
    {
        RowsNode rows = RowsNode.Random(5, 9_000, 5_000, 0.1, ("k", LogicalType.Integer));
        PlanList<SortColumn> keys = [new SortColumn(0, false, true)];
        List<Value[]> sorted = await PlanRunner.RunAsync(new SortNode(rows, keys), threads);
        foreach ((long count, long offset) in new (long, long)[]
            { (0, 0), (1, 0), (10, 3_000), (5_000, 100), (long.MaxValue, 8_990), (5, 20_000) })
        {
            List<Value[]> limited =
                await PlanRunner.RunAsync(new LimitNode(new SortNode(rows, keys), count, offset), threads);
            PlanRunner.AssertSameSequence(sorted.Skip((int)offset).Take((int)Math.Min(count, int.MaxValue)), limited);
            // Which rows come first in no order is not said: one run, and only how many there are.
            List<Value[]> any = await PlanRunner.RunAsync(
                new LimitNode(rows, count, offset), threads, PlanRunner.Environment(threads));
            Assert.Equal(Math.Max(0, Math.Min(count, rows.Rows.Length - offset)), any.Count);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_union_has_the_rows_of_all_inputs(int threads)
    {
        RowsNode[] inputs =
            [.. Enumerable.Range(0, 4).Select(i => RowsNode.Random(i, i * 900, 50, 0.1, ("a", LogicalType.Varchar)))];
        UnionAllNode union = new([.. inputs], inputs[0].Output);
        PlanRunner.AssertSameRows(inputs.SelectMany(i => i.Rows), await PlanRunner.RunAsync(union, threads));
    }

    internal static PlanList<SortColumn> RandomKeys(Random random, int count) =>
        [.. Enumerable.Range(0, count).Select(k => new SortColumn(k, random.Next(2) == 0, random.Next(2) == 0))];

    internal static int Compare(Value[] left, Value[] right, PlanList<SortColumn> keys)
    {
        foreach (SortColumn key in keys)
        {
            Value x = left[key.Column];
            Value y = right[key.Column];
            int order = x.IsNull || y.IsNull
                ? (x.IsNull == y.IsNull ? 0 : x.IsNull == key.NullsFirst ? -1 : 1)
                : key.IsDescending ? ValueComparison.Compare(y, x) : ValueComparison.Compare(x, y);
            if (order != 0) return order;
        }
        return 0;
    }

    private static void AssertOrdered(List<Value[]> rows, PlanList<SortColumn> keys)
    {
        for (int i = 1; i < rows.Count; i++)
        {
            Assert.True(
                Compare(rows[i - 1], rows[i], keys) <= 0,
                $"Row {i}: {PlanRunner.Text(rows[i - 1])} before {PlanRunner.Text(rows[i])}");
        }
    }
}

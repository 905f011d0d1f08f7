using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Tests.Execution;

public sealed class AggregateTests
{
    private static readonly LogicalType[] s_keyTypes =
    [
        LogicalType.Varchar, LogicalType.Integer, LogicalType.BigInt, LogicalType.Boolean, LogicalType.Double,
        LogicalType.Date, LogicalType.Decimal(30, 4), LogicalType.UBigInt, LogicalType.Interval, LogicalType.SmallInt,
        LogicalType.List(LogicalType.Integer), LogicalType.Struct([new Field("a", LogicalType.Varchar)]),
    ];

    private static readonly LogicalType[] s_argumentTypes =
    [
        LogicalType.Integer, LogicalType.BigInt, LogicalType.SmallInt, LogicalType.Decimal(12, 2),
            LogicalType.Decimal(30, 4),
        LogicalType.Double, LogicalType.Real, LogicalType.UBigInt, LogicalType.Varchar, LogicalType.Date,
        LogicalType.TinyInt,
    ];

    public static TheoryData<int, int> SeedsAndThreads()
    {
        TheoryData<int, int> data = [];
        for (int seed = 0; seed < 14; seed++) data.Add(seed, new int[] { 1, 2, 8 }[seed % 3]);
        return data;
    }

    [Theory]
    [MemberData(nameof(SeedsAndThreads))]
    public async Task Groups_are_those_of_a_plain_loop(int seed, int threads)
    {
        Random random = new(seed);
        int keyCount = 1 + random.Next(3);
        RowsNode rows = RandomInput(
            random, keyCount, 2 + random.Next(5), rowCount: random.Next(12_000), out PlanList<AggregateSpec> specs);
        AggregateNode node = Node(rows, keyCount, specs);
        PlanRunner.AssertSameRows(Reference(rows, keyCount, specs), await PlanRunner.RunAsync(node, threads));
    }

    [Theory]
    [MemberData(nameof(SeedsAndThreads))]
    public async Task Few_groups_in_large_batches_are_those_of_a_plain_loop(int seed, int threads)
    {
        Random random = new(seed + 500);
        RowsNode rows =
            RandomInput(random, 1, 6, rowCount: 6_000, out PlanList<AggregateSpec> specs, distinct: 1 + seed);
        AggregateNode node = Node(rows, 1, specs);
        PlanRunner.AssertSameRows(Reference(rows, 1, specs), await PlanRunner.RunAsync(node, threads));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    [InlineData(9)]
    public async Task Numbers_of_every_width_are_added_to_few_groups(int groups)
    {
        LogicalType[] types =
        [
            LogicalType.TinyInt, LogicalType.UTinyInt, LogicalType.SmallInt, LogicalType.USmallInt, LogicalType.Integer,
            LogicalType.UInteger, LogicalType.BigInt, LogicalType.UBigInt, LogicalType.HugeInt,
            LogicalType.Decimal(18, 2),
        ];
        Value Number(LogicalType type, int i)
        {
            if (i % 11 == 5) return Value.Null(type);
            int bits = Math.Min(8 * type.Physical.SizeBytes(), 48) - 1;
            bool isSigned = !type.Physical.IsUnsigned();
            Int128 largest = (Int128.One << (isSigned ? bits : bits + 1)) - 1;
            Int128 value = (largest - (i % 100)) * (isSigned && i % 3 == 0 ? -1 : 1);
            return Value.Integer(type, value);
        }
        Value[][] input = [.. Enumerable.Range(0, 9_000).Select(i => (Value[])
        [
            Value.Integer(LogicalType.Integer, i * 7 % groups), .. types.Select(t => Number(t, i)),
            Value.Boolean(i % 5 != 2),
        ])];
        RowsNode rows = new(
            new Schema(
            [
                new Field("k", LogicalType.Integer), .. types.Select((t, i) => new Field($"v{i}", t)),
                new Field("f", LogicalType.Boolean),
            ]),
            input, groups);
        PlanList<AggregateSpec> specs =
        [
            Spec("count", []), Spec("count", [], null, types.Length + 1),
            .. types.Select((t, i) => Spec("sum", [i + 1], t)),
            .. types.Select((t, i) => Spec("sum", [i + 1], t, types.Length + 1)),
            .. types.Select((t, i) => Spec("count", [i + 1], t)),
        ];
        PlanRunner.AssertSameRows(Reference(rows, 1, specs), await PlanRunner.RunAsync(Node(rows, 1, specs), 2));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Without_keys_there_is_one_group(int threads)
    {
        for (int seed = 0; seed < 8; seed++)
        {
            Random random = new(seed);
            RowsNode rows =
                RandomInput(random, 0, 6, seed == 0 ? 0 : random.Next(10_000), out PlanList<AggregateSpec> specs);
            AggregateNode node = Node(rows, 0, specs);
            PlanRunner.AssertSameRows(Reference(rows, 0, specs), await PlanRunner.RunAsync(node, threads));
        }
    }

    [Theory]
    [MemberData(nameof(SeedsAndThreads))]
    public async Task Partial_states_put_together_are_the_whole(int seed, int threads)
    {
        Random random = new(seed + 100);
        int keyCount = random.Next(3);
        RowsNode rows = RandomInput(random, keyCount, 5, random.Next(9_000), out PlanList<AggregateSpec> specs);
        PlanRunner.AssertSameRows(
            Reference(rows, keyCount, specs),
            await PlanRunner.RunAsync(InTwoSteps(Node(rows, keyCount, specs)), threads));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task More_groups_than_the_cache_holds_go_through_partitions(int threads)
    {
        Random random = new(threads);
        const int Count = 200_000;
        Value[] keys = [.. Enumerable.Range(0, Count).Select(_ => Value.BigInt(random.NextInt64() >> 20 << 18))];
        RowsNode rows = new(
            new Schema(new Field("k", LogicalType.BigInt), new Field("t", LogicalType.Varchar),
                new Field("v", LogicalType.Integer)),
            [.. Enumerable.Range(0, Count).Select(i => (Value[])
            [
                keys[random.Next(120_000)], Value.Text($"t{random.Next(3)}"),
                    Value.Integer(LogicalType.Integer, i % 1000),
            ])], threads);
        PlanList<AggregateSpec> specs =
            [Spec("count", []), Spec("sum", [2], LogicalType.Integer), Spec("max", [2], LogicalType.Integer)];
        List<Value[]> expected =
        [
            .. rows.Rows.GroupBy(r => (r[0].AsInteger, r[1].AsText)).Select(g => (Value[])
            [
                g.First()[0], g.First()[1], Value.BigInt(g.Count()), Value.BigInt(g.Sum(r => (long)r[2].AsInteger)),
                Value.Integer(LogicalType.Integer, g.Max(r => r[2].AsInteger)),
            ]),
        ];
        AggregateNode node = Node(rows, 2, specs);
        PlanRunner.AssertSameRows(expected, await PlanRunner.RunAsync(node, threads));
        PlanRunner.AssertSameRows(expected, await PlanRunner.RunAsync(InTwoSteps(node), threads));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Keys_whose_range_keeps_growing_keep_their_groups(int threads)
    {
        // Each batch widens the range, up and down, through every width of code.
        List<Value[]> values = [];
        for (int bit = 0; bit < 63; bit++)
        {
            for (int i = 0; i < 40; i++)
            {
                long value = (1L << bit) + (i % 7);
                values.Add([Value.BigInt(i % 2 == 0 ? value : -value), Value.Integer(LogicalType.Integer, i)]);
            }
            if (bit % 9 == 0) values.Add([Value.Null(LogicalType.BigInt), Value.Integer(LogicalType.Integer, bit)]);
        }
        RowsNode rows =
            new(new Schema(new Field("k", LogicalType.BigInt), new Field("v", LogicalType.Integer)), [.. values], 3)
        {
            MaxRows = 41,
        };
        PlanList<AggregateSpec> specs = [Spec("count", []), Spec("sum", [1], LogicalType.Integer)];
        PlanRunner.AssertSameRows(Reference(rows, 1, specs), await PlanRunner.RunAsync(Node(rows, 1, specs), threads));
    }

    [Fact]
    public async Task Sums_of_the_largest_numbers_carry_exactly()
    {
        Value[][] input = [.. Enumerable.Range(0, 5_000).Select(i => (Value[])
        [
            Value.Integer(LogicalType.Integer, i % 3), Value.BigInt(i % 5 == 0 ? long.MinValue : long.MaxValue - i),
        ])];
        RowsNode rows =
            new(new Schema(new Field("k", LogicalType.Integer), new Field("v", LogicalType.BigInt)), input, 1);
        PlanList<AggregateSpec> specs = [Spec("sum", [1], LogicalType.BigInt), Spec("avg", [1], LogicalType.BigInt)];
        PlanRunner.AssertSameRows(Reference(rows, 1, specs), await PlanRunner.RunAsync(Node(rows, 1, specs), 2));
        PlanRunner.AssertSameRows(Reference(rows, 0, specs), await PlanRunner.RunAsync(Node(rows, 0, specs), 2));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Aggregates_with_different_orders_are_joined_by_their_keys(bool isGrouped)
    {
        PlanColumnFactory factory = new();
        PlanColumn key = factory.Create("k", LogicalType.Integer);
        PlanColumn value = factory.Create("v", LogicalType.Integer);
        int?[][] data = [[1, 5], [1, 2], [null, 7], [2, null], [null, 1]];
        Values rows = new(
            [key, value],
            [.. data.Select(r => (PlanList<Expression>)[.. r.Select(v => new Constant(
                v is null ? Value.Null(LogicalType.Integer) : Value.Integer(LogicalType.Integer, v.Value)))])]);
        NamedAggregate Ordered(string name, bool? isDescending)
        {
            AggregateFunction function = Spec(name, [0], LogicalType.Integer).Function;
            PlanList<SortKey> order = isDescending is { } d ? [new SortKey(new ColumnUse(value), d, d)] : [];
            AggregateCall call = new(function, [new ColumnUse(value)]) { OrderBy = order };
            return new NamedAggregate(factory.Create(name, call.Type), call);
        }
        Aggregate aggregate = new(
            rows, isGrouped ? [new NamedExpression(factory.CreateLike(key), new ColumnUse(key))] : [], default,
            [Ordered("count", true), Ordered("sum", false), Ordered("max", null), Ordered("min", true)], null);
        PhysicalNode plan = PhysicalPlanner.Plan(ColumnResolution.Resolve(aggregate));
        IEnumerable<string> given = (await PlanRunner.RunAsync(plan)).Select(PlanRunner.Text).Order(
            StringComparer.Ordinal);
        Assert.Equal(
            isGrouped ? ["1 | 2 | 7 | 5 | 2", "2 | 0 | ∅ | ∅ | ∅", "∅ | 2 | 8 | 7 | 1"] : ["4 | 15 | 7 | 1"], given);
    }

    internal static AggregateSpec Spec(string name, PlanList<int> arguments, LogicalType? type = null, int filter = -1)
    {
        ArgumentType[] types = type is null ? [] : [new ArgumentType(type)];
        (AggregateOverload overload, LogicalType[] matched) = FunctionRegistry.BuiltIn.ChooseAggregate(name, types);
        return new AggregateSpec(overload.Bind(matched, []), arguments, filter);
    }

    internal static AggregateNode Node(RowsNode rows, int keyCount, PlanList<AggregateSpec> specs) => new(
        rows, [.. Enumerable.Range(0, keyCount)], specs, default, 0, false,
        new Schema(
        [
            .. rows.Output.Fields.Take(keyCount), .. specs.Select((s, i) => new Field($"a{i}", s.Type)),
        ]));

    private static AggregateNode InTwoSteps(AggregateNode node)
    {
        AggregateNode first = AggregateNode.First(node.Input, node.Keys, node.Aggregates);
        AggregateNode middle =
            AggregateNode.Last(first, node.Keys.Count, node.Aggregates, first.Output, givesStates: true);
        return AggregateNode.Last(middle, node.Keys.Count, node.Aggregates, node.Output);
    }

    private static RowsNode RandomInput(
        Random random, int keyCount, int aggregateCount, int rowCount, out PlanList<AggregateSpec> specs,
        int? distinct = null)
    {
        List<(string, LogicalType)> columns = [];
        for (int k = 0; k < keyCount; k++) columns.Add(($"k{k}", s_keyTypes[random.Next(s_keyTypes.Length)]));
        List<AggregateSpec> aggregates = [];
        for (int a = 0; a < aggregateCount; a++)
        {
            LogicalType type = s_argumentTypes[random.Next(s_argumentTypes.Length)];
            string name = new[] { "count", "sum", "avg", "min", "max" }[random.Next(5)];
            if (type.Kind == TypeKind.Varchar || type.Kind == TypeKind.Date) name = random.Next(2) == 0 ? "min" : "max";
            int filter = random.Next(4) == 0 ? columns.Count + 1 : -1;
            aggregates.Add(random.Next(8) == 0
                ? Spec("count", [], null, filter)
                : Spec(name, [columns.Count], type, filter));
            columns.Add(($"v{a}", type));
            if (filter >= 0) columns.Add(($"f{a}", LogicalType.Boolean));
        }
        specs = [.. aggregates];
        return RowsNode.Random(
            random.Next(), rowCount, distinct ?? 1 + random.Next(40), random.Next(3) * 0.2, [.. columns]);
    }

    /// <summary>Groups by the text of keys, and one kernel state per group, one row at a time.</summary>
    private static unsafe List<Value[]> Reference(RowsNode rows, int keyCount, PlanList<AggregateSpec> specs)
    {
        Dictionary<string, (Value[] Keys, List<Value[]> Rows)> groups = [];
        if (keyCount == 0) groups.Add("", ([], []));
        foreach (Value[] row in rows.Rows)
        {
            Value[] keys = row[..keyCount];
            string text = PlanRunner.Text(keys);
            if (!groups.TryGetValue(text, out (Value[] Keys, List<Value[]> Rows) group))
                groups.Add(text, group = (keys, []));
            group.Rows.Add(row);
        }
        List<Value[]> results = [];
        using Arena arena = new(MemoryAccount.Untracked);
        using AggregateContext context = new(SessionInfo.Default, MemoryAccount.Untracked);
        foreach ((Value[] keys, List<Value[]> members) in groups.Values)
        {
            List<Value> result = [.. keys];
            foreach (AggregateSpec spec in specs)
            {
                IAggregateKernel kernel = spec.Function.Kernel;
                byte* state = arena.Allocate(kernel.StateSizeBytes, 16);
                kernel.Initialize(state);
                foreach (Value[] member in members)
                {
                    if (spec.Filter >= 0 && (member[spec.Filter].IsNull || !member[spec.Filter].AsBoolean)) continue;
                    ColumnVector[] arguments = [.. spec.Arguments.Select(a =>
                    {
                        ColumnVector vector = new(rows.Output[a].Type);
                        VectorBuilder.Build(vector, [member[a]], arena);
                        return vector;
                    })];
                    kernel.Update(arguments, &state, 1, context);
                }
                ColumnVector value = new(kernel.ResultType);
                kernel.Finish(&state, 1, value, context);
                result.Add(value.GetValue(0));
            }
            results.Add([.. result]);
        }
        return results;
    }

    [Theory]
    [InlineData(-1, 1e7, 1 << 16)]
    [InlineData(1000, 1e7, 1 << 16)]
    [InlineData(100_000, 1e7, 125_000)]
    [InlineData(100_000, 2e5, 1 << 16)]
    [InlineData(5e6, 1e9, 1 << 16)]
    public void A_lane_keeps_as_many_groups_as_statistics_make_worth_it(double groups, double rows, int kept) =>
        Assert.Equal(kept, GroupSink.MaxGroupsOf(groups, rows));
}

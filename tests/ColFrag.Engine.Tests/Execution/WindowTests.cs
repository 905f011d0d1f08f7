using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Execution.Windows;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Tests.Execution.Support;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Execution;

/// <summary>Window functions against their definition, row by row.</summary>
public sealed class WindowTests
{
    // Columns of the input: partition, order key, a number that makes the order total, arguments, filter, offsets.
    private const int Partition = 0;
    private const int Order = 1;
    private const int Id = 2;
    private const int Number = 3;
    private const int Text = 4;
    private const int Float = 5;
    private const int Filter = 6;
    private const int Offset = 7;
    private const int OrderOffset = 8;
    private const int Fallback = 9;
    private const int Place = 10;

    public static TheoryData<int, int> SeedsAndThreads()
    {
        TheoryData<int, int> data = [];
        for (int seed = 0; seed < 60; seed++) data.Add(seed, new int[] { 1, 2, 8 }[seed % 3]);
        return data;
    }

    [Theory]
    [MemberData(nameof(SeedsAndThreads))]
    public async Task Values_are_those_of_the_definition(int seed, int threads)
    {
        Random random = new(seed);
        LogicalType orderType = new[] { LogicalType.Integer, LogicalType.Double, LogicalType.Decimal(12, 2),
            LogicalType.Date }[seed % 4];
        RowsNode rows = RandomInput(random, orderType, rowCount: seed % 10 == 0 ? 0 : random.Next(40, 220));
        bool isDescending = random.Next(2) == 0;
        PlanList<SortColumn> order = [new SortColumn(Order, isDescending, random.Next(2) == 0),
            new SortColumn(Id, false, false)];
        PlanList<WindowFunction> functions = [.. Enumerable.Range(0, 12).Select(_ => RandomFunction(random))];
        PlanList<int> partition = random.Next(4) == 0 ? [] : [Partition];
        WindowNode node = Node(rows, partition, order, functions);
        PlanRunner.AssertSameRows(new WindowReference(node).Rows(), await PlanRunner.RunAsync(node, threads));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public async Task Partitions_of_many_rows_are_computed_in_parallel(int threads)
    {
        Random random = new(threads);
        RowsNode rows = RandomInput(random, LogicalType.Integer, rowCount: 80_000);
        WindowFrame sliding = Frame(FrameUnit.Rows, FrameEndKind.Preceding, FrameEndKind.CurrentRow);
        WindowNode node = Node(
            rows, [Partition, Text, Number], [new SortColumn(Order, false, false), new SortColumn(Id, false, false)],
            [
                new WindowFunction(WindowFunctionKind.RowNumber, null, [], 2, UpToCurrent, LogicalType.BigInt),
                Aggregate("sum", [Number], 2, sliding), Aggregate("min", [Text], 1, UpToCurrent),
                    Aggregate("count", [], 1, UpToCurrent),
            ]);
        PlanRunner.AssertSameRows(new WindowReference(node).Rows(), await PlanRunner.RunAsync(node, threads));
    }

    [Fact]
    public async Task Frames_of_thousands_of_rows_are_put_together_from_a_tree()
    {
        Random random = new(5);
        RowsNode rows = RandomInput(random, LogicalType.Integer, rowCount: 900);
        WindowFrame around = Frame(FrameUnit.Rows, FrameEndKind.Preceding, FrameEndKind.UnboundedFollowing) with
        {
            Exclusion = FrameExclusion.CurrentRow,
        };
        WindowNode node = Node(
            rows, [], [new SortColumn(Id, false, false)],
            [Aggregate("max", [Text], 1, around), Aggregate("sum", [Float], 1, around),
                Aggregate("min", [Number], 1, around) with { Filter = Filter }]);
        PlanRunner.AssertSameRows(new WindowReference(node).Rows(), await PlanRunner.RunAsync(node, 2));
    }

    [Theory]
    [InlineData(FrameUnit.Rows)]
    [InlineData(FrameUnit.Range)]
    [InlineData(FrameUnit.Groups)]
    internal async Task A_negative_offset_is_refused(FrameUnit unit)
    {
        RowsNode rows = new(
            new Schema(new Field("k", LogicalType.Integer),
                new Field("n", unit == FrameUnit.Range ? LogicalType.Integer : LogicalType.BigInt)),
            [[Value.Integer(LogicalType.Integer, 1), Value.Integer(unit == FrameUnit.Range ? LogicalType.Integer
                : LogicalType.BigInt, -1)]], 1);
        WindowFrame frame = new(unit, new WindowFrameEnd(FrameEndKind.Preceding, 1),
            new WindowFrameEnd(FrameEndKind.CurrentRow), default);
        WindowNode node = Node(rows, [], [new SortColumn(0, false, false)],
            [Aggregate("sum", [0], 1, frame, LogicalType.Integer)]);
        QueryException error = await Assert.ThrowsAsync<QueryException>(() => PlanRunner.RunAsync(node));
        Assert.Equal("22013", error.SqlState);
    }

    private static WindowFrame UpToCurrent => new(
        FrameUnit.Range, new WindowFrameEnd(FrameEndKind.UnboundedPreceding),
            new WindowFrameEnd(FrameEndKind.CurrentRow), default);

    private static WindowFrame Frame(FrameUnit unit, FrameEndKind start, FrameEndKind end)
    {
        int offset = unit == FrameUnit.Range ? OrderOffset : Offset;
        WindowFrameEnd End(FrameEndKind kind) => new(kind, kind is FrameEndKind.Preceding or FrameEndKind.Following
            ? offset : -1);
        return new WindowFrame(unit, End(start), End(end), FrameExclusion.NoOthers);
    }

    private static WindowFunction Aggregate(
        string name, PlanList<int> arguments, int orderCount, WindowFrame frame, params LogicalType[] types)
    {
        if (types.Length == 0) types = [.. arguments.Map(a =>
            a switch { Number => LogicalType.Integer, Text => LogicalType.Varchar, _ => LogicalType.Double })];
        (AggregateOverload overload, LogicalType[] chosen) =
            FunctionRegistry.BuiltIn.ChooseAggregate(name, [.. types.Select(t => new ArgumentType(t))]);
        AggregateFunction function = overload.Bind(chosen, []);
        return new WindowFunction(WindowFunctionKind.Aggregate, function, arguments, orderCount, frame,
            function.ResultType);
    }

    private static WindowFunction RandomFunction(Random random)
    {
        int orderCount = random.Next(3);
        FrameUnit unit = (FrameUnit)random.Next(3);
        // A distance needs the one key that it is a distance in.
        if (unit == FrameUnit.Range) orderCount = 1;
        FrameEndKind start = (FrameEndKind)random.Next(4);
        FrameEndKind end = (FrameEndKind)random.Next(1, 5);
        WindowFrame frame = random.Next(3) == 0
            ? UpToCurrent : Frame(unit, start, end) with { Exclusion =
                (FrameExclusion)(random.Next(2) * random.Next(4)) };
        int kind = random.Next(22);
        if (kind < 12 && (WindowFunctionKind)kind != WindowFunctionKind.Aggregate)
        {
            WindowFunctionKind function = (WindowFunctionKind)kind;
            (PlanList<int> arguments, LogicalType type) = function switch
            {
                WindowFunctionKind.PercentRank or WindowFunctionKind.CumeDist =>
                    ((PlanList<int>)[], LogicalType.Double),
                WindowFunctionKind.Ntile => ([Place], LogicalType.Integer),
                WindowFunctionKind.Lag or WindowFunctionKind.Lead => ([Text, Offset, Fallback], LogicalType.Varchar),
                WindowFunctionKind.FirstValue or WindowFunctionKind.LastValue => ([Text], LogicalType.Varchar),
                WindowFunctionKind.NthValue => ([Number, Place], LogicalType.Integer),
                _ => ([], LogicalType.BigInt),
            };
            return new WindowFunction(function, null, arguments, orderCount, frame,
                type) { IgnoresNulls = random.Next(2) == 0 };
        }
        string name = new[] { "sum", "avg", "min", "max", "count" }[random.Next(5)];
        int argument = new[] { Number, Float, Text }[random.Next(name is "sum" or "avg" ? 2 : 3)];
        return Aggregate(name, name == "count" && random.Next(2) == 0 ? [] : [argument], orderCount, frame) with
        {
            Filter = random.Next(3) == 0 ? Filter : -1,
        } is { Arguments.Count: > 0 } some
            ? some with { IsDistinct = random.Next(4) == 0 && name is not ("min" or "max") }
            : Aggregate(name, [], orderCount, frame);
    }

    private static WindowNode Node(RowsNode rows, PlanList<int> partition, PlanList<SortColumn> order,
        PlanList<WindowFunction> functions) => new(
        rows, partition, order, functions,
        new Schema([.. rows.Output.Fields, .. functions.Select((f, i) => new Field($"w{i}", f.Type))]));

    private static RowsNode RandomInput(Random random, LogicalType orderType, int rowCount)
    {
        LogicalType offsetType = orderType.Kind == TypeKind.Date ? LogicalType.Interval : orderType;
        Schema schema = new(
            new Field("partition", LogicalType.Varchar), new Field("order", orderType),
                new Field("id", LogicalType.Integer),
            new Field("number", LogicalType.Integer), new Field("text", LogicalType.Varchar),
                new Field("float", LogicalType.Double),
            new Field("filter", LogicalType.Boolean), new Field("offset", LogicalType.BigInt),
                new Field("order offset", offsetType),
            new Field("fallback", LogicalType.Varchar), new Field("place", LogicalType.BigInt));
        int partitions = 1 + random.Next(12);
        bool areOffsetsEqual = random.Next(2) == 0;
        Value Maybe(Value value) => random.Next(6) == 0 ? Value.Null(value.Type) : value;
        Value[] Row(int id) =>
        [
            Maybe(Value.Text($"p{random.Next(partitions)}")), Maybe(OrderValue(orderType, random.Next(20))),
            Value.Integer(LogicalType.Integer, id), Maybe(Value.Integer(LogicalType.Integer, random.Next(-9, 9))),
            Maybe(Value.Text(new string((char)('a' + random.Next(4)), 1 + random.Next(9)))),
            Maybe(Value.Float(LogicalType.Double, random.Next(-40, 40) / 8.0)),
                Maybe(Value.Boolean(random.Next(2) == 0)),
            Value.BigInt(areOffsetsEqual ? 2 : random.Next(5)),
                OrderValue(offsetType, areOffsetsEqual ? 3 : random.Next(6)),
            Maybe(Value.Text("fallback")), Value.BigInt(1 + random.Next(3)),
        ];
        return new RowsNode(schema, [.. Enumerable.Range(0, rowCount).Select(Row)], random.Next());
    }

    private static Value OrderValue(LogicalType type, int number) => type.Kind switch
    {
        TypeKind.Double => Value.Float(type, number / 2.0),
        TypeKind.Interval => Value.OfInterval(new Interval(0, number, 0)),
        _ => Value.Integer(type, number),
    };
}

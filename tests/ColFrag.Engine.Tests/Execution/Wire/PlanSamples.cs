using System.Collections.Immutable;
using System.Text;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.Aggregation;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Windows;
using ColFrag.Engine.Files;
using ColFrag.Engine.Fragments;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Storage;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using SortColumn = ColFrag.Engine.Execution.Sorting.SortColumn;

namespace ColFrag.Engine.Tests.Execution.Wire;

/// <summary>One of every node and expression that travels.</summary>
internal static class PlanSamples
{
    private static readonly Schema s_columns = new(
        new Field("i", LogicalType.Integer), new Field("t", LogicalType.Varchar), new Field("b", LogicalType.Boolean),
        new Field("x", LogicalType.Decimal(12, 2), false), new Field("w", LogicalType.BigInt));

    public static SegmentCache Segments { get; } = new(
        new MemoryFileSystem(tracksCrashes: false), new StorageCaches(MemoryBroker.Unlimited), MemoryAccount.Untracked,
        1 << 20, 1 << 20);

    private static ColumnReference Number => new(0, LogicalType.Integer, "i") { Position = 17 };

    private static Constant One => new(Value.Integer(LogicalType.Integer, 1));

    private static ColumnReference Text => new(1, LogicalType.Varchar, "t");

    private static ColumnReference Truth => new(2, LogicalType.Boolean, "b");

    private static ExchangeSourceNode Rows => new(3, s_columns) { EstimatedRows = 12.5 };

    public static Schema Columns => s_columns;

    /// <summary>Several of some kinds, at least one of each.</summary>
    public static IEnumerable<Expression> Expressions =>
    [
        Number, Text,
        new Constant(Value.BigInt(-5)), new Constant(Value.Text("häß")), new Constant(Value.Null(LogicalType.Date)),
        new Constant(Value.Integer(LogicalType.Decimal(38, 4), Int128.MaxValue)),
        new Constant(Value.Nested(LogicalType.List(LogicalType.Double), [Value.Float(LogicalType.Double, 0.5)])),
        new Parameter(2, LogicalType.Timestamp),
        Call.Create(
            FunctionRegistry.BuiltIn.BindScalar("upper", [new ArgumentType(LogicalType.Varchar)]), [Text]),
        Call.Create(
            FunctionRegistry.BuiltIn.BindScalar(
                "round", [new ArgumentType(LogicalType.Decimal(12, 2)), new ArgumentType(LogicalType.Integer)]),
            [new ColumnReference(3, LogicalType.Decimal(12, 2), "x"), One]),
        new Cast(Number, LogicalType.Varchar), new Cast(Text, LogicalType.Date, IsTry: true),
        new Arithmetic(ArithmeticOperator.Modulo, Number, Number, LogicalType.Integer) { Position = 4 },
        new Negate(Number),
        new Case([new CaseBranch(Truth, Number), new CaseBranch(new Not(Truth), Number)], Number),
        new Comparison(ComparisonOperator.GreaterOrEqual, Text, Text) { Collation = "de" },
        new Comparison(ComparisonOperator.Less, Number, Number),
        new IsDistinct(Number, Number, IsNegated: true),
        new Conjunction([Truth, Truth, new IsNull(Number, false)]), new Disjunction([Truth, new IsNull(Text, true)]),
        new Not(Truth), new IsNull(Truth, false), new InList(Number, [Number, Number], IsNegated: true),
        new Like(Text, Text, true, new Rune('é'), false), new Like(Text, Text, false, null, true),
    ];

    /// <summary>Several of some kinds, at least one of each.</summary>
    public static IEnumerable<PhysicalNode> Nodes =>
    [
        Scan(), Rows,
        new ExchangeNode(Rows, ExchangeOutput.Broadcast) { IsFromOnePlace = true },
        new ExchangeNode(Rows, new ExchangeOutput(ExchangeKind.Hash, [1, 0])),
        new ExchangeNode(Rows, ExchangeOutput.Gather),
        new ExchangeNode(
            Scan(), new ExchangeOutput(ExchangeKind.Segment, [1]) { Places = [-1, -1, -1, -1, 1, -1, 0] }),
        Fetch(),
        new ValuesNode(new Schema(new Field("a", LogicalType.Integer)), [[One], [One]]),
        new FilterNode(Rows, new Conjunction([Truth, new IsNull(Number, true)])) { EstimatedRows = 4 },
        new ProjectNode(Rows, [.. Expressions], new Schema(Expressions.Select((e, i) => new Field($"c{i}", e.Type)))),
        Aggregate(), AggregateNode.First(Rows, [1], [Count(0, filter: 2), Count(4)]), Final(),
        Join(JoinKind.Inner, null), Join(JoinKind.Mark, new Comparison(ComparisonOperator.Less, Number, Right)),
        Join(JoinKind.Anti, null) with { IsNullAware = true }, Loop(JoinKind.Full), Loop(JoinKind.Semi),
        new SortNode(Rows, [new SortColumn(3, true, true), new SortColumn(0, false, false)]),
        new TopNode(Rows, [new SortColumn(0, false, false)], 10, 3, WithTies: true),
        new LimitNode(Rows, long.MaxValue, 7), new LimitPercentNode(Rows, 12.5, 1),
        new UnionAllNode([Rows, Rows], s_columns),
        new ExpandNode(
            Rows, [[0, ExpandNode.Null, ExpandNode.True], [ExpandNode.Null, 1, 2]],
            new Schema([.. s_columns.Fields.Take(3), new Field("set", LogicalType.Integer)])),
        new RepeatNode(Rows, new Schema([.. s_columns.Fields.Take(4)])), new FirstOfGroupNode(Rows, [2, 0]),
        new BestOfGroupNode(Rows, [2, 0], new SortColumn(0, true, false), 3, true),
        new SeriesNode(
            new Schema(new Field("i", LogicalType.BigInt)), new Constant(Value.BigInt(1)),
            new Constant(Value.BigInt(9)), new Constant(Value.BigInt(2)), IncludesEnd: true),
        new EmptyNode(s_columns), Window(), Unnest(),
        new RandomNode(Rows, 42, IsPerBatch: false, WithRandom),
        new RandomNode(Rows, null, IsPerBatch: true, WithRandom),
        new AsOfJoinNode(
            Rows, Rows, JoinKind.Left, [new JoinKeyColumns(1, 1), new JoinKeyColumns(0, 0)],
            ComparisonOperator.GreaterOrEqual, new Comparison(ComparisonOperator.Less, Number, Right),
            Joined(JoinKind.Left)),
    ];

    private static ColumnReference Right => new(5, LogicalType.Integer, "i");

    private static AggregateSpec Count(int column, int filter = -1)
    {
        LogicalType type = s_columns[column].Type;
        (AggregateOverload overload, LogicalType[] types) =
            FunctionRegistry.BuiltIn.ChooseAggregate("count", [new ArgumentType(type)]);
        return new AggregateSpec(overload.Bind(types, []), [column], filter);
    }

    private static AggregateNode Aggregate() => new(
        Rows, [0], [Count(1), Count(4, filter: 2)], default, 0, false,
        new Schema(s_columns[0], new Field("count", LogicalType.BigInt), new Field("count", LogicalType.BigInt)))
    {
        GroupsWithoutRows = [0, 2], EstimatedRows = 3,
    };

    private static AggregateNode Final()
    {
        AggregateNode first = AggregateNode.First(Rows, [1], [Count(0, filter: 2), Count(4)]);
        Schema results = new(s_columns[1], new Field("a", LogicalType.BigInt), new Field("b", LogicalType.BigInt));
        return AggregateNode.Last(first, 1, [Count(0, filter: 2), Count(4)], results) with { MergedFirst = 2 };
    }

    private static Schema WithRandom =>
        new([.. s_columns.Fields, new Field("random", LogicalType.Double, false)]);

    private static UnnestNode Unnest()
    {
        LogicalType list = LogicalType.List(LogicalType.Date);
        EmptyNode input = new(new Schema(new Field("a", LogicalType.Integer), new Field("d", list)));
        Schema columns = new(
            new Field("a", LogicalType.Integer), new Field("d", LogicalType.Date), new Field("n", LogicalType.BigInt));
        return new UnnestNode(input, 1, [1], HasOrdinality: true, KeepsEmpty: true, columns);
    }

    private static HashJoinNode Join(JoinKind kind, Expression? residual) => new(
        Rows, Rows, kind, [new JoinKeyColumns(0, 0), new JoinKeyColumns(1, 1, NullsAreEqual: true)], residual, false,
        Joined(kind));

    private static NestedLoopJoinNode Loop(JoinKind kind) =>
        new(Rows, Rows, kind, new Comparison(ComparisonOperator.NotEqual, Number, Right), Joined(kind));

    private static Schema Joined(JoinKind kind) => kind switch
    {
        JoinKind.Semi or JoinKind.Anti => s_columns,
        JoinKind.Mark => new Schema([.. s_columns.Fields, new Field("mark", LogicalType.Boolean)]),
        _ => new Schema([.. s_columns.Fields, .. s_columns.Fields]),
    };

    private static WindowNode Window()
    {
        AggregateSpec count = Count(0);
        WindowFrame frame = new(
            FrameUnit.Rows, new WindowFrameEnd(FrameEndKind.Preceding, 4), new WindowFrameEnd(FrameEndKind.CurrentRow),
            FrameExclusion.Ties);
        return new WindowNode(
            Rows, [1], [new SortColumn(0, true, false)],
            [
                new WindowFunction(WindowFunctionKind.Aggregate, count.Function, [0], 1, frame, LogicalType.BigInt)
                {
                    Filter = 2, IsDistinct = true,
                },
                new WindowFunction(WindowFunctionKind.Lag, null, [1, 4, 1], 1, frame, LogicalType.Varchar)
                {
                    IgnoresNulls = true,
                },
                new WindowFunction(WindowFunctionKind.RowNumber, null, default, 0, frame, LogicalType.BigInt),
            ],
            new Schema(
            [
                .. s_columns.Fields, new Field("n", LogicalType.BigInt), new Field("l", LogicalType.Varchar),
                new Field("r", LogicalType.BigInt),
            ]));
    }

    private static FetchNode Fetch() => new(
        Scan(), Scan().Snapshot, [0, -1, -1, 1], [0, 1],
        new Schema(
            new Field("t", LogicalType.Varchar), new Field("i", LogicalType.Integer),
            new Field("length", LogicalType.Integer), new Field("row id", LogicalType.BigInt, false)))
    {
        Name = "t", Measures = [TextMeasure.None, TextMeasure.Characters], EstimatedRows = 7,
    };

    private static TableScanNode Scan()
    {
        TableDefinition old = new(9, 1, [new TableColumn(1, "i", LogicalType.SmallInt)]);
        TableDefinition definition = new(
            9, 2, [new TableColumn(1, "i", LogicalType.Integer), new TableColumn(2, "t", LogicalType.Varchar)]);
        SegmentRecord first = new(new SegmentKey(1, 100), 7, HashRange.All, 1000)
        {
            SchemaVersion = 1, FolderTable = 9, Bytes = 5000, Groups = [new GroupRecord(0, 77, 5000, [3, 4])],
            DeleteVector = new DeleteVectorRecord(55, 3, 60, 99),
        };
        SegmentRecord second = first with
        {
            Key = new SegmentKey(2, 101), SchemaVersion = 2, DeleteVector = null,
        };
        ImmutableSortedDictionary<SegmentKey, SegmentRecord> records =
            new[] { first, second }.ToImmutableSortedDictionary(s => s.Key, s => s);
        TableSnapshot snapshot = TableSnapshot.OfSegments(
            Segments, new TableState(9, 12, 2, DateTime.UnixEpoch, [], records), definition,
            version => version == 1 ? old : definition,
            [(4, first, null), (6, second, DeleteVector.Of(1000, [1, 2, 900]))]);
        Schema columns = new(new Field("t", LogicalType.Varchar), new Field("row id", LogicalType.BigInt, false));
        return new TableScanNode(
            snapshot, [1, PlanTableColumn.RowId, 0], columns,
            [new Comparison(
                ComparisonOperator.Equal, new ColumnReference(2, LogicalType.Integer, "i"),
                new Constant(Value.Integer(LogicalType.Integer, 3)))])
        {
            Name = "t", EstimatedRows = 11,
        };
    }
}

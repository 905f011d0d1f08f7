using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Planning;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Tests.Execution.Wire;

/// <summary>Plans travel between processes: what is written is read back equal, and damage is found.</summary>
public sealed class PlanWireTests
{
    private static readonly PlanReadContext s_context = new(PlanSamples.Segments, FunctionRegistry.BuiltIn);

    /// <summary>What has no number in plans, and why.</summary>
    private static readonly Dictionary<Type, string> s_stayBehind = new()
    {
        [typeof(SourceScanNode)] = "reads files and relations of the process that bound the statement",
        [typeof(CommonTableNode)] = "is replaced by its query where a plan is spread, or runs beside the statement",
        [typeof(CommonTableScanNode)] = "reads rows that are kept in the same run",
        [typeof(RecursiveNode)] = "runs its rounds beside the statement",
        [typeof(ColumnUse)] = "is resolved to a position before a plan runs",
    };

    [Fact]
    public void Every_node_travels_or_says_why_not() => AssertComplete<PhysicalNode>(PlanNodeRegistry.Nodes.Values);

    [Fact]
    public void Every_expression_travels_or_says_why_not() =>
        AssertComplete<Expression>(ExpressionRegistry.Expressions.Values);

    [Fact]
    public void There_is_a_sample_of_everything_that_travels()
    {
        Assert.Empty(PlanNodeRegistry.Nodes.Values.Except(PlanSamples.Nodes.Select(n => n.GetType())));
        Assert.Empty(ExpressionRegistry.Expressions.Values.Except(PlanSamples.Expressions.Select(e => e.GetType())));
    }

    [Fact]
    public void Every_node_is_read_back_as_it_was_written()
    {
        foreach (PhysicalNode node in PlanSamples.Nodes)
        {
            PhysicalNode read = Read(Write(node)).Root;
            // Snapshots are objects; a scan is compared by what is written of it.
            if (!node.DescendantsAndSelf().Any(n => n is TableScanNode or FetchNode)) Assert.Equal(node, read);
            Assert.Equal(Convert.ToHexString(Write(node)), Convert.ToHexString(Write(read)));
            Assert.Equal(node.EstimatedRows, read.EstimatedRows);
        }
    }

    [Fact]
    public void Every_expression_is_read_back_as_it_was_written()
    {
        foreach (Expression expression in PlanSamples.Expressions)
        {
            using ByteWriter bytes = new();
            ExpressionRegistry.Write(new PlanWriter(new MessagePackWriter(bytes)), expression);
            MessagePackReader source = new(bytes.ToArray(), "expression");
            Expression read = ExpressionRegistry.Read(new PlanReader(source, s_context), PlanSamples.Columns);
            source.Finish();
            Assert.Equal(expression, read);
            Assert.Equal(expression.Position, read.Position);
        }
    }

    [Fact]
    public void A_scan_keeps_the_numbers_of_its_segments_and_what_is_deleted_in_them()
    {
        TableScanNode scan = PlanSamples.Nodes.OfType<TableScanNode>().Single();
        TableScanNode read = (TableScanNode)Read(Write(scan)).Root;
        Assert.Equal([4, 6], read.Snapshot.Segments.Select(s => s.Number));
        Assert.Equal([997, 997], read.Snapshot.Segments.Select(s => s.LiveRowCount));
        Assert.Equal([1, 2, 900], read.Snapshot.Segments[1].OpenDeleted()!.Rows());
        Assert.Equal(55, read.Snapshot.Segments[0].Record.DeleteVector!.Id);
        Assert.Equal(LogicalType.SmallInt, read.Snapshot.Segments[0].Definition.Columns[0].Type);
        Assert.Same(PlanSamples.Segments, read.Snapshot.Cache);
    }

    [Fact]
    public void A_scan_of_some_segments_sends_only_these()
    {
        TableScanNode scan = PlanSamples.Nodes.OfType<TableScanNode>().Single();
        TableScanNode part = scan with { Snapshot = scan.Snapshot.Only(s => s.Number == 6) };
        SnapshotSegment segment = Assert.Single(((TableScanNode)Read(Write(part)).Root).Snapshot.Segments);
        Assert.Equal((6, 101L), (segment.Number, segment.Record.Key.Id));
    }

    [Fact]
    public void What_the_statement_knows_travels_with_its_plan()
    {
        SessionInfo session = new()
        {
            TransactionMicroseconds = 17, StatementMicroseconds = -3, TimeZone = "Europe/Berlin",
            RandomSeed = ulong.MaxValue, UserName = "ada", DatabaseName = "shop", SearchPath = ["a", "b"],
        };
        Value[] parameters = [Value.BigInt(1), Value.Null(LogicalType.Date), Value.Text("x")];
        ReceivedPlan read = Read(PlanBytes.Write(new EmptyNode(PlanSamples.Columns), session, parameters));
        Assert.Equal(parameters, read.Parameters);
        Assert.Equal(session.SearchPath, read.Session.SearchPath);
        Assert.Equal(session with { SearchPath = read.Session.SearchPath }, read.Session);
    }

    [Fact]
    public void Every_function_is_found_again_by_its_types()
    {
        int found = 0;
        foreach (FunctionInfo info in FunctionRegistry.BuiltIn.Infos)
        {
            foreach (ScalarOverload overload in FunctionRegistry.BuiltIn.Scalars(info.Name))
            {
                LogicalType[] types = [.. overload.Signature.Parameters.Select(SampleOf)];
                if (TryBind(() => overload.Bind(types)) is not { } function) continue;
                PlanList<Expression> arguments = [.. function.ArgumentTypes.Select(t => new Constant(Value.Null(t)))];
                Call call = new(function, arguments);
                if ((info.Flags & FunctionFlags.StaysHere) != 0)
                {
                    Assert.False(FunctionBytes.Travels(call), $"{function}");
                    continue;
                }
                Assert.True(FunctionBytes.Travels(call), $"{function}");
                Assert.Equal(call, ReadBack(call));
                found++;
            }
        }
        Assert.True(found > 300, $"only {found} functions");
    }

    [Fact]
    public void Every_aggregate_is_found_again_by_its_types_and_constants()
    {
        foreach (FunctionInfo info in FunctionRegistry.BuiltIn.Infos)
        {
            foreach (AggregateOverload overload in FunctionRegistry.BuiltIn.Aggregates(info.Name))
            {
                LogicalType[] types = [.. overload.Signature.Parameters.Select(SampleOf)];
                int rows = types.Length - overload.ConstantCount;
                Value[] constants = [.. types[rows..].Select(ConstantOf)];
                if (TryBind(() => overload.Bind(types[..rows], constants)) is not { } function) continue;
                Assert.True(FunctionBytes.Travels(function), $"{function}");
                using ByteWriter bytes = new();
                FunctionBytes.Write(new PlanWriter(new MessagePackWriter(bytes)), function);
                MessagePackReader source = new(bytes.ToArray(), "aggregate");
                Assert.Equal(function, FunctionBytes.ReadAggregate(new PlanReader(source, s_context)));
            }
        }
    }

    [Fact]
    public void A_function_of_this_process_alone_does_not_travel()
    {
        FunctionInfo info = new("only_here", "Known to one process.");
        ScalarFunction upper = FunctionRegistry.BuiltIn.BindScalar("upper", [new ArgumentType(LogicalType.Varchar)]);
        Call call = new(new Renamed(info, upper), [new Constant(Value.Text("a"))]);
        Assert.False(ExpressionRegistry.Travels(new IsNull(call, false)));
        Assert.True(ExpressionRegistry.Travels(new IsNull(call with { Function = upper }, false)));
    }

    [Fact]
    public void Damaged_plans_are_refused_or_read_as_another_plan()
    {
        Random random = new(4711);
        foreach (PhysicalNode node in PlanSamples.Nodes)
        {
            byte[] whole = Write(node);
            for (int round = 0; round < 300; round++)
            {
                byte[] damaged = [.. whole];
                int flips = 1 + random.Next(3);
                for (int i = 0; i < flips; i++) damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
                if (random.Next(5) == 0) damaged = damaged[..random.Next(damaged.Length)];
                try
                {
                    Read(damaged);
                }
                catch (CorruptDataException)
                {
                    // Found.
                }
            }
        }
    }

    [Fact]
    public void A_plan_whose_columns_are_not_there_is_refused()
    {
        FilterNode wrong = new(
            new EmptyNode(new Schema(new Field("a", LogicalType.Integer))),
            new IsNull(new ColumnReference(1, LogicalType.Integer, "b"), false));
        Assert.Throws<CorruptDataException>(() => Read(Write(wrong)));
        Assert.Throws<CorruptDataException>(() => Read(Write(new FirstOfGroupNode(new EmptyNode(new Schema()), [0]))));
    }

    private static byte[] Write(PhysicalNode node) => PlanBytes.Write(node, SessionInfo.Default, []);

    private static ReceivedPlan Read(byte[] bytes) => PlanBytes.Read(bytes, s_context);

    private static Expression ReadBack(Expression expression)
    {
        using ByteWriter bytes = new();
        ExpressionRegistry.Write(new PlanWriter(new MessagePackWriter(bytes)), expression);
        return ExpressionRegistry.Read(
            new PlanReader(new MessagePackReader(bytes.ToArray(), "expression"), s_context), PlanSamples.Columns);
    }

    private static void AssertComplete<T>(IEnumerable<Type> registered)
    {
        IEnumerable<Type> all = typeof(T).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(T)) && !t.IsAbstract);
        string[] missing = [.. all.Except(registered).Except(s_stayBehind.Keys).Select(t => t.Name)];
        Assert.True(missing.Length == 0, $"not registered for the wire: {string.Join(", ", missing)}");
    }

    private static T? TryBind<T>(Func<T> bind) where T : class
    {
        try
        {
            return bind();
        }
        catch (QueryException)
        {
            // The pattern takes other types than the sample.
            return null;
        }
    }

    private static LogicalType SampleOf(ParameterPattern pattern) => pattern.Kind switch
    {
        PatternKind.Exact => pattern.Type!,
        PatternKind.Decimal => LogicalType.Decimal(12, 3),
        PatternKind.ListOfElement or PatternKind.List => LogicalType.List(LogicalType.Integer),
        PatternKind.Struct => LogicalType.Struct([new Field("a", LogicalType.Integer)]),
        PatternKind.Map => LogicalType.Map(LogicalType.Varchar, LogicalType.Integer),
        PatternKind.Enum => LogicalType.Enum(["a", "b"]),
        _ => LogicalType.Integer,
    };

    private static Value ConstantOf(LogicalType type) => type.Physical switch
    {
        PhysicalType.Utf8 => Value.Text("a"),
        PhysicalType.Float32 or PhysicalType.Float64 => Value.Float(type, 0.5),
        PhysicalType.List => Value.Nested(type, []),
        _ => Value.Integer(type, 0),
    };

    private sealed class Renamed(FunctionInfo info, ScalarFunction function)
        : ScalarFunction(info, [.. function.ArgumentTypes], function.ResultType)
    {
        public override void Evaluate(
            ReadOnlySpan<Vectors.ColumnVector> arguments, int count, Vectors.ColumnVector result,
            FunctionContext context) =>
            function.Evaluate(arguments, count, result, context);
    }
}

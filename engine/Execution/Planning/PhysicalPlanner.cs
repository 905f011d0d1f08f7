using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Expressions;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Sorting;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// Turns a logical plan, whose columns are resolved to positions, into the steps that compute it. Operators work on
/// columns; expressions inside aggregates, keys and orders become projections below them.
/// </summary>
internal sealed partial class PhysicalPlanner
{
    private readonly ExpressionScope _scope;
    private readonly PlannerContext _context;

    private PhysicalPlanner(PlannerContext context)
    {
        _context = context;
        _scope = new ExpressionScope(context.Session, context.Parameters, Memory.MemoryAccount.Untracked);
    }

    /// <summary>The steps of a plan.</summary>
    /// <exception cref="QueryException">A limit or another constant of the plan is wrong.</exception>
    public static PhysicalNode Plan(LogicalNode resolved, PlannerContext? context = null)
    {
        context ??= new PlannerContext();
        PhysicalNode planned = new PhysicalPlanner(context).Plan(resolved);
        if (!context.DisabledRules.Contains(TextLengths.RuleName)) planned = TextLengths.Apply(planned);
        if (context.IsHere is null || context.DisabledRules.Contains(LateColumns.RuleName)) return planned;
        return LateColumns.Apply(planned, context.IsHere);
    }

    private PhysicalNode Plan(LogicalNode node)
    {
        PhysicalNode planned = PlanNode(node);
        return planned.EstimatedRows >= 0 || node.EstimatedRows < 0 ? planned : Annotate(planned, node.EstimatedRows);
    }

    /// <summary>The estimate also of the step below a projection that was added around it.</summary>
    private static PhysicalNode Annotate(PhysicalNode planned, double rows) =>
        planned is ProjectNode { Input.EstimatedRows: < 0 } project
            ? project with { Input = Annotate(project.Input, rows), EstimatedRows = rows }
            : planned with { EstimatedRows = rows };

    private PhysicalNode PlanNode(LogicalNode node)
    {
        switch (node)
        {
            case Values values:
                return new ValuesNode(values.Schema, values.Rows);
            case Empty:
                return new EmptyNode(node.Schema);
            case Series series:
                return new SeriesNode(series.Schema, series.Start, series.End, series.Step, series.IncludesEnd);
            case Scan scan:
                return PlanScan(scan);
            case SourceScan scan:
                return PlanSource(scan);
            case Filter filter:
                return new FilterNode(Plan(filter.Input), filter.Predicate);
            case Project project:
                return PlanProject(project);
            case Aggregate aggregate:
                return PlanAggregate(aggregate);
            case Window window:
                return PlanWindow(window);
            case Unnest unnest:
                return PlanUnnest(unnest);
            case TableSample sample:
                return PlanSample(sample);
            case MaterializedCte cte:
                return new CommonTableNode(cte.CteId, cte.Name, Plan(cte.Definition), Plan(cte.Body));
            case CteReference reference:
                return new CommonTableScanNode(
                    reference.CteId, reference.Name, reference.Columns.Map(c => c.TableColumn), reference.Schema);
            case RecursiveCte cte:
                PhysicalNode anchor = Rename(Plan(cte.Anchor), cte.Schema);
                PhysicalNode step = Rename(Plan(cte.Step), cte.Schema);
                return new RecursiveNode(cte.CteId, cte.Name, anchor, step, !cte.IsUnionAll, cte.Schema)
                {
                    Key = cte.Key, AllId = cte.AllCteId,
                };
            case Sort sort:
                return PlanSort(sort.Input, sort.Keys, (input, keys) => new SortNode(input, keys));
            case Limit limit:
                return PlanLimit(limit);
            case TopN top:
                return PlanTop(top);
            case Distinct distinct:
                return PlanDistinct(distinct);
            case Join join:
                return PlanJoin(join);
            case CrossJoin cross:
                return new NestedLoopJoinNode(Plan(cross.Left), Plan(cross.Right), JoinKind.Inner, null, cross.Schema);
            case SetOperation operation:
                return PlanSetOperation(operation);
            default:
                throw new QueryException(SqlStates.FeatureNotSupported, $"Not supported yet: {node.Describe()}");
        }
    }

    private static TableScanNode PlanScan(Scan scan)
    {
        if (scan.Table is not StoredTable stored)
            throw Invariant.Unreachable($"scan of {scan.Table.GetType().Name}");
        PlanList<int> positions = scan.Columns.Map(c => c.TableColumn);
        RangePruning pruning = RangePruning.Of(stored.Snapshot, positions, scan.Filters);
        TableSnapshot read = pruning.Prunes
            ? stored.Snapshot.Only(segment => pruning.CanContain(segment.Record.Range)) : stored.Snapshot;
        return new TableScanNode(read, positions, scan.Schema, scan.Filters)
        {
            Name = scan.Table.Name, Pruning = pruning,
        };
    }

    private static PhysicalNode PlanSource(SourceScan scan) => scan.Source is SourceTable table
        ? new SourceScanNode(table, scan.Columns.Map(c => c.TableColumn), scan.Schema, scan.Filters)
        : throw Invariant.Unreachable($"scan of {scan.Source.GetType().Name}");

    private PhysicalNode PlanProject(Project project)
    {
        PhysicalNode input = Plan(project.Input);
        PlanList<Expression> expressions = project.Columns.Map(c => c.Expression);
        return IsIdentity(expressions, input)
            ? Rename(input, project.Schema)
            : new ProjectNode(input, expressions, project.Schema);
    }

    /// <summary>True when a projection gives all columns of its input as they are.</summary>
    private static bool IsIdentity(PlanList<Expression> expressions, PhysicalNode input)
    {
        if (expressions.Count != input.Output.Count) return false;
        for (int i = 0; i < expressions.Count; i++)
        {
            if (expressions[i] is not ColumnReference column || column.Index != i) return false;
        }
        return true;
    }

    /// <summary>
    /// The same rows under other names; a projection only where names differ, which shows in results.
    /// </summary>
    private static PhysicalNode Rename(PhysicalNode input, Schema schema) => input.Output.Equals(schema)
        ? input
        : new ProjectNode(input, [.. input.Output.Fields.Select((f, i) => new ColumnReference(i, f.Type, f.Name))],
            schema);

    /// <summary>
    /// The positions of expressions in an input: those of plain columns, else in a projection that adds what is
    /// computed behind the input's columns.
    /// </summary>
    private static (PhysicalNode Input, PlanList<int> Positions) AddColumns(
        PhysicalNode input, IReadOnlyList<Expression> expressions)
    {
        int[] positions = new int[expressions.Count];
        List<Expression> all = [.. input.Output.Fields.Select((f, i) => new ColumnReference(i, f.Type, f.Name))];
        List<Field> fields = [.. input.Output.Fields];
        for (int i = 0; i < positions.Length; i++)
        {
            positions[i] = expressions[i] is ColumnReference column ? column.Index : all.IndexOf(expressions[i]);
            if (positions[i] >= 0) continue;
            positions[i] = all.Count;
            all.Add(expressions[i]);
            fields.Add(new Field($"{expressions[i]}", expressions[i].Type));
        }
        if (all.Count == input.Output.Count) return (input, [.. positions]);
        return (new ProjectNode(input, [.. all], new Schema(fields)), [.. positions]);
    }

    /// <summary>Only some columns of a node, by position.</summary>
    private static PhysicalNode Pick(PhysicalNode input, IReadOnlyList<int> positions, Schema schema)
    {
        bool isIdentity = positions.Count == input.Output.Count && positions.Select((p, i) => p == i).All(same => same);
        return isIdentity ? Rename(input, schema) : new ProjectNode(
            input, [.. positions.Select(p => new ColumnReference(p, input.Output[p].Type, input.Output[p].Name))],
            schema);
    }

    private PhysicalNode PlanSort(
        LogicalNode sorted, PlanList<SortKey> keys, Func<PhysicalNode, PlanList<SortColumn>, PhysicalNode> create)
    {
        PhysicalNode input = Plan(sorted);
        (PhysicalNode extended, PlanList<SortColumn> columns) = AddSortColumns(input, keys);
        PhysicalNode node = create(extended, columns);
        return ReferenceEquals(extended, input)
            ? node
            : Pick(node, [.. Enumerable.Range(0, input.Output.Count)], input.Output);
    }

    private static (PhysicalNode Input, PlanList<SortColumn> Columns) AddSortColumns(
        PhysicalNode input, PlanList<SortKey> keys)
    {
        (PhysicalNode extended, PlanList<int> positions) = AddColumns(input, [.. keys.Map(k => k.Expression)]);
        return (extended, [.. keys.Select((k, i) => SortColumnOf(k, positions[i]))]);
    }

    private static SortColumn SortColumnOf(SortKey key, int column) => key.Collation is null
        ? new SortColumn(column, key.IsDescending, key.NullsFirst)
        : throw new QueryException(
            SqlStates.FeatureNotSupported, $"Collation is not supported in orders: {key.Collation}",
                key.Expression.Position);

    private PhysicalNode PlanLimit(Limit limit)
    {
        PhysicalNode input = Plan(limit.Input);
        long offset = limit.Offset is null ? 0 : Count(limit.Offset, "OFFSET") ?? 0;
        if (limit.IsPercent)
        {
            Value percent = Constant(limit.Count!);
            if (percent.IsNull) return offset == 0 ? input : new LimitNode(input, long.MaxValue, offset);
            if (percent.AsDouble is not (>= 0 and <= 100))
            {
                throw new QueryException(
                    SqlStates.InvalidParameterValue, "LIMIT percent must be from 0 to 100", limit.Count!.Position);
            }
            return new LimitPercentNode(input, percent.AsDouble, offset);
        }
        long count = limit.Count is null ? long.MaxValue : Count(limit.Count, "LIMIT") ?? long.MaxValue;
        if (count == 0) return new EmptyNode(input.Output);
        return count == long.MaxValue && offset == 0 ? input : new LimitNode(input, count, offset);
    }

    private PhysicalNode PlanTop(TopN top)
    {
        long count = Count(top.Count, "LIMIT") ?? long.MaxValue;
        long offset = top.Offset is null ? 0 : Count(top.Offset, "OFFSET") ?? 0;
        return PlanSort(top.Input, top.Keys, (input, keys) => PlanTop(input, keys, count, offset, top.WithTies));
    }

    private static PhysicalNode PlanTop(
        PhysicalNode input, PlanList<SortColumn> keys, long count, long offset, bool withTies)
    {
        // Beyond this a sort of all rows is as good as keeping so many of them sorted.
        const long MostRows = 1 << 17;
        if (count <= MostRows && offset <= MostRows) return new TopNode(input, keys, count, offset, withTies);
        if (withTies)
            throw new QueryException(SqlStates.FeatureNotSupported, $"WITH TIES is limited to {MostRows} rows");
        return new LimitNode(new SortNode(input, keys), count, offset);
    }

    private PhysicalNode PlanSetOperation(SetOperation operation)
    {
        PhysicalNode[] inputs = [.. operation.Operands.Select(o => Rename(Plan(o), operation.Schema))];
        if (operation.Kind == SetOperationKind.Union)
        {
            UnionAllNode union = new([.. inputs], operation.Schema);
            return operation.IsAll ? union : DistinctOf(union);
        }
        return PlanIntersection(operation, inputs);
    }

    /// <summary>One row of those that are equal in all columns.</summary>
    private static AggregateNode DistinctOf(PhysicalNode input) =>
        new(input, [.. Enumerable.Range(0, input.Output.Count)], default, default, 0, false, input.Output);

    private Value Constant(Expression expression)
    {
        using ExpressionSet set = new(_scope);
        Expression bound = set.Bind(expression);
        if (bound is Constant constant) return constant.Value;
        // It did not fold because it is an error, or because it is volatile; as a row it is one or the other.
        using Vectors.Batch one = new(Array.Empty<Vectors.ColumnVector>()) { Count = 1 };
        ScalarEvaluator evaluator = set.Compile(bound);
        set.Begin(null);
        return Vectors.VectorValues.GetValue(evaluator.Evaluate(one, null), 0);
    }

    /// <summary>A number of rows; null for NULL.</summary>
    private long? Count(Expression expression, string clause)
    {
        Value value = Constant(expression);
        if (value.IsNull) return null;
        if (value.AsInteger < 0)
        {
            throw new QueryException("2201W", $"{clause} must not be negative", expression.Position);
        }
        return (long)Int128.Min(value.AsInteger, long.MaxValue);
    }
}

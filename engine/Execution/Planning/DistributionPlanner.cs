using ColFrag.Engine.Catalog;
using ColFrag.Engine.Execution.CommonTables;
using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Execution.Windows;
using ColFrag.Engine.Execution.Wire;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// Spreads a plan over several places: puts exchanges where rows must change places, and splits steps into a part near
/// the data and a part that puts the results together. What it does not know runs beside the statement, over gathered
/// rows. The plan stays one tree; it is cut later.
/// <para>
/// Works from the leaves up: every node says how its rows are spread (<see cref="RowSpread"/>), and the node above asks
/// for exchanges where it needs another distribution. Parents pass down what they would like.
/// </para>
/// </summary>
internal sealed partial class DistributionPlanner
{
    private readonly DistributionSettings _settings;
    private int _lastCommonTable;

    private DistributionPlanner(PhysicalNode plan, DistributionSettings settings)
    {
        _settings = settings;
        _lastCommonTable = SmallestCommonTable(plan);
    }

    /// <summary>
    /// The plan for so many places, the place of the statement among them. With one it stays as it is.
    /// </summary>
    public static PhysicalNode Distribute(PhysicalNode plan, int sites) =>
        Distribute(plan, new DistributionSettings(sites - 1));

    /// <summary>The plan for these places. Without workers it stays as it is.</summary>
    public static PhysicalNode Distribute(PhysicalNode plan, DistributionSettings settings) =>
        settings.Workers == 0 ? plan : Gather(new DistributionPlanner(plan, settings).Place(plan));

    /// <summary>What a parent would like of its input.</summary>
    /// <param name="Columns">Columns to be hashed by, when rows must be hashed anyway; empty for any.</param>
    /// <param name="StaysSpread">True when the rows should not end up in one place: an input of a join.</param>
    private readonly record struct Wish(PlanList<int> Columns, bool StaysSpread = false);

    private PlacedNode Place(PhysicalNode node, Wish wish = default) => node switch
    {
        TableScanNode scan => PlaceScan(scan),
        ValuesNode or SeriesNode or EmptyNode => PlaceConstants(node),
        RandomNode { Seed: not null } => PlaceBeside(node),
        FilterNode or ProjectNode or ExpandNode or RepeatNode or UnnestNode or RandomNode or BestOfGroupNode =>
            PlaceStreaming(node, wish),
        AggregateNode aggregate => PlaceAggregate(aggregate, wish),
        FirstOfGroupNode first => PlaceFirstOfGroup(first),
        HashJoinNode join => PlaceJoin(join),
        NestedLoopJoinNode join => PlaceLoop(join),
        AsOfJoinNode join => PlaceAsOf(join),
        CommonTableNode table => PlaceCommonTable(table, wish),
        RecursiveNode recursion => PlaceRecursion(recursion),
        UnionAllNode union => PlaceUnion(union, wish),
        TopNode top => PlaceTop(top),
        LimitNode limit => PlaceLimit(limit),
        WindowNode window => PlaceWindow(window),
        _ => PlaceBeside(node),
    };

    /// <summary>A step that runs beside the statement.</summary>
    private PlacedNode PlaceBeside(PhysicalNode node) =>
        new(node.WithInputs([.. node.Inputs.Select(i => Gather(Place(i)))]), RowSpread.Single);

    private PlacedNode PlaceScan(TableScanNode scan)
    {
        if (scan.Snapshot.Segments.IsEmpty) return new PlacedNode(new EmptyNode(scan.Columns), RowSpread.Everywhere);
        if (scan.Snapshot.Segments.All(_settings.IsHere)) return new PlacedNode(scan, RowSpread.Single);
        Expression[] here = [.. scan.Filters.Where(f => !ExpressionRegistry.Travels(f))];
        if (here.Length == 0)
        {
            PhysicalNode taken = Take(scan);
            return new PlacedNode(taken, taken == scan ? SpreadOf(scan) : RowSpread.Any);
        }
        // Functions of this process alone: their columns come along, and rows are tested here.
        Schema table = scan.Snapshot.Definition.Schema;
        Schema read = new(
        [
            .. scan.Columns.Fields,
            .. scan.Positions.Skip(scan.Columns.Count).Select(
                p => p == PlanTableColumn.RowId ? new Field("row id", LogicalType.BigInt, false) : table[p]),
        ]);
        TableScanNode wide = scan with { Columns = read, Filters = [.. scan.Filters.Except(here)] };
        FilterNode tested = new(Gather(new PlacedNode(Take(wide), RowSpread.Any)), Conjunction.Of(here));
        Expression[] given = [.. scan.Columns.Fields.Select((f, i) => new ColumnReference(i, f.Type, f.Name))];
        return new PlacedNode(
            new ProjectNode(tested, [.. given], scan.Columns) { EstimatedRows = scan.EstimatedRows }, RowSpread.Single);
    }

    /// <summary>A scan as it is, or in parts where its columns lie on different workers.</summary>
    private PhysicalNode Take(TableScanNode scan) => PartedScan.TryMake(scan, _settings)?.ToPlan() ?? scan;

    /// <summary>
    /// How the ranges of a table spread the rows of a scan. Fewer ranges than workers tell nothing: segments of one are
    /// better read in several places.
    /// </summary>
    private RowSpread SpreadOf(TableScanNode scan)
    {
        TableState state = scan.Snapshot.State;
        TableDefinition definition = scan.Snapshot.Definition;
        bool isByKey = definition.Scheme is { Kind: Distribution.Hash, Salt: 0 } &&
            state.Ranges.Length >= Math.Max(2, _settings.Workers) &&
            scan.Snapshot.Segments.All(
                s => !_settings.IsHere(s) && state.RangeOf(s.Record).Range.Contains(s.Record.Range.Last));
        if (!isByKey || !RangeHolders.HaveAll(scan)) return RowSpread.Any;
        PlanList<int> key = [.. definition.Scheme.ColumnIds.Select(id => scan.IndexOf(definition.IndexOf(id)))];
        return key.Contains(-1) ? RowSpread.Any
            : RowSpread.Hashed(key) with { Ranges = [.. state.Ranges.Select(r => r.Range.First)] };
    }

    private static PlacedNode PlaceConstants(PhysicalNode node)
    {
        bool isSame = ExpressionsOf(node).All(e => ExpressionRegistry.Travels(e) && !IsVolatile(e));
        return new PlacedNode(node, isSame ? RowSpread.Everywhere : RowSpread.Single);
    }

    private PlacedNode PlaceStreaming(PhysicalNode node, Wish wish)
    {
        PlacedNode input = Place(node.Inputs[0], wish with { Columns = ColumnsBelow(node, wish.Columns) });
        IReadOnlyList<Expression> expressions = ExpressionsOf(node);
        bool travels = expressions.All(ExpressionRegistry.Travels);
        bool isOnce = input.Spread.Place == RowPlace.Everywhere &&
            (node is RandomNode || expressions.Any(IsVolatile));
        if (!travels || isOnce) return new PlacedNode(node.WithInputs([Gather(input)]), RowSpread.Single);
        RowSpread spread = node switch
        {
            ProjectNode project => input.Spread.Move(column => PositionOf(project, column)),
            ExpandNode => RowSpread.Any with { Place = input.Spread.Place },
            UnnestNode unnest => input.Spread.Move(column => column < unnest.KeptCount ? column : -1),
            _ => input.Spread,
        };
        return new PlacedNode(node.WithInputs([input.Node]), spread);
    }

    private PlacedNode PlaceUnion(UnionAllNode union, Wish wish)
    {
        PlacedNode[] operands = [.. union.Operands.Select(o => Place(o, wish))];
        if (!operands.Any(o => o.IsSpread))
        {
            return new PlacedNode(union.WithInputs([.. operands.Select(o => o.Node)]), RowSpread.Single);
        }
        IEnumerable<PhysicalNode> spread = operands.Select(o => o.IsSpread ? o.Node : Send(o, SpreadOut));
        // Rows of different operands are together where all operands were hashed alike.
        PlanList<PlanList<int>> common = [.. operands[0].Spread.HashedBy.Where(
            h => operands.All(o => o.IsSpread && o.Spread.HashedBy.Contains(h)))];
        PlanList<ulong> ranges = operands[0].Spread.Ranges;
        bool isAlike = !common.IsEmpty && operands.All(o => o.Spread.Ranges.Equals(ranges));
        return new PlacedNode(
            union.WithInputs([.. spread]),
            isAlike ? RowSpread.Any with { HashedBy = common, Ranges = ranges } : RowSpread.Any);
    }

    private PlacedNode PlaceTop(TopNode top)
    {
        PlacedNode input = Place(top.Input);
        if (!input.IsSpread) return new PlacedNode(top.WithInputs([input.Node]), RowSpread.Single);
        TopNode local = top with { Input = input.Node, Count = top.Count + top.Offset, Offset = 0 };
        return new PlacedNode(top.WithInputs([Gather(new PlacedNode(local, input.Spread))]), RowSpread.Single);
    }

    private PlacedNode PlaceLimit(LimitNode limit)
    {
        PlacedNode input = Place(limit.Input);
        bool hasEnd = limit.Count <= long.MaxValue - limit.Offset && limit.Count < long.MaxValue;
        if (!input.IsSpread || !hasEnd) return new PlacedNode(limit.WithInputs([Gather(input)]), RowSpread.Single);
        LimitNode local = limit with { Input = input.Node, Count = limit.Count + limit.Offset, Offset = 0 };
        return new PlacedNode(limit.WithInputs([Gather(new PlacedNode(local, input.Spread))]), RowSpread.Single);
    }

    /// <summary>Partitions of a window are whole in one place; without partitions all rows are.</summary>
    private PlacedNode PlaceWindow(WindowNode window)
    {
        PlacedNode input = Place(window.Input, new Wish(window.PartitionBy));
        bool travels = window.Functions.All(f => f.Aggregate is null || FunctionBytes.Travels(f.Aggregate));
        if (!input.IsSpread || window.PartitionBy.IsEmpty || !travels)
        {
            return new PlacedNode(window.WithInputs([Gather(input)]), RowSpread.Single);
        }
        if (!input.Spread.KeepsTogether(window.PartitionBy))
        {
            PhysicalNode sent = Send(input, HashBy(window.PartitionBy));
            input = new PlacedNode(sent, RowSpread.Hashed(window.PartitionBy));
        }
        return new PlacedNode(window.WithInputs([input.Together().Node]), input.Spread);
    }

    /// <summary>DISTINCT ON: the first rows of the places, of which the first ones are taken.</summary>
    private PlacedNode PlaceFirstOfGroup(FirstOfGroupNode node)
    {
        SortNode? sort = node.Input as SortNode;
        PlacedNode input = Place(sort?.Input ?? node.Input);
        PhysicalNode First(PhysicalNode rows) => node.WithInputs([sort?.WithInputs([rows]) ?? rows]);
        if (!input.IsSpread) return new PlacedNode(First(input.Node), RowSpread.Single);
        return new PlacedNode(First(Gather(new PlacedNode(First(input.Node), input.Spread))), RowSpread.Single);
    }

    /// <summary>Rows in any of the places, evenly.</summary>
    private static ExchangeOutput SpreadOut => new(ExchangeKind.Hash, default);

    private static ExchangeOutput HashBy(PlanList<int> columns) => new(ExchangeKind.Hash, columns);

    /// <summary>All rows beside the statement.</summary>
    private static PhysicalNode Gather(PlacedNode placed) =>
        placed.IsSpread ? Send(placed, ExchangeOutput.Gather) : placed.Node;

    private static ExchangeNode Send(PlacedNode placed, ExchangeOutput output) => new(placed.Node, output)
    {
        IsFromOnePlace = !placed.IsSpread, EstimatedRows = PlanSize.RowsOf(placed.Node),
    };

    private static IReadOnlyList<Expression> ExpressionsOf(PhysicalNode node) => node switch
    {
        FilterNode filter => [filter.Predicate],
        ProjectNode project => project.Expressions,
        ValuesNode values => [.. values.Rows.SelectMany(r => (IEnumerable<Expression>)r)],
        SeriesNode series => [series.First, series.Last, series.Step],
        _ => [],
    };

    private static bool IsVolatile(Expression expression) =>
        expression.DescendantsAndSelf().Any(e => e is Call { Function.IsVolatile: true });

    /// <summary>Where a projection gives a column of its input, or -1.</summary>
    private static int PositionOf(ProjectNode project, int column)
    {
        for (int i = 0; i < project.Expressions.Count; i++)
        {
            if (project.Expressions[i] is ColumnReference reference && reference.Index == column) return i;
        }
        return -1;
    }

    /// <summary>What columns of a streaming step are in its input; empty where one is computed there.</summary>
    private static PlanList<int> ColumnsBelow(PhysicalNode node, PlanList<int> columns)
    {
        if (node is ExpandNode or UnnestNode or RandomNode) return default;
        if (node is not ProjectNode project) return columns;
        PlanList<int> below = columns.Map(c => (project.Expressions[c] as ColumnReference)?.Index ?? -1);
        return below.Contains(-1) ? default : below;
    }
}

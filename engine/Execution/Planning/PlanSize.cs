using ColFrag.Engine.Execution.Exchange;
using ColFrag.Engine.Execution.Joins;
using ColFrag.Engine.Execution.Operators;
using ColFrag.Engine.Execution.Scans;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Execution.Planning;

/// <summary>
/// How large the rows of a node are expected to be: the planner's estimate, or a guess where it has none.
/// </summary>
internal static class PlanSize
{
    // Shares of rows that pass a condition, and of rows that are groups, when nothing is known: the usual guesses.
    private const double PassingShare = 0.3;
    private const double GroupShare = 0.1;

    // Bytes of a text or list in flight, when nothing is known.
    private const double TextBytes = 24;

    /// <summary>Bytes of all rows on the wire.</summary>
    public static double BytesOf(PhysicalNode node) => RowsOf(node) * BytesOfRow(node.Output);

    /// <summary>Bytes of one row on the wire.</summary>
    public static double BytesOfRow(Schema columns) => Math.Max(1, columns.Fields.Sum(f => BytesOf(f.Type)));

    /// <summary>Number of rows.</summary>
    public static double RowsOf(PhysicalNode node)
    {
        if (node.EstimatedRows >= 0) return node.EstimatedRows;
        return node switch
        {
            TableScanNode scan => scan.Snapshot.RowCount * Math.Pow(PassingShare, scan.Filters.Count),
            SourceScanNode scan => scan.Table.EstimatedRows * Math.Pow(PassingShare, scan.Filters.Count),
            ValuesNode values => values.Rows.Count,
            FilterNode filter => RowsOf(filter.Input) * PassingShare,
            ExpandNode expand => RowsOf(expand.Input) * expand.Repetitions.Count,
            AggregateNode { Keys.IsEmpty: true } => 1,
            AggregateNode aggregate => RowsOf(aggregate.Input) * GroupShare,
            FirstOfGroupNode first => RowsOf(first.Input) * GroupShare,
            LimitNode limit => Math.Min(limit.Count, RowsOf(limit.Input)),
            TopNode top => Math.Min(top.Count, RowsOf(top.Input)),
            HashJoinNode { Kind: JoinKind.Semi or JoinKind.Anti } join => RowsOf(join.Probe) * PassingShare,
            HashJoinNode join => Math.Max(RowsOf(join.Probe), RowsOf(join.Build)),
            NestedLoopJoinNode { Kind: JoinKind.Inner, Condition: null } join => RowsOf(join.Left) * RowsOf(join.Right),
            NestedLoopJoinNode join => Math.Max(RowsOf(join.Left), RowsOf(join.Right)),
            UnionAllNode union => union.Operands.Sum(RowsOf),
            ExchangeNode exchange => RowsOf(exchange.Input),
            { Inputs.Count: > 0 } => node.Inputs.Max(RowsOf),
            _ => 1,
        };
    }

    private static double BytesOf(LogicalType type) => type.Physical switch
    {
        PhysicalType.Utf8 or PhysicalType.List => TextBytes,
        PhysicalType.Struct => type.Fields.Sum(f => BytesOf(f.Type)),
        PhysicalType.Array => type.Length * BytesOf(type.Element!),
        PhysicalType.None => 0,
        _ => type.Physical.SizeBytes(),
    };
}

using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan.Rules;

/// <summary>
/// Tells a window how few of its rows matter where a filter above keeps only the first ranks of each partition, the
/// "best n per group" of <c>WHERE row_number &lt;= n</c> and QUALIFY: rows that more than n others of their partition
/// beat need not be sorted. The filter stays.
/// </summary>
internal sealed class RankedRows : IPlanRule
{
    // With many ranks most rows matter, and finding the place of a row among them costs as much as sorting it.
    private const int MostRanks = 64;

    public string Name => "ranked_rows";

    public LogicalNode Apply(LogicalNode plan, OptimizerContext context) =>
        plan.RewriteUp(node => node is Filter filter ? Mark(filter) : node);

    private static Filter Mark(Filter filter)
    {
        if (filter.Input.WithoutPicks() is not Window { WantedRanks: null } window || !IsRanking(window)) return filter;
        int ranks = int.MaxValue;
        bool keepsTies = true;
        foreach (Expression condition in Conjunction.Split(filter.Predicate))
        {
            if (LimitOf(condition) is not { } limit) continue;
            NamedWindow? ranked = window.Calls.FirstOrDefault(c => c.Column == limit.Column);
            if (ranked?.Call.Kind is not (WindowFunctionKind.RowNumber or WindowFunctionKind.Rank)) continue;
            if (limit.Ranks >= ranks) continue;
            ranks = limit.Ranks;
            // Which of several equal rows has the smaller number is open; but they are all of one rank.
            keepsTies = window.Calls.Any(c => c.Call.Kind != WindowFunctionKind.RowNumber);
        }
        return ranks > MostRanks ? filter : filter with { Input = Replace(filter.Input, ranks, keepsTies) };
    }

    /// <summary>
    /// True when all functions only count the rows before, in one order of the same partitions: rows that are left out
    /// come after all that are kept, and change nothing.
    /// </summary>
    private static bool IsRanking(Window window)
    {
        WindowCall first = window.Calls[0].Call;
        return !first.PartitionBy.IsEmpty && !first.OrderBy.IsEmpty && first.OrderBy[0].Collation is null &&
            HasOrder(first.OrderBy[0].Expression.Type) && window.Calls.All(c =>
                IsRank(c.Call.Kind) && c.Call.PartitionBy == first.PartitionBy && c.Call.OrderBy == first.OrderBy);
    }

    private static bool IsRank(WindowFunctionKind kind) =>
        kind is WindowFunctionKind.RowNumber or WindowFunctionKind.Rank or WindowFunctionKind.DenseRank;

    private static bool HasOrder(LogicalType type) => type.Physical is not
        (PhysicalType.None or PhysicalType.Interval or PhysicalType.List or PhysicalType.Struct or PhysicalType.Array);

    /// <summary>The ranks that a condition leaves; null for a condition of another form.</summary>
    private static (PlanColumn Column, int Ranks)? LimitOf(Expression condition)
    {
        if (condition is not Comparison { Left: { } left, Right: { } right, Operator: { } op }) return null;
        if (left is Constant) (left, right, op) = (right, left, Turn(op));
        if (left is not ColumnUse rank || right is not Constant most) return null;
        return op switch
        {
            ComparisonOperator.Equal or ComparisonOperator.LessOrEqual => RanksUpTo(rank.Column, most, 0),
            ComparisonOperator.Less => RanksUpTo(rank.Column, most, -1),
            _ => null,
        };
    }

    /// <summary>The operator that means the same when both sides change places.</summary>
    private static ComparisonOperator Turn(ComparisonOperator op) => op switch
    {
        ComparisonOperator.Greater => ComparisonOperator.Less,
        ComparisonOperator.GreaterOrEqual => ComparisonOperator.LessOrEqual,
        ComparisonOperator.Less => ComparisonOperator.Greater,
        ComparisonOperator.LessOrEqual => ComparisonOperator.GreaterOrEqual,
        _ => op,
    };

    private static (PlanColumn, int)? RanksUpTo(PlanColumn column, Constant most, int more)
    {
        if (most.Value.IsNull || !most.Type.IsInteger) return null;
        Int128 ranks = most.Value.AsInteger + more;
        return ranks >= 1 && ranks <= MostRanks ? (column, (int)ranks) : null;
    }

    private static LogicalNode Replace(LogicalNode node, int ranks, bool keepsTies) => node switch
    {
        Window window => window with { WantedRanks = new RankLimit(ranks, keepsTies) },
        _ => node.MapInputs(input => Replace(input, ranks, keepsTies)),
    };
}

using ColFrag.Engine.Functions;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>The functions that only exist over a window.</summary>
internal enum WindowFunctionKind : byte
{
    /// <summary>Any aggregate over the frame.</summary>
    Aggregate,
    /// <summary>row_number()</summary>
    RowNumber,
    /// <summary>rank()</summary>
    Rank,
    /// <summary>dense_rank()</summary>
    DenseRank,
    /// <summary>percent_rank()</summary>
    PercentRank,
    /// <summary>cume_dist()</summary>
    CumeDist,
    /// <summary>ntile(n)</summary>
    Ntile,
    /// <summary>lag(x, offset, default)</summary>
    Lag,
    /// <summary>lead(x, offset, default)</summary>
    Lead,
    /// <summary>first_value(x)</summary>
    FirstValue,
    /// <summary>last_value(x)</summary>
    LastValue,
    /// <summary>nth_value(x, n)</summary>
    NthValue,
}

/// <summary>One function over a window. Calls of a node that share partition and order share one sort.</summary>
/// <param name="Kind">Which function.</param>
/// <param name="Aggregate">The aggregate where the kind is Aggregate; else null.</param>
/// <param name="Arguments">
/// Over the columns of the input. Lag and Lead always have three (value, offset, default), NthValue and Ntile their
/// count.
/// </param>
/// <param name="PartitionBy">Rows with equal values form a partition.</param>
/// <param name="OrderBy">The order inside a partition.</param>
/// <param name="Frame">The rows around the current one that count.</param>
/// <param name="Type">The type of the result.</param>
internal sealed record WindowCall(
    WindowFunctionKind Kind, AggregateFunction? Aggregate, PlanList<Expression> Arguments,
    PlanList<Expression> PartitionBy, PlanList<SortKey> OrderBy, Frame Frame, LogicalType Type)
{
    /// <summary>True when lag, lead, first_value, last_value and nth_value skip NULLs.</summary>
    public bool IgnoresNulls { get; init; }

    /// <summary>True when equal arguments count once in a frame.</summary>
    public bool IsDistinct { get; init; }

    /// <summary>Only rows for which this is true count for the aggregate; null for all.</summary>
    public Expression? Filter { get; init; }

    /// <summary>Every expression inside.</summary>
    public IEnumerable<Expression> Expressions =>
    [
        .. Arguments, .. PartitionBy, .. OrderBy.Select(key => key.Expression),
        .. new[] { Frame.Start.Offset, Frame.End.Offset, Filter }.OfType<Expression>(),
    ];

    /// <summary>The same call over changed expressions.</summary>
    public WindowCall Map(Func<Expression, Expression> change) => this with
    {
        Arguments = Arguments.Rewrite(change),
        PartitionBy = PartitionBy.Rewrite(change),
        OrderBy = OrderBy.Map(key => key.Map(change)),
        Frame = Frame with { Start = Frame.Start.Map(change), End = Frame.End.Map(change) },
        Filter = Filter is null ? null : change(Filter),
    };

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Aggregate?.Info.Name ?? Kind.ToString()}({Arguments}) OVER (" +
        (PartitionBy.IsEmpty ? "" : $"PARTITION BY {PartitionBy} ") +
        (OrderBy.IsEmpty ? "" : $"ORDER BY {OrderBy} ") + Frame + ")";
}

/// <summary>What a frame counts in.</summary>
internal enum FrameUnit : byte
{
    /// <summary>ROWS</summary>
    Rows,
    /// <summary>RANGE: the distance of the one ordering value</summary>
    Range,
    /// <summary>GROUPS of rows that are equal in the order</summary>
    Groups,
}

/// <summary>The ends that a frame can have.</summary>
internal enum FrameEndKind : byte
{
    /// <summary>UNBOUNDED PRECEDING</summary>
    UnboundedPreceding,
    /// <summary>x PRECEDING</summary>
    Preceding,
    /// <summary>CURRENT ROW; with its equals unless the unit is ROWS</summary>
    CurrentRow,
    /// <summary>x FOLLOWING</summary>
    Following,
    /// <summary>UNBOUNDED FOLLOWING</summary>
    UnboundedFollowing,
}

/// <summary>Rows left out of a frame.</summary>
internal enum FrameExclusion : byte
{
    /// <summary>Nothing is left out.</summary>
    NoOthers,
    /// <summary>EXCLUDE CURRENT ROW</summary>
    CurrentRow,
    /// <summary>EXCLUDE GROUP</summary>
    Group,
    /// <summary>EXCLUDE TIES</summary>
    Ties,
}

/// <summary>
/// One end of a frame; the offset is not negative, of the type of the distance, and may depend on the row.
/// </summary>
internal sealed record FrameEnd(FrameEndKind Kind, Expression? Offset = null)
{
    public FrameEnd Map(Func<Expression, Expression> change) =>
        Offset is null ? this : this with { Offset = change(Offset) };
}

/// <summary>The rows around the current one that count.</summary>
internal sealed record Frame(FrameUnit Unit, FrameEnd Start, FrameEnd End, FrameExclusion Exclusion)
{
    /// <summary>RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW, the default with an order.</summary>
    public static Frame UpToCurrent { get; } = new(
        FrameUnit.Range, new FrameEnd(FrameEndKind.UnboundedPreceding), new FrameEnd(FrameEndKind.CurrentRow),
        FrameExclusion.NoOthers);

    /// <summary>The whole partition.</summary>
    public static Frame Whole { get; } = new(
        FrameUnit.Rows, new FrameEnd(FrameEndKind.UnboundedPreceding), new FrameEnd(FrameEndKind.UnboundedFollowing),
        FrameExclusion.NoOthers);

    /// <inheritdoc/>
    public override string ToString() => $"{Unit} BETWEEN {Text(Start)} AND {Text(End)}";

    private static string Text(FrameEnd end) => end.Offset is null ? $"{end.Kind}" : $"{end.Offset} {end.Kind}";
}

namespace ColFrag.Engine.Plan;

/// <summary>The rows for which the predicate is true.</summary>
internal sealed record Filter(LogicalNode Input, Expression Predicate) : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output => Input.Output;

    public override IEnumerable<Expression> Expressions => [Predicate];

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        change(Predicate) is var changed && ReferenceEquals(changed, Predicate)
            ? this
            : this with { Predicate = changed };

    public override string Describe() => $"Filter {Predicate}";
}

/// <summary>New columns from the input's; also what drops, repeats and reorders columns.</summary>
internal sealed record Project(LogicalNode Input, PlanList<NamedExpression> Columns) : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output => Columns.Map(c => c.Column);

    /// <summary>True when it only leaves out or reorders columns of its input.</summary>
    public bool IsPick => Columns.All(c => c.Expression is ColumnUse use && use.Column == c.Column);

    /// <summary>Some columns of a node.</summary>
    public static Project Pick(LogicalNode input, PlanList<PlanColumn> columns) =>
        new(input, columns.Map(c => new NamedExpression(c, new ColumnUse(c))));

    public override IEnumerable<Expression> Expressions => Columns.Select(c => c.Expression);

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        Columns.Rewrite(c => c.Map(change)) is var columns && columns.IsSameAs(Columns)
            ? this
            : this with { Columns = columns };

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(c => c.MapColumn(change)) };

    public override string Describe() => $"Project {Columns}";
}

/// <summary>
/// Groups rows by keys and aggregates each group. Without keys there is one group, also over no rows. With several
/// grouping sets every set makes its own groups; keys outside the set are NULL.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="Keys">What rows are grouped by.</param>
/// <param name="GroupingSets">Positions of the keys of each set; empty for one set of all keys.</param>
/// <param name="Aggregates">What is computed per group.</param>
/// <param name="GroupingId">
/// With grouping sets, a BIGINT whose bit i is 1 where key i is not in the row's set; null where nobody asks.
/// </param>
internal sealed record Aggregate(
    LogicalNode Input, PlanList<NamedExpression> Keys, PlanList<PlanList<int>> GroupingSets,
    PlanList<NamedAggregate> Aggregates, PlanColumn? GroupingId) : UnaryNode(Input)
{
    /// <summary>The keys, then the aggregates, then the grouping id where there is one.</summary>
    public override PlanList<PlanColumn> Output =>
    [
        .. Keys.Select(k => k.Column), .. Aggregates.Select(a => a.Column),
        .. GroupingId is null ? (PlanColumn[])[] : [GroupingId],
    ];

    public override IEnumerable<Expression> Expressions =>
        Keys.Select(k => k.Expression).Concat(Aggregates.SelectMany(a => a.Call.Expressions));

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) => this with
    {
        Keys = Keys.Rewrite(k => k.Map(change)),
        Aggregates = Aggregates.Map(a => a with { Call = a.Call.Map(change) }),
    };

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) => this with
    {
        Keys = Keys.Map(k => k.MapColumn(change)),
        Aggregates = Aggregates.Map(a => a with { Column = change(a.Column) }),
        GroupingId = GroupingId is null ? null : change(GroupingId),
    };

    public override string Describe() =>
        "Aggregate " + string.Join(", ", Aggregates.Select(a => $"{a.Call}")) + (Keys.IsEmpty ? "" : $" by {Keys}") +
        (GroupingSets.IsEmpty ? "" : $" sets {string.Join(" ", GroupingSets.Select(s => $"({s})"))}");
}

/// <summary>All rows in an order; rows that are equal in all keys come in any order.</summary>
internal sealed record Sort(LogicalNode Input, PlanList<SortKey> Keys) : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output => Input.Output;

    public override IEnumerable<Expression> Expressions => Keys.Select(k => k.Expression);

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        this with { Keys = Keys.Rewrite(k => k.Map(change)) };

    public override string Describe() => $"Sort {Keys}";
}

/// <summary>
/// At most so many rows, after leaving out some. Count and offset are BIGINT expressions without columns.
/// </summary>
/// <param name="Input">The rows; their order is kept.</param>
/// <param name="Count">How many rows; null or NULL for all. DOUBLE percent of all rows where
/// <see cref="IsPercent"/>.</param>
/// <param name="Offset">How many rows to leave out first; null for none.</param>
internal sealed record Limit(LogicalNode Input, Expression? Count, Expression? Offset) : UnaryNode(Input)
{
    public bool IsPercent { get; init; }

    public override PlanList<PlanColumn> Output => Input.Output;

    public override IEnumerable<Expression> Expressions => new[] { Count, Offset }.OfType<Expression>();

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) => this with
    {
        Count = Count is null ? null : change(Count),
        Offset = Offset is null ? null : change(Offset),
    };

    public override string Describe() =>
        $"Limit {Count}{(IsPercent ? "%" : "")}{(Offset is null ? "" : $" offset {Offset}")}";
}

/// <summary>The first rows of an order: <see cref="Sort"/> and <see cref="Limit"/> in one.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Keys">The order.</param>
/// <param name="Count">How many rows.</param>
/// <param name="Offset">How many rows to leave out first.</param>
/// <param name="WithTies">True when rows equal to the last one follow it.</param>
internal sealed record TopN(
    LogicalNode Input, PlanList<SortKey> Keys, Expression Count, Expression? Offset, bool WithTies)
    : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output => Input.Output;

    public override IEnumerable<Expression> Expressions =>
        [.. Keys.Select(k => k.Expression), Count, .. Offset is null ? (Expression[])[] : [Offset]];

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) => this with
    {
        Keys = Keys.Rewrite(k => k.Map(change)),
        Count = change(Count),
        Offset = Offset is null ? null : change(Offset),
    };

    public override string Describe() => $"Top {Count} by {Keys}{(Offset is null ? "" : $" offset {Offset}")}";
}

/// <summary>
/// One row of those that are equal in the keys: any where <paramref name="OrderBy"/> is empty, else the first in that
/// order (DISTINCT ON). No keys means all columns.
/// </summary>
internal sealed record Distinct(LogicalNode Input, PlanList<Expression> Keys, PlanList<SortKey> OrderBy)
    : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output => Input.Output;

    public override IEnumerable<Expression> Expressions => Keys.Concat(OrderBy.Select(k => k.Expression));

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        this with { Keys = Keys.Rewrite(change), OrderBy = OrderBy.Rewrite(k => k.Map(change)) };

    public override string Describe() => $"Distinct{(Keys.IsEmpty ? "" : $" on {Keys}")}";
}

/// <summary>The input's columns and a column per window function.</summary>
internal sealed record Window(LogicalNode Input, PlanList<NamedWindow> Calls) : UnaryNode(Input)
{
    /// <summary>How many ranks of each partition are wanted; null for all.</summary>
    public RankLimit? WantedRanks { get; init; }

    public override PlanList<PlanColumn> Output => [.. Input.Output, .. Calls.Select(c => c.Column)];

    public override IEnumerable<Expression> Expressions => Calls.SelectMany(c => c.Call.Expressions);

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        this with { Calls = Calls.Map(c => c with { Call = c.Call.Map(change) }) };

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Calls = Calls.Map(c => c with { Column = change(c.Column) }) };

    public override string Describe() => $"Window {string.Join(", ", Calls.Select(c => c.Call))}" +
        (WantedRanks is null ? "" : $" up to rank {WantedRanks.Count}");
}

/// <summary>Only the first so many ranks of a partition are wanted.</summary>
/// <param name="Count">How many.</param>
/// <param name="KeepsTies">True when every row that is equal to a wanted one is wanted.</param>
internal sealed record RankLimit(int Count, bool KeepsTies);

/// <summary>
/// A row per element of the lists, beside the input's columns. Several lists run side by side; shorter ones give NULL.
/// </summary>
/// <param name="Input">The rows.</param>
/// <param name="Lists">A column per list with the expression that makes the list.</param>
/// <param name="Ordinality">A BIGINT column that counts the elements from 1; null for none.</param>
/// <param name="KeepsEmpty">True when an input row without elements gives one row of NULLs (LEFT JOIN LATERAL).</param>
internal sealed record Unnest(
    LogicalNode Input, PlanList<NamedExpression> Lists, PlanColumn? Ordinality, bool KeepsEmpty)
    : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output =>
    [
        .. Input.Output, .. Lists.Select(l => l.Column), .. Ordinality is null ? (PlanColumn[])[] : [Ordinality],
    ];

    public override IEnumerable<Expression> Expressions => Lists.Select(l => l.Expression);

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        this with { Lists = Lists.Rewrite(l => l.Map(change)) };

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) => this with
    {
        Lists = Lists.Map(l => l.MapColumn(change)), Ordinality = Ordinality is null ? null : change(Ordinality),
    };

    public override string Describe() => $"Unnest {string.Join(", ", Lists.Select(l => l.Expression))}";
}

/// <summary>How a sample is drawn.</summary>
internal enum SampleMethod : byte
{
    /// <summary>Every row on its own.</summary>
    Bernoulli,
    /// <summary>Whole blocks.</summary>
    System,
    /// <summary>A fixed number of rows.</summary>
    Reservoir,
}

/// <summary>A random part of the input.</summary>
/// <param name="Input">The rows.</param>
/// <param name="Method">How rows are drawn.</param>
/// <param name="Size">Percent of the rows, 0 to 100, or the number of rows of a reservoir.</param>
/// <param name="Seed">Of REPEATABLE; null for a random one.</param>
internal sealed record TableSample(LogicalNode Input, SampleMethod Method, double Size, long? Seed) : UnaryNode(Input)
{
    public override PlanList<PlanColumn> Output => Input.Output;

    public override string Describe() => $"Sample {Size}{(Method == SampleMethod.Reservoir ? " rows" : "%")} {Method}";
}

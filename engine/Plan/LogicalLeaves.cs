namespace ColFrag.Engine.Plan;

/// <summary>A column that a scan reads.</summary>
/// <param name="Column">The column of the plan.</param>
/// <param name="TableColumn">Its position in the table or source, or <see cref="PlanTableColumn.RowId"/>.</param>
internal sealed record ScanColumn(PlanColumn Column, int TableColumn);

/// <summary>The rows of something stored that pass all filters.</summary>
/// <param name="Columns">
/// Every column that is read: first the ones given on, then those that only filters look at.
/// </param>
/// <param name="OutputCount">How many of the columns are given on.</param>
/// <param name="Filters">Conditions over <paramref name="Columns"/>; all must be true.</param>
internal abstract record FilteredLeaf(PlanList<ScanColumn> Columns, int OutputCount, PlanList<Expression> Filters)
    : LeafNode
{
    public sealed override PlanList<PlanColumn> Output =>
        Columns.AsSpan()[..OutputCount].ToArray().Select(c => c.Column).ToPlanList();

    public sealed override IEnumerable<Expression> Expressions => Filters;

    /// <summary>What is read, for people.</summary>
    protected abstract string Origin { get; }

    public sealed override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(c => c with { Column = change(c.Column) }) };

    public sealed override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        Filters.Rewrite(change) is var filters && filters.IsSameAs(Filters) ? this : this with { Filters = filters };

    public sealed override string Describe() =>
        $"Scan {Origin} [{Output}]{(Filters.IsEmpty ? "" : $" where {string.Join(" AND ", Filters)}")}";
}

/// <summary>The rows of a table that pass all filters.</summary>
/// <param name="Table">The table, as the catalog resolved it.</param>
/// <param name="Columns">As in <see cref="FilteredLeaf"/>.</param>
/// <param name="OutputCount">As in <see cref="FilteredLeaf"/>.</param>
/// <param name="Filters">As in <see cref="FilteredLeaf"/>.</param>
internal sealed record Scan(
    IPlanTable Table, PlanList<ScanColumn> Columns, int OutputCount, PlanList<Expression> Filters)
    : FilteredLeaf(Columns, OutputCount, Filters)
{
    protected override string Origin => Table.Name;
}

/// <summary>The rows of a file or another source that pass all filters.</summary>
/// <param name="Source">The source, bound with its arguments.</param>
/// <param name="Columns">As in <see cref="FilteredLeaf"/>.</param>
/// <param name="OutputCount">As in <see cref="FilteredLeaf"/>.</param>
/// <param name="Filters">As in <see cref="FilteredLeaf"/>.</param>
internal sealed record SourceScan(
    IPlanSource Source, PlanList<ScanColumn> Columns, int OutputCount, PlanList<Expression> Filters)
    : FilteredLeaf(Columns, OutputCount, Filters)
{
    protected override string Origin => Source.Description;
}

/// <summary>Rows written out in the statement; no columns and one row for a SELECT without FROM.</summary>
internal sealed record Values(PlanList<PlanColumn> Columns, PlanList<PlanList<Expression>> Rows) : LeafNode
{
    /// <summary>One row without columns.</summary>
    public static Values OneRow { get; } = new(default, new PlanList<PlanList<Expression>>([default]));

    public override PlanList<PlanColumn> Output => Columns;

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(change) };

    public override IEnumerable<Expression> Expressions => Rows.SelectMany(row => (IEnumerable<Expression>)row);

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        this with { Rows = Rows.Map(row => row.Rewrite(change)) };

    public override string Describe() => $"Values, {Rows.Count} rows";
}

/// <summary>
/// A series of numbers or times: range (the end is out) or generate_series (the end is in). The bounds are constant
/// expressions; a NULL gives no rows, a step of zero is an error.
/// </summary>
internal sealed record Series(PlanColumn Column, Expression Start, Expression End, Expression Step, bool IncludesEnd)
    : LeafNode
{
    public override PlanList<PlanColumn> Output => [Column];

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Column = change(Column) };

    public override IEnumerable<Expression> Expressions => [Start, End, Step];

    public override LogicalNode MapExpressions(Func<Expression, Expression> change) =>
        this with { Start = change(Start), End = change(End), Step = change(Step) };

    public override string Describe() => $"Series {Start} to {End} by {Step}";
}

/// <summary>
/// The rows of a WITH query computed elsewhere in the plan: inside the step of a <see cref="RecursiveCte"/> the rows of
/// the last round, in the body of a <see cref="MaterializedCte"/> all rows.
/// </summary>
/// <param name="CteId">Which one.</param>
/// <param name="Name">For people.</param>
/// <param name="Columns">The columns given on, each with its position in the query's output.</param>
internal sealed record CteReference(int CteId, string Name, PlanList<ScanColumn> Columns) : LeafNode
{
    public override PlanList<PlanColumn> Output => Columns.Map(c => c.Column);

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(c => c with { Column = change(c.Column) }) };

    public override string Describe() => $"Rows of {Name}";
}

/// <summary>No rows: what a condition that is never true leaves.</summary>
internal sealed record Empty(PlanList<PlanColumn> Columns) : LeafNode
{
    public override PlanList<PlanColumn> Output => Columns;

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(change) };

    public override string Describe() => "No rows";
}

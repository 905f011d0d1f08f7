namespace ColFrag.Engine.Plan;

/// <summary>The set operations.</summary>
internal enum SetOperationKind : byte
{
    /// <summary>UNION</summary>
    Union,
    /// <summary>INTERSECT</summary>
    Intersect,
    /// <summary>EXCEPT</summary>
    Except,
}

/// <summary>
/// Rows of several inputs, column by column in their order; all inputs have the types of the output. UNION takes two or
/// more inputs, the others two. NULLs are equal here.
/// </summary>
/// <param name="Kind">Which operation.</param>
/// <param name="IsAll">True when equal rows stay apart: UNION ALL appends, INTERSECT and EXCEPT ALL count.</param>
/// <param name="Operands">The inputs.</param>
/// <param name="Columns">The columns of the result.</param>
internal sealed record SetOperation(
    SetOperationKind Kind, bool IsAll, PlanList<LogicalNode> Operands, PlanList<PlanColumn> Columns) : LogicalNode
{
    public override PlanList<LogicalNode> Inputs => Operands;

    public override LogicalNode WithInputs(PlanList<LogicalNode> inputs) => this with { Operands = inputs };

    public override PlanList<PlanColumn> Output => Columns;

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(change) };

    public override string Describe() => $"{Kind}{(IsAll ? " all" : "")}";
}

/// <summary>A WITH query computed once, for several references below the body.</summary>
/// <param name="CteId">The number that references name.</param>
/// <param name="Name">For people.</param>
/// <param name="Definition">The query.</param>
/// <param name="Body">The plan that refers to it; its rows are the result.</param>
internal sealed record MaterializedCte(int CteId, string Name, LogicalNode Definition, LogicalNode Body) : LogicalNode
{
    public override PlanList<LogicalNode> Inputs => [Definition, Body];

    public override LogicalNode WithInputs(PlanList<LogicalNode> inputs) =>
        this with { Definition = inputs[0], Body = inputs[1] };

    public override PlanList<PlanColumn> Output => Body.Output;

    public override string Describe() => $"With {Name}";
}

/// <summary>
/// WITH RECURSIVE: the anchor's rows, then the step's rows over the rows of the round before, until a round gives none.
/// </summary>
/// <param name="CteId">The number by which the step refers to the last round.</param>
/// <param name="Name">For people.</param>
/// <param name="Anchor">The first round.</param>
/// <param name="Step">The next round, over a <see cref="CteReference"/>.</param>
/// <param name="IsUnionAll">False when a row that came before is dropped.</param>
/// <param name="Columns">The columns of the result.</param>
internal sealed record RecursiveCte(
    int CteId, string Name, LogicalNode Anchor, LogicalNode Step, bool IsUnionAll, PlanList<PlanColumn> Columns)
        : LogicalNode
{
    /// <summary>USING KEY: the columns of which each value has one row, the newest; none where all count.</summary>
    public PlanList<int> Key { get; init; }

    /// <summary>The number by which the step refers to the newest rows of all keys; -1 without a key.</summary>
    public int AllCteId { get; init; } = -1;

    public override PlanList<LogicalNode> Inputs => [Anchor, Step];

    public override LogicalNode WithInputs(PlanList<LogicalNode> inputs) =>
        this with { Anchor = inputs[0], Step = inputs[1] };

    public override PlanList<PlanColumn> Output => Columns;

    public override LogicalNode MapColumns(Func<PlanColumn, PlanColumn> change) =>
        this with { Columns = Columns.Map(change) };

    public override string Describe() => $"Recursive {Name}{(IsUnionAll ? "" : ", distinct")}";
}

namespace ColFrag.Engine.Sql;

/// <summary>Something that yields rows, with what can surround any of its kinds.</summary>
internal abstract record Query : SyntaxNode
{
    /// <summary>The WITH in front.</summary>
    public WithClause? With { get; init; }

    /// <summary>The order of the result.</summary>
    public SyntaxList<OrderItem> OrderBy { get; init; }

    /// <summary>LIMIT, OFFSET and FETCH FIRST.</summary>
    public LimitClause? Limit { get; init; }

    /// <summary>FOR UPDATE and its relatives.</summary>
    public SyntaxList<LockingClause> Locking { get; init; }
}

/// <summary>
/// <c>SELECT … FROM … WHERE …</c>. <c>FROM t</c> alone and <c>TABLE t</c> are <c>SELECT * FROM t</c>; the statements
/// PIVOT and UNPIVOT are <c>SELECT *</c> from such a reference.
/// </summary>
internal sealed record SelectQuery : Query
{
    /// <summary>DISTINCT, perhaps with ON; null without.</summary>
    public DistinctClause? Distinct { get; init; }

    /// <summary>The select list; empty for PostgreSQL's <c>SELECT FROM t</c>.</summary>
    public SyntaxList<SelectItem> Items { get; init; }

    /// <summary>The tables between the commas of FROM.</summary>
    public SyntaxList<TableReference> From { get; init; }

    /// <summary>WHERE</summary>
    public SyntaxExpression? Where { get; init; }

    /// <summary>GROUP BY</summary>
    public GroupByClause? GroupBy { get; init; }

    /// <summary>HAVING</summary>
    public SyntaxExpression? Having { get; init; }

    /// <summary>WINDOW</summary>
    public SyntaxList<NamedWindow> Windows { get; init; }

    /// <summary>QUALIFY: a condition over window functions</summary>
    public SyntaxExpression? Qualify { get; init; }

    /// <summary>USING SAMPLE: a sample of the result</summary>
    public SampleClause? Sample { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children =>
    [
        With, Distinct, .. Items, .. From, Where, GroupBy, Having, .. Windows, Qualify, Sample, .. OrderBy, Limit,
        .. Locking,
    ];
}

/// <summary><c>left UNION [ALL] [BY NAME] right</c>, INTERSECT, EXCEPT.</summary>
internal sealed record SetOperationQuery(
    SetOperator Operator, bool IsAll, bool IsByName, Query Left, Query Right) : Query
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [With, Left, Right, .. OrderBy, Limit, .. Locking];
}

/// <summary>The set operations.</summary>
internal enum SetOperator
{
    /// <summary>UNION</summary>
    Union,
    /// <summary>INTERSECT</summary>
    Intersect,
    /// <summary>EXCEPT</summary>
    Except,
}

/// <summary><c>VALUES (1, 'a'), (2, 'b')</c></summary>
internal sealed record ValuesQuery(SyntaxList<ValuesRow> Rows) : Query
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [With, .. Rows, .. OrderBy, Limit, .. Locking];
}

/// <summary>One row of VALUES.</summary>
internal sealed record ValuesRow(SyntaxList<SyntaxExpression> Values) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Values];
}

/// <summary>
/// A statement that yields rows where a query may stand: <c>WITH x AS (INSERT … RETURNING …)</c>,
/// <c>FROM (DESCRIBE t)</c>, <c>FROM (SUMMARIZE t)</c>, <c>FROM (SHOW TABLES)</c>.
/// </summary>
internal sealed record StatementQuery(Statement Statement) : Query
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [With, Statement, .. OrderBy, Limit, .. Locking];
}

/// <summary>One column of a select list: <c>x</c>, <c>x AS name</c>, <c>name: x</c>.</summary>
internal sealed record SelectItem(SyntaxExpression Expression, Identifier? Alias = null) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Expression, Alias];
}

/// <summary><c>DISTINCT</c>, or <c>DISTINCT ON (a, b)</c>.</summary>
internal sealed record DistinctClause(SyntaxList<SyntaxExpression> On) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. On];
}

/// <summary><c>WITH [RECURSIVE] a AS (…), b AS (…)</c></summary>
internal sealed record WithClause(bool IsRecursive, SyntaxList<CommonTable> Tables) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Tables];
}

/// <summary><c>name (columns) AS [NOT MATERIALIZED] (query) [SEARCH …] [CYCLE …]</c></summary>
internal sealed record CommonTable(Identifier Name, SyntaxList<Identifier> Columns, Query Query) : SyntaxNode
{
    /// <summary>MATERIALIZED, NOT MATERIALIZED, or neither.</summary>
    public Materialization Materialization { get; init; }

    /// <summary>SEARCH: a column that sorts the recursion's rows</summary>
    public SearchClause? Search { get; init; }

    /// <summary>CYCLE: a column that marks rows met again</summary>
    public CycleClause? Cycle { get; init; }

    /// <summary>USING KEY: columns of which only the newest row counts in a recursion.</summary>
    public SyntaxList<Identifier> Key { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns, .. Key, Query, Search, Cycle];
}

/// <summary>Whether a common table is computed once.</summary>
internal enum Materialization
{
    /// <summary>As the optimizer likes.</summary>
    Default,
    /// <summary>MATERIALIZED</summary>
    Always,
    /// <summary>NOT MATERIALIZED</summary>
    Never,
}

/// <summary><c>SEARCH {DEPTH | BREADTH} FIRST BY a, b SET column</c></summary>
internal sealed record SearchClause(bool IsBreadthFirst, SyntaxList<Identifier> Columns, Identifier SequenceColumn)
    : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns, SequenceColumn];
}

/// <summary><c>CYCLE a, b SET mark [TO value DEFAULT value] USING path</c></summary>
internal sealed record CycleClause(
    SyntaxList<Identifier> Columns, Identifier MarkColumn, SyntaxExpression? MarkValue, SyntaxExpression? MarkDefault,
    Identifier PathColumn) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns, MarkColumn, MarkValue, MarkDefault, PathColumn];
}

/// <summary><c>GROUP BY [DISTINCT] a, ROLLUP (b, c)</c>, <c>GROUP BY ALL</c></summary>
/// <param name="IsAll">True for ALL: every column of the select list without an aggregate; no elements then.</param>
/// <param name="IsDistinct">DISTINCT: equal grouping sets count once.</param>
/// <param name="Elements">The elements between the commas, whose grouping sets are crossed.</param>
internal sealed record GroupByClause(bool IsAll, bool IsDistinct, SyntaxList<GroupingElement> Elements) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Elements];
}

/// <summary>One element of GROUP BY.</summary>
internal abstract record GroupingElement : SyntaxNode;

/// <summary>Expressions grouped together: <c>a</c>, <c>(a, b)</c>, or <c>()</c> for the grand total.</summary>
internal sealed record GroupingColumns(SyntaxList<SyntaxExpression> Expressions) : GroupingElement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Expressions];
}

/// <summary><c>ROLLUP (a, (b, c))</c></summary>
internal sealed record GroupingRollup(SyntaxList<GroupingColumns> Columns) : GroupingElement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns];
}

/// <summary><c>CUBE (a, (b, c))</c></summary>
internal sealed record GroupingCube(SyntaxList<GroupingColumns> Columns) : GroupingElement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns];
}

/// <summary><c>GROUPING SETS ((a, b), ROLLUP (c), ())</c></summary>
internal sealed record GroupingSets(SyntaxList<GroupingElement> Sets) : GroupingElement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Sets];
}

/// <summary><c>x [ASC | DESC | USING op] [NULLS FIRST | LAST]</c></summary>
internal sealed record OrderItem(
    SyntaxExpression Expression, SortDirection Direction = SortDirection.Default, NullOrder Nulls = NullOrder.Default)
    : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Expression];
}

/// <summary>Up or down. <c>USING &lt;</c> is ascending, <c>USING &gt;</c> descending.</summary>
internal enum SortDirection
{
    /// <summary>Not said; the same as ascending.</summary>
    Default,
    /// <summary>ASC</summary>
    Ascending,
    /// <summary>DESC</summary>
    Descending,
}

/// <summary>Where NULLs come.</summary>
internal enum NullOrder
{
    /// <summary>Not said: last when ascending, first when descending.</summary>
    Default,
    /// <summary>NULLS FIRST</summary>
    First,
    /// <summary>NULLS LAST</summary>
    Last,
}

/// <summary><c>LIMIT n [PERCENT] OFFSET m</c>, <c>FETCH FIRST n ROWS WITH TIES</c></summary>
/// <param name="Count">How many rows, or percent of them; null for all.</param>
/// <param name="Offset">How many rows to skip first.</param>
/// <param name="IsPercent">True when the count is a share of the rows.</param>
/// <param name="WithTies">True when rows equal to the last one in the order also come.</param>
internal sealed record LimitClause(
    SyntaxExpression? Count, SyntaxExpression? Offset, bool IsPercent = false, bool WithTies = false) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Count, Offset];
}

/// <summary><c>TABLESAMPLE method (size) REPEATABLE (seed)</c>, <c>USING SAMPLE 10%</c></summary>
internal sealed record SampleClause(
    SampleMethod Method, SyntaxExpression Size, bool IsPercent, SyntaxExpression? Seed) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Size, Seed];
}

/// <summary>How a sample is drawn.</summary>
internal enum SampleMethod
{
    /// <summary>Not said: SYSTEM for a share, RESERVOIR for a number of rows.</summary>
    Default,
    /// <summary>BERNOULLI: every row by itself</summary>
    Bernoulli,
    /// <summary>SYSTEM: whole vectors</summary>
    System,
    /// <summary>RESERVOIR: exactly that many rows</summary>
    Reservoir,
}

/// <summary><c>FOR UPDATE OF t NOWAIT</c></summary>
internal sealed record LockingClause(LockStrength Strength, SyntaxList<QualifiedName> Tables, LockWait Wait)
    : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Tables];
}

/// <summary>How strongly rows are locked.</summary>
internal enum LockStrength
{
    /// <summary>FOR UPDATE</summary>
    Update,
    /// <summary>FOR NO KEY UPDATE</summary>
    NoKeyUpdate,
    /// <summary>FOR SHARE</summary>
    Share,
    /// <summary>FOR KEY SHARE</summary>
    KeyShare,
}

/// <summary>What happens at a row that another transaction has locked.</summary>
internal enum LockWait
{
    /// <summary>Wait.</summary>
    Default,
    /// <summary>NOWAIT: an error</summary>
    NoWait,
    /// <summary>SKIP LOCKED: the row is left out</summary>
    SkipLocked,
}

namespace ColFrag.Engine.Sql;

/// <summary>Something in FROM.</summary>
internal abstract record TableReference : SyntaxNode
{
    /// <summary>Its name in the query, perhaps with names of columns.</summary>
    public TableAlias? Alias { get; init; }

    /// <summary>TABLESAMPLE</summary>
    public SampleClause? Sample { get; init; }
}

/// <summary><c>AS name (column, …)</c></summary>
internal sealed record TableAlias(Identifier Name, SyntaxList<Identifier> Columns = default) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns];
}

/// <summary>A table, view or common table: <c>schema.t AS OF VERSION 7 AS alias</c>.</summary>
internal sealed record NamedTableReference(QualifiedName Name, AsOfClause? AsOf = null) : TableReference
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, AsOf, Alias, Sample];
}

/// <summary>Time travel: <c>AS OF VERSION n</c>, <c>AS OF TIMESTAMP t</c>.</summary>
internal sealed record AsOfClause(bool IsVersion, SyntaxExpression Value) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Value];
}

/// <summary>Files by name: <c>FROM 'data/*.parquet'</c>.</summary>
internal sealed record FileReference(string Path) : TableReference
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Alias, Sample];
}

/// <summary>
/// A table function: <c>range(10) AS t(i)</c>, <c>ROWS FROM (f(1), g(2)) WITH ORDINALITY</c>. It sees the tables to its
/// left with or without LATERAL.
/// </summary>
internal sealed record FunctionReference(SyntaxList<TableFunctionCall> Calls) : TableReference
{
    /// <summary>WITH ORDINALITY: a last column that counts from 1</summary>
    public bool WithOrdinality { get; init; }

    /// <summary>LATERAL was written.</summary>
    public bool IsLateral { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Calls, Alias, Sample];
}

/// <summary>A call of a <see cref="FunctionReference"/>, with the columns of a record it returns, if given.</summary>
internal sealed record TableFunctionCall(SyntaxExpression Call, SyntaxList<FieldDefinition> Columns = default)
    : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Call, .. Columns];
}

/// <summary><c>[LATERAL] (SELECT …) AS alias</c>; also <c>(VALUES …) AS t(a, b)</c></summary>
internal sealed record SubqueryReference(Query Query, bool IsLateral = false) : TableReference
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query, Alias, Sample];
}

/// <summary>
/// <c>left JOIN right ON …</c>. One of <see cref="On"/>, <see cref="Using"/> and <see cref="IsNatural"/> is set, none
/// for CROSS and POSITIONAL. Only a join in parentheses has an alias.
/// </summary>
internal sealed record JoinReference(JoinKind Kind, TableReference Left, TableReference Right) : TableReference
{
    /// <summary>ON</summary>
    public SyntaxExpression? On { get; init; }

    /// <summary>USING (a, b)</summary>
    public SyntaxList<Identifier> Using { get; init; }

    /// <summary><c>USING (a, b) AS alias</c>: a name for the merged columns only</summary>
    public Identifier? UsingAlias { get; init; }

    /// <summary>NATURAL: over all columns of equal name</summary>
    public bool IsNatural { get; init; }

    /// <summary>ASOF: of the rows that meet the inequality, the nearest</summary>
    public bool IsAsOf { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Left, Right, On, .. Using, UsingAlias, Alias, Sample];
}

/// <summary>The kinds of joins.</summary>
internal enum JoinKind
{
    /// <summary>[INNER] JOIN</summary>
    Inner,
    /// <summary>LEFT [OUTER] JOIN</summary>
    Left,
    /// <summary>RIGHT [OUTER] JOIN</summary>
    Right,
    /// <summary>FULL [OUTER] JOIN</summary>
    Full,
    /// <summary>CROSS JOIN</summary>
    Cross,
    /// <summary>[LEFT] SEMI JOIN: left rows that have a match</summary>
    Semi,
    /// <summary>[LEFT] ANTI JOIN: left rows that have none</summary>
    Anti,
    /// <summary>POSITIONAL JOIN: first with first, second with second</summary>
    Positional,
}

/// <summary>
/// <c>t PIVOT (sum(x) AS s, … FOR column IN (values) … GROUP BY g)</c>, and the statement
/// <c>PIVOT t ON column USING sum(x) GROUP BY g</c>.
/// </summary>
/// <param name="Source">The table to turn.</param>
/// <param name="Aggregates">What fills the new columns; empty means <c>count(*)</c>.</param>
/// <param name="Columns">The expressions whose values become columns.</param>
/// <param name="GroupBy">The columns that stay; empty means all that are not mentioned.</param>
internal sealed record PivotReference(
    TableReference Source, SyntaxList<SelectItem> Aggregates, SyntaxList<PivotColumn> Columns,
    SyntaxList<SyntaxExpression> GroupBy) : TableReference
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Source, .. Aggregates, .. Columns, .. GroupBy, Alias, Sample];
}

/// <summary>
/// <c>expression IN (a AS name, b)</c> or <c>expression IN (SELECT …)</c> inside PIVOT. Without values, those found in
/// the data are taken, sorted.
/// </summary>
internal sealed record PivotColumn(SyntaxExpression Expression, SyntaxList<SelectItem> Values, Query? Query)
    : SyntaxNode
{
    /// <summary>True where the values were looked up; there may be none.</summary>
    public bool IsLookedUp { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Expression, .. Values, Query];
}

/// <summary>
/// <c>t UNPIVOT [INCLUDE NULLS] (value FOR name IN (a, b))</c>, and the statement
/// <c>UNPIVOT t ON a, b INTO NAME name VALUE value</c>.
/// </summary>
/// <param name="Source">The table to turn.</param>
/// <param name="ValueColumns">Names of the value columns.</param>
/// <param name="NameColumn">Name of the column with the old columns' names.</param>
/// <param name="Columns">The columns that become rows.</param>
/// <param name="IncludeNulls">True when NULLs give rows too.</param>
internal sealed record UnpivotReference(
    TableReference Source, SyntaxList<Identifier> ValueColumns, Identifier NameColumn,
    SyntaxList<UnpivotColumn> Columns, bool IncludeNulls) : TableReference
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Source, .. ValueColumns, NameColumn, .. Columns, Alias, Sample];
}

/// <summary><c>a</c>, <c>(a, b) AS 'name'</c>, <c>COLUMNS('re')</c>: the columns that fill one row.</summary>
internal sealed record UnpivotColumn(SyntaxList<SyntaxExpression> Expressions, Identifier? Alias) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Expressions, Alias];
}

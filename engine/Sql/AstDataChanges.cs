namespace ColFrag.Engine.Sql;

/// <summary><c>INSERT INTO t (columns) source ON CONFLICT … RETURNING …</c></summary>
/// <param name="Table">The table.</param>
/// <param name="Columns">The columns that are given; empty for all.</param>
/// <param name="Source">The rows; null for DEFAULT VALUES.</param>
internal sealed record InsertStatement(QualifiedName Table, SyntaxList<QualifiedName> Columns, Query? Source)
    : Statement
{
    /// <summary>The WITH in front of INSERT.</summary>
    public WithClause? With { get; init; }

    /// <summary>A name for the table in ON CONFLICT and RETURNING.</summary>
    public Identifier? Alias { get; init; }

    /// <summary>BY NAME: columns of the source find theirs by name</summary>
    public bool IsByName { get; init; }

    /// <summary>OVERRIDING {SYSTEM | USER} VALUE, of identity columns.</summary>
    public Overriding Overriding { get; init; }

    /// <summary>ON CONFLICT; INSERT OR REPLACE and OR IGNORE arrive here without a target.</summary>
    public OnConflictClause? OnConflict { get; init; }

    /// <summary>RETURNING</summary>
    public SyntaxList<SelectItem> Returning { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [With, Table, Alias, .. Columns, Source, OnConflict, .. Returning];
}

/// <summary>Whose value wins in an identity column.</summary>
internal enum Overriding
{
    /// <summary>Not said.</summary>
    None,
    /// <summary>OVERRIDING SYSTEM VALUE: the one given</summary>
    System,
    /// <summary>OVERRIDING USER VALUE: the sequence's</summary>
    User,
}

/// <summary><c>ON CONFLICT target DO NOTHING</c> or <c>DO UPDATE SET …</c></summary>
/// <param name="Action">What happens to a row whose key is there already.</param>
/// <param name="Target">The key's columns; empty for any key.</param>
internal sealed record OnConflictClause(ConflictAction Action, SyntaxList<SyntaxExpression> Target = default)
    : SyntaxNode
{
    /// <summary>WHERE behind the target</summary>
    public SyntaxExpression? TargetWhere { get; init; }

    /// <summary>ON CONSTRAINT name, in place of a target</summary>
    public Identifier? Constraint { get; init; }

    /// <summary>SET of DO UPDATE.</summary>
    public SyntaxList<Assignment> Assignments { get; init; }

    /// <summary>WHERE of DO UPDATE.</summary>
    public SyntaxExpression? Where { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Target, TargetWhere, Constraint, .. Assignments, Where];
}

/// <summary>What happens to a row whose key is there already.</summary>
internal enum ConflictAction
{
    /// <summary>DO NOTHING: it is left out</summary>
    Nothing,
    /// <summary>DO UPDATE: the old row is changed</summary>
    Update,
    /// <summary>INSERT OR REPLACE: all given columns of the old row are replaced</summary>
    Replace,
}

/// <summary><c>a = x</c>, <c>(a, b) = (x, y)</c>, <c>(a, b) = (SELECT …)</c></summary>
/// <param name="Targets">The columns, each perhaps with the path of a field.</param>
/// <param name="IsMultiple">True when the targets stood in parentheses: the value is a row or a query.</param>
/// <param name="Value">The value.</param>
internal sealed record Assignment(SyntaxList<QualifiedName> Targets, bool IsMultiple, SyntaxExpression Value)
    : SyntaxNode
{
    /// <summary>True for <c>a[i] = x</c>; the value is the whole list then.</summary>
    public bool IsOfItem { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Targets, Value];
}

/// <summary><c>UPDATE t SET … FROM … WHERE … RETURNING …</c></summary>
internal sealed record UpdateStatement(QualifiedName Table, SyntaxList<Assignment> Assignments) : Statement
{
    /// <summary>The WITH in front.</summary>
    public WithClause? With { get; init; }

    /// <summary>A name for the table.</summary>
    public Identifier? Alias { get; init; }

    /// <summary>Other tables that the values come from.</summary>
    public SyntaxList<TableReference> From { get; init; }

    /// <summary>WHERE</summary>
    public SyntaxExpression? Where { get; init; }

    /// <summary>RETURNING</summary>
    public SyntaxList<SelectItem> Returning { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children =>
        [With, Table, Alias, .. Assignments, .. From, Where, .. Returning];
}

/// <summary><c>DELETE FROM t USING … WHERE … RETURNING …</c></summary>
internal sealed record DeleteStatement(QualifiedName Table) : Statement
{
    /// <summary>The WITH in front.</summary>
    public WithClause? With { get; init; }

    /// <summary>A name for the table.</summary>
    public Identifier? Alias { get; init; }

    /// <summary>Other tables that the condition uses.</summary>
    public SyntaxList<TableReference> Using { get; init; }

    /// <summary>WHERE</summary>
    public SyntaxExpression? Where { get; init; }

    /// <summary>RETURNING</summary>
    public SyntaxList<SelectItem> Returning { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [With, Table, Alias, .. Using, Where, .. Returning];
}

/// <summary><c>MERGE INTO t USING source ON condition WHEN … THEN …</c></summary>
internal sealed record MergeStatement(QualifiedName Table, TableReference Source, SyntaxList<MergeClause> Clauses)
    : Statement
{
    /// <summary>The WITH in front.</summary>
    public WithClause? With { get; init; }

    /// <summary>A name for the table.</summary>
    public Identifier? Alias { get; init; }

    /// <summary>ON; null with USING.</summary>
    public SyntaxExpression? On { get; init; }

    /// <summary>USING (columns), in place of ON</summary>
    public SyntaxList<Identifier> Using { get; init; }

    /// <summary>RETURNING</summary>
    public SyntaxList<SelectItem> Returning { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children =>
        [With, Table, Alias, Source, On, .. Using, .. Clauses, .. Returning];
}

/// <summary><c>WHEN [NOT] MATCHED [BY SOURCE] [AND condition] THEN action</c></summary>
internal sealed record MergeClause(MergeMatch Match, SyntaxExpression? Condition, MergeAction Action) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Condition, Action];
}

/// <summary>The rows a clause of MERGE is about.</summary>
internal enum MergeMatch
{
    /// <summary>MATCHED: in both</summary>
    Matched,
    /// <summary>NOT MATCHED [BY TARGET]: only in the source</summary>
    NotMatchedByTarget,
    /// <summary>NOT MATCHED BY SOURCE: only in the table</summary>
    NotMatchedBySource,
}

/// <summary>What a clause of MERGE does.</summary>
internal abstract record MergeAction : SyntaxNode;

/// <summary><c>UPDATE SET …</c>; without assignments, every column from the source by name or position.</summary>
internal sealed record MergeUpdateAction(SyntaxList<Assignment> Assignments, bool IsByName = false) : MergeAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Assignments];
}

/// <summary><c>DELETE</c></summary>
internal sealed record MergeDeleteAction : MergeAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>
/// <c>INSERT (columns) VALUES (…)</c>; <c>INSERT DEFAULT VALUES</c>; without either, every column from the source.
/// </summary>
/// <param name="Columns">The columns that are given; empty for all.</param>
/// <param name="Values">The values; null when none are written.</param>
internal sealed record MergeInsertAction(SyntaxList<QualifiedName> Columns, ValuesRow? Values) : MergeAction
{
    /// <summary>DEFAULT VALUES</summary>
    public bool IsDefaultValues { get; init; }

    /// <summary>BY NAME: columns of the source find theirs by name</summary>
    public bool IsByName { get; init; }

    /// <summary>OVERRIDING {SYSTEM | USER} VALUE, of identity columns.</summary>
    public Overriding Overriding { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns, Values];
}

/// <summary><c>DO NOTHING</c></summary>
internal sealed record MergeNothingAction : MergeAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary><c>ERROR [message]</c></summary>
internal sealed record MergeErrorAction(SyntaxExpression? Message) : MergeAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Message];
}

/// <summary><c>TRUNCATE t, … [RESTART IDENTITY] [CASCADE]</c></summary>
internal sealed record TruncateStatement(
    SyntaxList<QualifiedName> Tables, bool RestartIdentity, DropBehavior Behavior) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Tables];
}

/// <summary><c>COPY t (columns) FROM 'file' (options) WHERE condition</c></summary>
internal sealed record CopyFromStatement(
    QualifiedName Table, SyntaxList<Identifier> Columns, CopyEndpoint Source, SyntaxList<OptionSyntax> Options)
    : Statement
{
    /// <summary>Keeps the rows for which it is true.</summary>
    public SyntaxExpression? Where { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Table, .. Columns, Source, .. Options, Where];
}

/// <summary><c>COPY t (columns) TO 'file' (options)</c>, <c>COPY (query) TO 'file' (options)</c></summary>
/// <param name="Query">The rows; a table is <c>SELECT columns FROM t</c>.</param>
/// <param name="Target">Where they go.</param>
/// <param name="Options">The format and its details; the older forms are rewritten to these.</param>
internal sealed record CopyToStatement(Query Query, CopyEndpoint Target, SyntaxList<OptionSyntax> Options) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query, Target, .. Options];
}

/// <summary>The other side of COPY.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Path">The file, as a string, a list of strings, a parameter or an expression in parentheses.</param>
internal sealed record CopyEndpoint(CopyEndpointKind Kind, SyntaxExpression? Path = null) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Path];
}

/// <summary>What stands on the other side of COPY.</summary>
internal enum CopyEndpointKind
{
    /// <summary>A file.</summary>
    File,
    /// <summary>STDIN or STDOUT: the client</summary>
    Client,
    /// <summary>PROGRAM 'command'</summary>
    Program,
}

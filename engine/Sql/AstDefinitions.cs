namespace ColFrag.Engine.Sql;

/// <summary><c>CREATE SCHEMA name</c></summary>
internal sealed record CreateSchemaStatement(QualifiedName Name, CreateMode Mode, Identifier? Owner = null) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Owner];
}

/// <summary><c>CREATE VIEW name (columns) AS query</c></summary>
internal sealed record CreateViewStatement(QualifiedName Name, SyntaxList<Identifier> Columns, Query Query) : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>TEMPORARY: lives as long as the session</summary>
    public bool IsTemporary { get; init; }

    /// <summary>RECURSIVE: the query may use the view's own name</summary>
    public bool IsRecursive { get; init; }

    /// <summary>WITH (option, …)</summary>
    public SyntaxList<OptionSyntax> Options { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns, .. Options, Query];
}

/// <summary><c>CREATE MATERIALIZED VIEW name (columns) options AS query [WITH NO DATA]</c></summary>
internal sealed record CreateMaterializedViewStatement(QualifiedName Name, SyntaxList<Identifier> Columns, Query Query)
    : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>How the result is cut, ordered and stored.</summary>
    public TableOptionsSyntax? Options { get; init; }

    /// <summary>WITH NO DATA: empty until the first REFRESH</summary>
    public bool WithNoData { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns, Options, Query];
}

/// <summary><c>REFRESH MATERIALIZED VIEW [CONCURRENTLY] name [WITH NO DATA]</c></summary>
internal sealed record RefreshStatement(QualifiedName Name, bool IsConcurrent, bool WithNoData) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary><c>CREATE SEQUENCE name options</c></summary>
internal sealed record CreateSequenceStatement(QualifiedName Name, CreateMode Mode, SequenceOptions Options) : Statement
{
    /// <summary>TEMPORARY: lives as long as the session</summary>
    public bool IsTemporary { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Options];
}

/// <summary>What can be said about a sequence; null where nothing was.</summary>
internal sealed record SequenceOptions : SyntaxNode
{
    /// <summary>AS type</summary>
    public TypeName? Type { get; init; }

    /// <summary>START WITH</summary>
    public long? Start { get; init; }

    /// <summary>INCREMENT BY</summary>
    public long? Increment { get; init; }

    /// <summary>MINVALUE</summary>
    public long? Minimum { get; init; }

    /// <summary>MAXVALUE</summary>
    public long? Maximum { get; init; }

    /// <summary>NO MINVALUE</summary>
    public bool NoMinimum { get; init; }

    /// <summary>NO MAXVALUE</summary>
    public bool NoMaximum { get; init; }

    /// <summary>CACHE</summary>
    public long? Cache { get; init; }

    /// <summary>CYCLE, NO CYCLE</summary>
    public bool? IsCycling { get; init; }

    /// <summary>OWNED BY t.column</summary>
    public QualifiedName? OwnedBy { get; init; }

    /// <summary>OWNED BY NONE</summary>
    public bool OwnedByNone { get; init; }

    /// <summary>RESTART, of ALTER SEQUENCE</summary>
    public bool IsRestart { get; init; }

    /// <summary>RESTART WITH</summary>
    public long? RestartWith { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Type, OwnedBy];
}

/// <summary>
/// <c>CREATE MACRO name(a, b := 2) AS expression</c>, <c>AS TABLE query</c>; more than one for several numbers of
/// parameters. CREATE FUNCTION with this body is the same.
/// </summary>
internal sealed record CreateMacroStatement(QualifiedName Name, SyntaxList<MacroOverload> Overloads) : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>TEMPORARY: lives as long as the session</summary>
    public bool IsTemporary { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Overloads];
}

/// <summary>One body of a macro: either an expression or a query.</summary>
internal sealed record MacroOverload(
    SyntaxList<ParameterDefinition> Parameters, SyntaxExpression? Expression, Query? Query) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Parameters, Expression, Query];
}

/// <summary>A parameter: <c>a</c>, <c>b := 2</c>, <c>c int DEFAULT 3</c>, <c>int</c>.</summary>
/// <param name="Name">Its name; functions may go without.</param>
/// <param name="Type">Its type; macros go without.</param>
/// <param name="Default">The value when no argument is given.</param>
/// <param name="IsVariadic">True when it takes all remaining arguments.</param>
internal sealed record ParameterDefinition(
    Identifier? Name, TypeName? Type, SyntaxExpression? Default, bool IsVariadic = false) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Type, Default];
}

/// <summary>
/// <c>CREATE FUNCTION name(a int) RETURNS int …</c> with one body: RETURN expression, AS 'text' in a LANGUAGE, or
/// ASSEMBLY 'file.dll' ENTRY 'Namespace.Type.Method'.
/// </summary>
internal sealed record CreateFunctionStatement(QualifiedName Name, SyntaxList<ParameterDefinition> Parameters)
    : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>RETURNS type; null for RETURNS TABLE, or when not said.</summary>
    public TypeName? ReturnType { get; init; }

    /// <summary>RETURNS SETOF</summary>
    public bool IsSet { get; init; }

    /// <summary>RETURNS TABLE (columns)</summary>
    public SyntaxList<FieldDefinition> ReturnColumns { get; init; }

    /// <summary>LANGUAGE, folded; null when not said.</summary>
    public string? Language { get; init; }

    /// <summary>IMMUTABLE, STABLE, VOLATILE.</summary>
    public Volatility Volatility { get; init; }

    /// <summary>STRICT, RETURNS NULL ON NULL INPUT: true; CALLED ON NULL INPUT: false; null when not said.</summary>
    public bool? IsStrict { get; init; }

    /// <summary>AS 'text'</summary>
    public string? Body { get; init; }

    /// <summary>RETURN expression</summary>
    public SyntaxExpression? Return { get; init; }

    /// <summary>ASSEMBLY 'file.dll'</summary>
    public string? Assembly { get; init; }

    /// <summary>ENTRY 'Namespace.Type.Method'; null for the method named like the function.</summary>
    public string? Entry { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Parameters, ReturnType, .. ReturnColumns, Return];
}

/// <summary>What a function's result may depend on.</summary>
internal enum Volatility
{
    /// <summary>Not said; the same as VOLATILE.</summary>
    Default,
    /// <summary>IMMUTABLE: its arguments only</summary>
    Immutable,
    /// <summary>STABLE: also the data at the start of the statement</summary>
    Stable,
    /// <summary>VOLATILE: anything</summary>
    Volatile,
}

/// <summary><c>CREATE TYPE name AS type</c>; an enum and a composite are types too.</summary>
internal sealed record CreateTypeStatement(QualifiedName Name, CreateMode Mode, TypeName Type) : Statement
{
    /// <summary><c>AS ENUM (SELECT …)</c>: the query whose values the enum gets; its type lists none then.</summary>
    public Query? EnumQuery { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Type, EnumQuery];
}

/// <summary><c>CREATE [UNIQUE] INDEX name ON t (…)</c></summary>
internal sealed record CreateIndexStatement(
    Identifier? Name, CreateMode Mode, QualifiedName Table, SyntaxList<OrderItem> Columns, bool IsUnique) : Statement
{
    /// <summary>USING method, folded</summary>
    public string? Method { get; init; }

    /// <summary>WHERE, of a partial index</summary>
    public SyntaxExpression? Where { get; init; }

    /// <summary>WITH (option, …)</summary>
    public SyntaxList<OptionSyntax> Options { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Table, .. Columns, .. Options, Where];
}

/// <summary><c>DROP TABLE [IF EXISTS] a, b [CASCADE]</c> and the same for other kinds.</summary>
internal sealed record DropStatement(
    ObjectKind Kind, SyntaxList<DropTarget> Targets, bool IfExists, DropBehavior Behavior) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Targets];
}

/// <summary>What is dropped; functions may say which one by the types of their parameters.</summary>
/// <param name="Name">The name.</param>
/// <param name="HasParameterTypes">True when parentheses stood behind the name.</param>
/// <param name="ParameterTypes">The types between them.</param>
internal sealed record DropTarget(
    QualifiedName Name, bool HasParameterTypes = false, SyntaxList<TypeName> ParameterTypes = default) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. ParameterTypes];
}

/// <summary><c>UNDROP TABLE name [RENAME TO new]</c>: brings the newest dropped table of that name back.</summary>
internal sealed record UndropTableStatement(QualifiedName Name, Identifier? NewName) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, NewName];
}

/// <summary><c>COMMENT ON kind name IS 'text'</c>; NULL removes it.</summary>
internal sealed record CommentStatement(ObjectKind Kind, QualifiedName Name, string? Text) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

namespace ColFrag.Engine.Sql;

/// <summary>One statement; <see cref="SyntaxNode.Range"/> is its text without the semicolon.</summary>
internal abstract record Statement : SyntaxNode;

/// <summary>A query as a statement.</summary>
internal sealed record QueryStatement(Query Query) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query];
}

/// <summary>The kinds of things that have names in the catalog.</summary>
internal enum ObjectKind
{
    /// <summary>TABLE</summary>
    Table,
    /// <summary>VIEW</summary>
    View,
    /// <summary>MATERIALIZED VIEW</summary>
    MaterializedView,
    /// <summary>SCHEMA</summary>
    Schema,
    /// <summary>SEQUENCE</summary>
    Sequence,
    /// <summary>MACRO</summary>
    Macro,
    /// <summary>MACRO TABLE</summary>
    TableMacro,
    /// <summary>FUNCTION</summary>
    Function,
    /// <summary>TYPE</summary>
    Type,
    /// <summary>DOMAIN</summary>
    Domain,
    /// <summary>INDEX</summary>
    Index,
    /// <summary>COLUMN, in COMMENT ON; the last part of the name</summary>
    Column,
    /// <summary>DATABASE</summary>
    Database,
}

/// <summary>What happens to things that depend on what is dropped.</summary>
internal enum DropBehavior
{
    /// <summary>Not said; the same as RESTRICT.</summary>
    Default,
    /// <summary>RESTRICT: an error</summary>
    Restrict,
    /// <summary>CASCADE: dropped too</summary>
    Cascade,
}

/// <summary>What CREATE does when the name is taken.</summary>
internal enum CreateMode
{
    /// <summary>An error.</summary>
    Default,
    /// <summary>IF NOT EXISTS: nothing</summary>
    IfNotExists,
    /// <summary>OR REPLACE</summary>
    OrReplace,
}

/// <summary>
/// <c>name value</c> or <c>name = value</c> in an option list. Values: literals, names as <see cref="ColumnSyntax"/>
/// (<c>on</c>, <c>zstd</c>), lists as <see cref="RowSyntax"/>, <c>*</c>; null when only the name was written.
/// </summary>
internal sealed record OptionSyntax(Identifier Name, SyntaxExpression? Value) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Value];
}

/// <summary>BEGIN, START TRANSACTION.</summary>
internal sealed record BeginStatement(TransactionModes Modes) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>What a transaction can be told about itself; null where nothing was said.</summary>
internal sealed record TransactionModes(IsolationLevel? Isolation, bool? IsReadOnly, bool? IsDeferrable)
{
    /// <summary>Nothing was said.</summary>
    public static TransactionModes None { get; } = new(null, null, null);
}

/// <summary>The standard's isolation levels.</summary>
internal enum IsolationLevel
{
    /// <summary>READ UNCOMMITTED</summary>
    ReadUncommitted,
    /// <summary>READ COMMITTED</summary>
    ReadCommitted,
    /// <summary>REPEATABLE READ</summary>
    RepeatableRead,
    /// <summary>SNAPSHOT</summary>
    Snapshot,
    /// <summary>SERIALIZABLE</summary>
    Serializable,
}

/// <summary>COMMIT, END; AND CHAIN begins the next transaction at once.</summary>
internal sealed record CommitStatement(bool AndChain = false) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>ROLLBACK, ABORT; with a name, ROLLBACK TO SAVEPOINT.</summary>
internal sealed record RollbackStatement(bool AndChain = false, Identifier? Savepoint = null) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Savepoint];
}

/// <summary>SAVEPOINT name</summary>
internal sealed record SavepointStatement(Identifier Name) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary>RELEASE SAVEPOINT name</summary>
internal sealed record ReleaseSavepointStatement(Identifier Name) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary>SET TRANSACTION …, SET SESSION CHARACTERISTICS AS TRANSACTION …</summary>
internal sealed record SetTransactionStatement(TransactionModes Modes, bool IsForSession) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>How far a setting reaches.</summary>
internal enum SettingScope
{
    /// <summary>Not said; the session.</summary>
    Default,
    /// <summary>SESSION</summary>
    Session,
    /// <summary>LOCAL: until the transaction ends</summary>
    Local,
    /// <summary>GLOBAL: the whole database</summary>
    Global,
    /// <summary>VARIABLE: no setting, but a value that has a name</summary>
    Variable,
}

/// <summary>
/// <c>SET name = value, …</c>. <c>SET TIME ZONE x</c> sets <c>timezone</c>, <c>SET SCHEMA x</c> and <c>USE x</c>
/// <c>search_path</c>, <c>SET NAMES x</c> <c>client_encoding</c>. A bare word is a <see cref="ColumnSyntax"/>.
/// </summary>
/// <param name="Scope">How far it reaches.</param>
/// <param name="Name">The setting, folded: <c>timezone</c>, <c>extension.setting</c>.</param>
/// <param name="Values">The values; empty for DEFAULT.</param>
internal sealed record SetStatement(SettingScope Scope, string Name, SyntaxList<SyntaxExpression> Values) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Values];
}

/// <summary><c>SET VARIABLE name = expression</c>, read by <c>getvariable('name')</c>.</summary>
internal sealed record SetVariableStatement(Identifier Name, SyntaxExpression Value) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Value];
}

/// <summary><c>RESET name</c>, <c>RESET ALL</c> when the name is null.</summary>
internal sealed record ResetStatement(SettingScope Scope, string? Name) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>What SHOW shows.</summary>
internal enum ShowKind
{
    /// <summary>One setting; the name may also be a table's, which is then described.</summary>
    Setting,
    /// <summary>SHOW ALL: every setting</summary>
    AllSettings,
    /// <summary>SHOW TABLES [FROM schema]</summary>
    Tables,
    /// <summary>SHOW ALL TABLES</summary>
    AllTables,
    /// <summary>SHOW SCHEMAS</summary>
    Schemas,
    /// <summary>SHOW DATABASES</summary>
    Databases,
    /// <summary>SHOW VIEWS</summary>
    Views,
    /// <summary>SHOW FUNCTIONS</summary>
    Functions,
    /// <summary>SHOW COLUMNS FROM t</summary>
    Columns,
}

/// <summary>SHOW. The name is a setting's, a schema's or a table's, by kind.</summary>
internal sealed record ShowStatement(ShowKind Kind, QualifiedName? Name) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary>EXPLAIN [ANALYZE] [VERBOSE] or EXPLAIN (option, …): how a statement runs.</summary>
internal sealed record ExplainStatement(Statement Statement, SyntaxList<OptionSyntax> Options) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options, Statement];
}

/// <summary>EXPLAIN STORAGE t: encodings, bytes and zone sharpness of each column.</summary>
internal sealed record ExplainStorageStatement(QualifiedName Table, SyntaxList<OptionSyntax> Options = default)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options, Table];
}

/// <summary>EXPLAIN DISTRIBUTION t [BY hash(a)]: how rows spread over ranges and workers, now or if cut so.</summary>
internal sealed record ExplainDistributionStatement(
    QualifiedName Table, DistributionSyntax? Distribution, SyntaxList<OptionSyntax> Options = default) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options, Table, Distribution];
}

/// <summary>EXPLAIN FRAGMENTS query: which fragments on which workers a query reads.</summary>
internal sealed record ExplainFragmentsStatement(Statement Statement, SyntaxList<OptionSyntax> Options = default)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options, Statement];
}

/// <summary>DESCRIBE t, DESCRIBE query: names and types of the columns. A table is <c>SELECT * FROM t</c>.</summary>
internal sealed record DescribeStatement(Query Query) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query];
}

/// <summary>SUMMARIZE t, SUMMARIZE query: statistics of the columns. A table is <c>SELECT * FROM t</c>.</summary>
internal sealed record SummarizeStatement(Query Query) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Query];
}

/// <summary><c>PREPARE name (types) AS statement</c></summary>
internal sealed record PrepareStatement(Identifier Name, SyntaxList<TypeName> ParameterTypes, Statement Statement)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. ParameterTypes, Statement];
}

/// <summary><c>EXECUTE name (arguments)</c></summary>
internal sealed record ExecuteStatement(Identifier Name, SyntaxList<ArgumentSyntax> Arguments) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Arguments];
}

/// <summary><c>DEALLOCATE name</c>, <c>DEALLOCATE ALL</c> when the name is null.</summary>
internal sealed record DeallocateStatement(Identifier? Name) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary><c>CALL function(…)</c></summary>
internal sealed record CallStatement(CallSyntax Call) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Call];
}

/// <summary><c>DECLARE name [BINARY] [[NO] SCROLL] CURSOR [WITH HOLD] FOR query</c></summary>
internal sealed record DeclareCursorStatement(Identifier Name, Query Query) : Statement
{
    /// <summary>BINARY: values in their wire form</summary>
    public bool IsBinary { get; init; }

    /// <summary>SCROLL or NO SCROLL; null when not said.</summary>
    public bool? IsScroll { get; init; }

    /// <summary>WITH HOLD: lives on after the transaction</summary>
    public bool WithHold { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Query];
}

/// <summary><c>FETCH direction FROM cursor</c>; MOVE skips rows instead of returning them.</summary>
/// <param name="Cursor">The cursor.</param>
/// <param name="Direction">Which way, and from where.</param>
/// <param name="Count">How many rows, or which one; null for ALL.</param>
/// <param name="IsMove">True for MOVE.</param>
internal sealed record FetchStatement(Identifier Cursor, FetchDirection Direction, long? Count, bool IsMove)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Cursor];
}

/// <summary>Where FETCH goes. NEXT is FORWARD 1, PRIOR BACKWARD 1, FIRST ABSOLUTE 1, LAST ABSOLUTE -1.</summary>
internal enum FetchDirection
{
    /// <summary>FORWARD n</summary>
    Forward,
    /// <summary>BACKWARD n</summary>
    Backward,
    /// <summary>ABSOLUTE n</summary>
    Absolute,
    /// <summary>RELATIVE n</summary>
    Relative,
}

/// <summary><c>CLOSE cursor</c>, <c>CLOSE ALL</c> when the name is null.</summary>
internal sealed record CloseStatement(Identifier? Cursor) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Cursor];
}

/// <summary>GRANT, REVOKE. Roles are granted when there is no object kind.</summary>
/// <param name="IsRevoke">True for REVOKE.</param>
/// <param name="Privileges">The privileges or roles; empty for ALL.</param>
/// <param name="Kind">What the privileges are on; null when roles are granted.</param>
/// <param name="AllInSchema">True for ON ALL TABLES IN SCHEMA: the objects are schemas then.</param>
/// <param name="Objects">The objects.</param>
/// <param name="Grantees">The roles; PUBLIC is the name <c>public</c>.</param>
internal sealed record GrantStatement(
    bool IsRevoke, SyntaxList<PrivilegeSyntax> Privileges, ObjectKind? Kind, bool AllInSchema,
    SyntaxList<QualifiedName> Objects, SyntaxList<Identifier> Grantees) : Statement
{
    /// <summary>WITH GRANT OPTION, WITH ADMIN OPTION; of REVOKE, GRANT OPTION FOR.</summary>
    public bool GrantOption { get; init; }

    /// <summary>CASCADE or RESTRICT of REVOKE.</summary>
    public DropBehavior Behavior { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Privileges, .. Objects, .. Grantees];
}

/// <summary><c>SELECT (column, …)</c> in GRANT and REVOKE; the name of a role where roles are granted.</summary>
internal sealed record PrivilegeSyntax(Identifier Name, SyntaxList<Identifier> Columns) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns];
}

/// <summary><c>VACUUM [FULL] [ANALYZE] [t (columns), …]</c>: rewrites small and half-deleted segments.</summary>
internal sealed record VacuumStatement(SyntaxList<OptionSyntax> Options, SyntaxList<MaintenanceTarget> Targets)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options, .. Targets];
}

/// <summary><c>ANALYZE [t (columns), …]</c>: computes statistics.</summary>
internal sealed record AnalyzeStatement(SyntaxList<OptionSyntax> Options, SyntaxList<MaintenanceTarget> Targets)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options, .. Targets];
}

/// <summary>A table of VACUUM or ANALYZE, perhaps only some of its columns.</summary>
internal sealed record MaintenanceTarget(QualifiedName Table, SyntaxList<Identifier> Columns) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Table, .. Columns];
}

/// <summary>CHECKPOINT: seals journals and shortens logs.</summary>
internal sealed record CheckpointStatement : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary><c>EXPORT DATABASE 'folder' (option, …)</c>: everything as SQL and files of an open format.</summary>
internal sealed record ExportDatabaseStatement(string Path, SyntaxList<OptionSyntax> Options) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options];
}

/// <summary><c>IMPORT DATABASE 'folder'</c>: what EXPORT wrote.</summary>
internal sealed record ImportDatabaseStatement(string Path) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary><c>BACKUP [DATABASE] TO 'folder' (option, …)</c>: a copy that opens as it is.</summary>
internal sealed record BackupStatement(string Path, SyntaxList<OptionSyntax> Options) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options];
}

/// <summary>What DISCARD forgets.</summary>
internal enum DiscardKind
{
    /// <summary>ALL</summary>
    All,
    /// <summary>PLANS</summary>
    Plans,
    /// <summary>SEQUENCES</summary>
    Sequences,
    /// <summary>TEMP, TEMPORARY</summary>
    Temporary,
}

/// <summary>DISCARD: gives a pooled session back as new.</summary>
internal sealed record DiscardStatement(DiscardKind Kind) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>LISTEN, UNLISTEN and NOTIFY, which connection pools send.</summary>
/// <param name="Kind">Which one.</param>
/// <param name="Channel">The channel; null for <c>UNLISTEN *</c>.</param>
/// <param name="Payload">What NOTIFY says.</param>
internal sealed record NotificationStatement(NotificationKind Kind, Identifier? Channel, string? Payload = null)
    : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Channel];
}

/// <summary>The three statements about notifications.</summary>
internal enum NotificationKind
{
    /// <summary>LISTEN</summary>
    Listen,
    /// <summary>UNLISTEN</summary>
    Unlisten,
    /// <summary>NOTIFY</summary>
    Notify,
}

/// <summary><c>LOCK [TABLE] t, … [IN mode MODE] [NOWAIT]</c></summary>
internal sealed record LockStatement(SyntaxList<QualifiedName> Tables, string? Mode, bool NoWait) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Tables];
}

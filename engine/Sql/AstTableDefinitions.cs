namespace ColFrag.Engine.Sql;

/// <summary><c>CREATE TABLE t (columns and constraints) options</c></summary>
internal sealed record CreateTableStatement(QualifiedName Name, SyntaxList<TableElement> Elements) : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>TEMPORARY: lives as long as the session</summary>
    public bool IsTemporary { get; init; }

    /// <summary>How the table is cut, ordered and stored.</summary>
    public TableOptionsSyntax? Options { get; init; }

    /// <summary>ON COMMIT, of temporary tables.</summary>
    public OnCommit OnCommit { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Elements, Options];
}

/// <summary>What happens to the rows of a temporary table when a transaction ends.</summary>
internal enum OnCommit
{
    /// <summary>Not said; they stay.</summary>
    Default,
    /// <summary>PRESERVE ROWS</summary>
    PreserveRows,
    /// <summary>DELETE ROWS</summary>
    DeleteRows,
    /// <summary>DROP</summary>
    Drop,
}

/// <summary><c>CREATE TABLE t (names) options AS query [WITH NO DATA]</c>; also <c>SELECT … INTO t …</c></summary>
internal sealed record CreateTableAsStatement(QualifiedName Name, SyntaxList<Identifier> Columns, Query Query)
    : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>TEMPORARY: lives as long as the session</summary>
    public bool IsTemporary { get; init; }

    /// <summary>How the table is cut, ordered and stored.</summary>
    public TableOptionsSyntax? Options { get; init; }

    /// <summary>ON COMMIT, of temporary tables.</summary>
    public OnCommit OnCommit { get; init; }

    /// <summary>WITH NO DATA: the columns only</summary>
    public bool WithNoData { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns, Options, Query];
}

/// <summary><c>CREATE TABLE t CLONE source [AS OF VERSION n]</c>: shares the source's segments.</summary>
internal sealed record CreateTableCloneStatement(QualifiedName Name, QualifiedName Source, AsOfClause? AsOf)
    : Statement
{
    /// <summary>IF NOT EXISTS, OR REPLACE.</summary>
    public CreateMode Mode { get; init; }

    /// <summary>TEMPORARY: lives as long as the session</summary>
    public bool IsTemporary { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Source, AsOf];
}

/// <summary>Something between the parentheses of CREATE TABLE.</summary>
internal abstract record TableElement : SyntaxNode;

/// <summary><c>name type constraints</c>; only a generated column may go without a type.</summary>
internal sealed record ColumnDefinition(
    Identifier Name, TypeName? Type, SyntaxList<ConstraintSyntax> Constraints = default) : TableElement
{
    /// <summary>COLLATE</summary>
    public QualifiedName? Collation { get; init; }

    /// <summary>COMPRESSION or USING COMPRESSION: the name of an encoding to prefer</summary>
    public Identifier? Compression { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Type, Collation, Compression, .. Constraints];
}

/// <summary>A constraint of the table: PRIMARY KEY, UNIQUE, CHECK or FOREIGN KEY, with its columns.</summary>
internal sealed record TableConstraint(ConstraintSyntax Constraint) : TableElement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Constraint];
}

/// <summary><c>LIKE t INCLUDING ALL</c>: the columns of another table</summary>
/// <param name="Table">The other table.</param>
/// <param name="Including">What else is copied, folded: <c>defaults</c>, <c>constraints</c>, <c>all</c>.</param>
/// <param name="Excluding">What is not.</param>
internal sealed record LikeElement(
    QualifiedName Table, SyntaxList<string> Including = default, SyntaxList<string> Excluding = default) : TableElement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Table];
}

/// <summary>A rule about a column or table. On a column, lists of the table's columns are empty.</summary>
internal abstract record ConstraintSyntax : SyntaxNode
{
    /// <summary><c>CONSTRAINT name</c></summary>
    public Identifier? Name { get; init; }
}

/// <summary>NOT NULL; NULL when it is allowed explicitly.</summary>
internal sealed record NotNullConstraint(bool IsNullAllowed = false) : ConstraintSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name];
}

/// <summary><c>DEFAULT expression</c></summary>
internal sealed record DefaultConstraint(SyntaxExpression Value) : ConstraintSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Value];
}

/// <summary><c>CHECK (condition)</c></summary>
internal sealed record CheckConstraint(SyntaxExpression Condition) : ConstraintSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Condition];
}

/// <summary><c>PRIMARY KEY (columns)</c>, <c>UNIQUE [NULLS NOT DISTINCT] (columns)</c></summary>
internal sealed record UniqueConstraint(
    SyntaxList<Identifier> Columns, bool IsPrimaryKey, bool NullsNotDistinct = false) : ConstraintSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns];
}

/// <summary><c>FOREIGN KEY (columns) REFERENCES t (columns)</c></summary>
internal sealed record ForeignKeyConstraint(
    SyntaxList<Identifier> Columns, QualifiedName Table, SyntaxList<Identifier> ReferencedColumns) : ConstraintSyntax
{
    /// <summary>ON DELETE</summary>
    public ReferentialAction OnDelete { get; init; }

    /// <summary>ON UPDATE</summary>
    public ReferentialAction OnUpdate { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Columns, Table, .. ReferencedColumns];
}

/// <summary>What happens to rows that refer to a row that goes or changes.</summary>
internal enum ReferentialAction
{
    /// <summary>Not said; the same as NO ACTION.</summary>
    Default,
    /// <summary>NO ACTION</summary>
    NoAction,
    /// <summary>RESTRICT</summary>
    Restrict,
    /// <summary>CASCADE</summary>
    Cascade,
    /// <summary>SET NULL</summary>
    SetNull,
    /// <summary>SET DEFAULT</summary>
    SetDefault,
}

/// <summary><c>GENERATED ALWAYS AS (expression) STORED</c> or VIRTUAL; virtual when not said.</summary>
internal sealed record GeneratedConstraint(SyntaxExpression Expression, bool IsStored) : ConstraintSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Expression];
}

/// <summary><c>GENERATED {ALWAYS | BY DEFAULT} AS IDENTITY (sequence options)</c></summary>
internal sealed record IdentityConstraint(bool IsAlways, SequenceOptions? Options) : ConstraintSyntax
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, Options];
}

/// <summary>
/// How a table is cut, ordered and stored: <c>WITH (distributed_by = …, order_by = (…), column_groups = (…), …)</c>
/// and the clauses <c>DISTRIBUTED BY …</c> and <c>ORDER BY (…)</c>, which mean the same.
/// </summary>
internal sealed record TableOptionsSyntax : SyntaxNode
{
    /// <summary>The horizontal cut; null when not said.</summary>
    public DistributionSyntax? Distribution { get; init; }

    /// <summary>Order of the rows inside a segment.</summary>
    public SyntaxList<OrderItem> OrderBy { get; init; }

    /// <summary>The vertical cut; columns in no group form one more.</summary>
    public SyntaxList<ColumnGroupSyntax> ColumnGroups { get; init; }

    /// <summary>The rest: <c>replicas</c>, <c>ranges</c>, <c>compression</c>, <c>bloom</c>, …</summary>
    public SyntaxList<OptionSyntax> Settings { get; init; }

    /// <inheritdoc/>
    public override SyntaxChildren Children => [Distribution, .. OrderBy, .. ColumnGroups, .. Settings];
}

/// <summary><c>hash(a, b)</c>, <c>range(a)</c>, <c>round robin</c>, <c>broadcast</c></summary>
internal sealed record DistributionSyntax(DistributionKind Kind, SyntaxList<Identifier> Columns = default) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns];
}

/// <summary>The ways to cut a table horizontally.</summary>
internal enum DistributionKind
{
    /// <summary>By a hash of columns.</summary>
    Hash,
    /// <summary>By runs of rows, in turn.</summary>
    RoundRobin,
    /// <summary>By the order of a column.</summary>
    Range,
    /// <summary>Not cut: a copy everywhere.</summary>
    Broadcast,
}

/// <summary>Columns that are stored together: <c>(a, b)</c></summary>
internal sealed record ColumnGroupSyntax(SyntaxList<Identifier> Columns) : SyntaxNode
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Columns];
}

/// <summary><c>ALTER TABLE t action, …</c> and the same for views, sequences, schemas, types and functions.</summary>
/// <param name="Kind">What is altered.</param>
/// <param name="Name">Its name.</param>
/// <param name="IfExists">True when it may be missing.</param>
/// <param name="Actions">What is done to it, in turn.</param>
internal sealed record AlterStatement(
    ObjectKind Kind, QualifiedName Name, bool IfExists, SyntaxList<AlterAction> Actions) : Statement
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Name, .. Actions];
}

/// <summary>One action of ALTER.</summary>
internal abstract record AlterAction : SyntaxNode;

/// <summary>ADD [COLUMN] [IF NOT EXISTS] definition</summary>
internal sealed record AddColumnAction(ColumnDefinition Column, bool IfNotExists) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column];
}

/// <summary>DROP [COLUMN] [IF EXISTS] name</summary>
internal sealed record DropColumnAction(Identifier Column, bool IfExists, DropBehavior Behavior) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column];
}

/// <summary>RENAME [COLUMN] a TO b</summary>
internal sealed record RenameColumnAction(Identifier Column, Identifier NewName) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column, NewName];
}

/// <summary>RENAME TO name</summary>
internal sealed record RenameAction(Identifier NewName) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [NewName];
}

/// <summary>RENAME CONSTRAINT a TO b</summary>
internal sealed record RenameConstraintAction(Identifier Constraint, Identifier NewName) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Constraint, NewName];
}

/// <summary>SET SCHEMA name</summary>
internal sealed record SetSchemaAction(Identifier Schema) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Schema];
}

/// <summary>OWNER TO role</summary>
internal sealed record OwnerAction(Identifier Owner) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Owner];
}

/// <summary>ALTER [COLUMN] name [SET DATA] TYPE type [USING expression]</summary>
internal sealed record ColumnTypeAction(
    Identifier Column, TypeName Type, QualifiedName? Collation, SyntaxExpression? Using) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column, Type, Collation, Using];
}

/// <summary>ALTER [COLUMN] name SET DEFAULT value; DROP DEFAULT when null.</summary>
internal sealed record ColumnDefaultAction(Identifier Column, SyntaxExpression? Value) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column, Value];
}

/// <summary>ALTER [COLUMN] name {SET | DROP} NOT NULL</summary>
internal sealed record ColumnNotNullAction(Identifier Column, bool IsNotNull) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column];
}

/// <summary>ALTER [COLUMN] name DROP EXPRESSION: a generated column becomes an ordinary one</summary>
internal sealed record ColumnDropExpressionAction(Identifier Column, bool IfExists) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column];
}

/// <summary>ADD constraint [NOT VALID]</summary>
internal sealed record AddConstraintAction(ConstraintSyntax Constraint, bool IsNotValid = false) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Constraint];
}

/// <summary>DROP CONSTRAINT [IF EXISTS] name</summary>
internal sealed record DropConstraintAction(Identifier Constraint, bool IfExists, DropBehavior Behavior) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Constraint];
}

/// <summary>SET (option = value, …), SET DISTRIBUTED BY …, SET ORDER BY (…)</summary>
internal sealed record SetOptionsAction(TableOptionsSyntax Options) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Options];
}

/// <summary>RESET (option, …)</summary>
internal sealed record ResetOptionsAction(SyntaxList<Identifier> Options) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [.. Options];
}

/// <summary>ADD VALUE [IF NOT EXISTS] 'a' [BEFORE | AFTER 'b'], of an enum type</summary>
internal sealed record AddEnumValueAction(string Value, bool IfNotExists, string? Neighbor, bool IsAfter) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>RENAME VALUE 'a' TO 'b', of an enum type</summary>
internal sealed record RenameEnumValueAction(string Value, string NewValue) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [];
}

/// <summary>New options of a sequence.</summary>
internal sealed record SequenceOptionsAction(SequenceOptions Options) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Options];
}

/// <summary>ALTER [COLUMN] name ADD GENERATED … AS IDENTITY, SET GENERATED …, RESTART, DROP IDENTITY</summary>
/// <param name="Column">The column.</param>
/// <param name="Added">The identity to add; null for the other forms.</param>
/// <param name="IsAlways">SET GENERATED ALWAYS or BY DEFAULT; null where it stays.</param>
/// <param name="Options">Options of the sequence to change; null for none.</param>
/// <param name="IsDropped">DROP IDENTITY</param>
/// <param name="IfExists">DROP IDENTITY IF EXISTS</param>
internal sealed record ColumnIdentityAction(
    Identifier Column, IdentityConstraint? Added, bool? IsAlways, SequenceOptions? Options, bool IsDropped = false,
    bool IfExists = false) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Column, Added, Options];
}

/// <summary>VALIDATE CONSTRAINT name</summary>
internal sealed record ValidateConstraintAction(Identifier Constraint) : AlterAction
{
    /// <inheritdoc/>
    public override SyntaxChildren Children => [Constraint];
}

using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>A statement whose names and types are resolved: what the database executes.</summary>
internal abstract record BoundStatement
{
    /// <summary>Types of $1, $2, … as far as their contexts decided.</summary>
    public PlanList<LogicalType> ParameterTypes { get; init; }

    /// <summary>Remarks for the user.</summary>
    public PlanList<string> Notices { get; init; }

    /// <summary>The changes of its WITH queries, which run before it, in order.</summary>
    public PlanList<InnerChange> Changes { get; init; }
}

/// <summary>
/// A change in a WITH query. All changes of a statement, and the statement, see the tables as they were before it; what
/// one says to the others are the rows that it returns.
/// </summary>
/// <param name="Change">The change.</param>
/// <param name="Rows">What it returned, once it ran.</param>
internal sealed record InnerChange(BoundQuery Change, List<Value[]> Rows);

/// <summary>The statements that run a plan.</summary>
internal enum PlanKind : byte
{
    /// <summary>SELECT and the like.</summary>
    Select,
    /// <summary>INSERT</summary>
    Insert,
    /// <summary>UPDATE</summary>
    Update,
    /// <summary>DELETE</summary>
    Delete,
    /// <summary>MERGE</summary>
    Merge,
    /// <summary>COPY FROM</summary>
    Copy,
}

/// <summary>A statement that runs a plan.</summary>
/// <param name="Kind">What the command tag says.</param>
/// <param name="Plan">The plan, not optimized; its output is the result.</param>
internal sealed record BoundQuery(PlanKind Kind, LogicalNode Plan) : BoundStatement
{
    /// <summary>
    /// True when the output is shown: queries, and changes with RETURNING. Else it is one row with a count.
    /// </summary>
    public bool ReturnsRows { get; init; } = true;

    /// <summary>Columns of the result.</summary>
    public Schema Schema => Plan.Schema;
}

/// <summary>EXPLAIN.</summary>
internal sealed record BoundExplain(BoundStatement Statement, bool IsAnalyze, ExplainFormat Format) : BoundStatement
{
    /// <summary>True when every column and expression is shown.</summary>
    public bool IsVerbose { get; init; }
}

/// <summary>How EXPLAIN prints.</summary>
internal enum ExplainFormat : byte
{
    /// <summary>Indented lines.</summary>
    Text,
    /// <summary>One JSON value.</summary>
    Json,
}

/// <summary>CREATE TABLE, from columns or from a query.</summary>
internal sealed record BoundCreateTable(TableDescription Table, CreateMode Mode, OnCommit OnCommit) : BoundStatement
{
    /// <summary>
    /// The rows of CREATE TABLE AS; null without, or with NO DATA. Its columns are the table's, in order.
    /// </summary>
    public LogicalNode? Source { get; init; }
}

/// <summary>A table to be made. Columns are named by their position.</summary>
internal sealed record TableDescription(string SchemaName, string Name, PlanList<PlanTableColumn> Columns)
{
    /// <summary>How rows are cut.</summary>
    public DistributionKind Distribution { get; init; } = DistributionKind.RoundRobin;

    /// <summary>Columns of the cut, for hash and range.</summary>
    public PlanList<int> DistributedBy { get; init; }

    /// <summary>Order of rows inside a segment.</summary>
    public PlanList<DescribedOrder> OrderBy { get; init; }

    /// <summary>The vertical cut; columns in no group form one more.</summary>
    public PlanList<PlanList<int>> ColumnGroups { get; init; }

    /// <summary>Columns of the primary key; empty for none.</summary>
    public PlanList<int> PrimaryKey { get; init; }

    /// <summary>Other unique sets of columns.</summary>
    public PlanList<PlanList<int>> UniqueKeys { get; init; }

    /// <summary>The name that was given to the primary key; null for none.</summary>
    public string? PrimaryKeyName { get; init; }

    /// <summary>Names that were given to the unique sets, empty for none.</summary>
    public PlanList<string> UniqueKeyNames { get; init; }

    /// <summary>CHECK constraints by name, as SQL.</summary>
    public PlanList<DescribedCheck> Checks { get; init; }

    /// <summary>replicas; null when not said.</summary>
    public int? Replicas { get; init; }

    /// <summary>ranges; null when not said.</summary>
    public int? Ranges { get; init; }

    /// <summary>compression, by name; null when not said.</summary>
    public string? Compression { get; init; }

    /// <summary>How long versions stay readable; null when not said.</summary>
    public TimeSpan? Retention { get; init; }

    /// <summary>Over how many positions the rows of each key are spread; 0 for one.</summary>
    public int Salt { get; init; }

    /// <summary>Columns with bloom filters.</summary>
    public PlanList<int> BloomColumns { get; init; }

    /// <summary>Other settings as written.</summary>
    public PlanList<DescribedSetting> Settings { get; init; }
}

/// <summary>A column of a table's order.</summary>
internal sealed record DescribedOrder(int Column, bool IsDescending, bool NullsFirst);

/// <summary>A CHECK constraint to be made.</summary>
internal sealed record DescribedCheck(string Name, string Sql);

/// <summary>A setting of WITH (…) by name.</summary>
internal sealed record DescribedSetting(string Name, Value Value, int Position);

/// <summary>CREATE VIEW.</summary>
/// <param name="SchemaName">Its schema.</param>
/// <param name="Name">Its name.</param>
/// <param name="Columns">Names given to its columns; empty for the query's.</param>
/// <param name="Sql">The query as SQL.</param>
/// <param name="Schema">The columns that it has now.</param>
internal sealed record BoundCreateView(
    string SchemaName, string Name, PlanList<string> Columns, string Sql, Schema Schema) : BoundStatement
{
    public CreateMode Mode { get; init; }
}

/// <summary>COPY FROM: the database opens the source with the options and gets the plan from the copy plan.</summary>
/// <param name="Table">The table.</param>
/// <param name="TableColumns">Positions of the columns that the file has, in the file's order.</param>
/// <param name="Paths">The files; empty for the client's stream.</param>
/// <param name="Options">Format and its details, by lower-case name.</param>
/// <param name="Where">The WHERE as written; null without.</param>
internal sealed record BoundCopyFrom(
    IPlanTable Table, PlanList<int> TableColumns, PlanList<string> Paths, PlanList<DescribedSetting> Options,
    SyntaxExpression? Where) : BoundStatement
{
    /// <summary>The columns that the file has, as the source should read them.</summary>
    public Schema TargetSchema =>
        new(TableColumns.Select(i => new Field(Table.Columns[i].Name, Table.Columns[i].Type)));
}

/// <summary>COPY TO.</summary>
/// <param name="Query">The rows.</param>
/// <param name="Path">The file; null for the client's stream.</param>
/// <param name="Options">Format and its details, by lower-case name.</param>
internal sealed record BoundCopyTo(LogicalNode Query, string? Path, PlanList<DescribedSetting> Options)
    : BoundStatement;

/// <summary>TRUNCATE.</summary>
internal sealed record BoundTruncate(PlanList<IPlanTable> Tables, bool RestartsIdentity) : BoundStatement;

/// <summary>
/// A statement that has no expressions over data, left as it was parsed: transactions, SET and SHOW, CREATE SCHEMA,
/// DROP, ALTER, GRANT, VACUUM and the like. The database executes it as it stands.
/// </summary>
internal sealed record BoundUtility(Statement Statement) : BoundStatement;

using ColFrag.Engine.Types;

namespace ColFrag.Engine.Plan;

/// <summary>
/// A table as planning sees it: one version of one table, resolved in the statement's snapshot. The catalog makes
/// these; the executor knows the type behind.
/// </summary>
internal interface IPlanTable
{
    string SchemaName { get; }

    string Name { get; }

    /// <summary>The columns in order; a plan names a column by its position here.</summary>
    IReadOnlyList<PlanTableColumn> Columns { get; }

    /// <summary>Sets of columns in which no two rows are equal; a primary key comes first.</summary>
    IReadOnlyList<IReadOnlyList<int>> UniqueKeys { get; }

    /// <summary>Conditions of CHECK by name, as SQL over the columns.</summary>
    IReadOnlyList<(string Name, string Sql)> Checks { get; }

    /// <summary>Columns by which the rows of a segment are sorted, in order; empty for arrival.</summary>
    IReadOnlyList<int> OrderedBy { get; }

    /// <summary>What is known about the data.</summary>
    TableStatistics Statistics { get; }

    /// <summary>False for system tables and files.</summary>
    bool IsWritable { get; }
}

/// <summary>A column of a table.</summary>
/// <param name="Name">The name, case kept.</param>
/// <param name="Type">The type.</param>
/// <param name="IsNullable">False when NULL is refused.</param>
internal sealed record PlanTableColumn(string Name, LogicalType Type, bool IsNullable)
{
    /// <summary>
    /// The column number of a row's identity: a BIGINT by which UPDATE and DELETE find the row again.
    /// </summary>
    public const int RowId = -1;

    /// <summary>DEFAULT as SQL; null for none.</summary>
    public string? DefaultSql { get; init; }

    /// <summary>GENERATED ALWAYS AS, as SQL over the other columns; null for a plain column.</summary>
    public string? GeneratedSql { get; init; }

    /// <summary>A collation other than byte order; else null.</summary>
    public string? Collation { get; init; }
}

/// <summary>What is known about a table's data; estimates, never used for answers.</summary>
/// <param name="RowCount">Number of rows, or a guess for files.</param>
internal sealed record TableStatistics(double RowCount)
{
    /// <summary>Per column, in the order of the table; null where nothing is known.</summary>
    public IReadOnlyList<ColumnStatistics?> Columns { get; init; } = [];

    /// <summary>What is known of one column.</summary>
    public ColumnStatistics? this[int column] => column >= 0 && column < Columns.Count ? Columns[column] : null;
}

/// <summary>What is known about a column's data.</summary>
/// <param name="DistinctCount">Number of different values; 0 where unknown.</param>
/// <param name="NullFraction">Share of NULLs, 0 to 1.</param>
/// <param name="Min">A value not above the smallest; null where unknown.</param>
/// <param name="Max">A value not below the largest; null where unknown.</param>
internal sealed record ColumnStatistics(double DistinctCount, double NullFraction, Value? Min, Value? Max)
{
    /// <summary>Mean bytes of a value in flight.</summary>
    public double AverageBytes { get; init; } = 8;
}

/// <summary>
/// Rows from somewhere else than a table: a file read by read_csv or read_parquet, a system view, a remote scan. Bound
/// once with its arguments; the executor knows the type behind.
/// </summary>
internal interface IPlanSource
{
    /// <summary>For people: <c>read_csv('x.csv')</c>.</summary>
    string Description { get; }

    /// <summary>The columns in order; a plan names a column by its position here.</summary>
    Schema Schema { get; }

    /// <summary>An estimate of the number of rows.</summary>
    double EstimatedRows { get; }
}

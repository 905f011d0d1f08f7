using ColFrag.Engine.Catalog;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Statistics;
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

    /// <summary>True when the first of <see cref="UniqueKeys"/> is a primary key.</summary>
    bool HasPrimaryKey { get; }

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

    /// <summary>A general compression on top of the encodings, by name; empty for the table's.</summary>
    public string Compression { get; init; } = "";

    /// <summary>The most characters of a text; 0 for any number.</summary>
    public int MaxLength { get; init; }

    /// <summary>True for CHAR, whose spaces at the end count for nothing.</summary>
    public bool IsBlankPadded { get; init; }

    /// <summary>Who gives its values.</summary>
    public IdentityKind Identity { get; init; }

    /// <summary>The sequence that is to be made with the column; null for none.</summary>
    public SequenceDefinition? NewSequence { get; init; }

    /// <summary>The type as a definition of the table says it.</summary>
    public string TypeText => TextLimit.Describe(Type, MaxLength, IsBlankPadded);
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
/// <param name="Bounds">Keys (see ZoneKey) between which all values lie, both in; null where unknown.</param>
/// <param name="Histogram">How the values lie; null where unknown.</param>
internal sealed record ColumnStatistics(
    double DistinctCount, double NullFraction, (Int128 Min, Int128 Max)? Bounds, Histogram? Histogram)
{
    // From this share of different values on a column is taken for one that has as many as there are rows.
    private const double UniqueShare = 0.9;

    /// <summary>What a summary of most rows of a column says of all.</summary>
    /// <param name="summary">The summary.</param>
    /// <param name="type">The column's type.</param>
    /// <param name="rows">Rows of the table.</param>
    public static ColumnStatistics Of(ColumnSummary summary, LogicalType type, double rows)
    {
        double values = summary.RowCount - summary.NullCount;
        double distinct = summary.DistinctCount;
        if (distinct > values * UniqueShare) distinct *= rows / summary.RowCount;
        bool hasBounds = ZoneKey.Exists(type) && summary.Bounds.Min <= summary.Bounds.Max;
        return new ColumnStatistics(
            Math.Max(1, distinct), (double)summary.NullCount / summary.RowCount, hasBounds ? summary.Bounds : null,
            summary.Histogram.Bounds.IsEmpty ? null : summary.Histogram);
    }
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

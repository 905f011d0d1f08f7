using ColFrag.Engine.Catalog;
using ColFrag.Engine.Statistics;
using ColFrag.Engine.Store;

namespace ColFrag.Engine.Plan;

/// <summary>A table of the store as planning sees it: one version, with what the own transaction changed.</summary>
internal sealed record StoredTable : IPlanTable
{
    private readonly Lazy<TableStatistics> _statistics;

    public StoredTable(TableSnapshot snapshot, string schemaName, string name)
    {
        Snapshot = snapshot;
        SchemaName = schemaName;
        Name = name;
        TableDefinition definition = snapshot.Definition;
        Columns =
        [
            .. definition.Columns.Select(c => new PlanTableColumn(c.Name, c.Type, c.IsNullable)
            {
                DefaultSql = c.DefaultSql, GeneratedSql = c.GeneratedSql, Collation = c.Collation,
                MaxLength = c.MaxLength, IsBlankPadded = c.IsBlankPadded, Identity = c.Identity,
                Compression = c.Compression,
            }),
        ];
        UniqueKeys =
        [
            .. definition.PrimaryKey.IsEmpty ? (IReadOnlyList<int>[])[] : [Positions(definition.PrimaryKey)],
            .. definition.UniqueKeys.Select(k => Positions(k)),
        ];
        Checks = [.. definition.Checks.Select(c => (c.Name, c.Sql))];
        OrderedBy = Positions([.. definition.OrderBy.Select(o => o.ColumnId)]);
        _statistics = new Lazy<TableStatistics>(ReadStatistics);
    }

    /// <summary>Its segments and rows.</summary>
    public TableSnapshot Snapshot { get; }

    public string SchemaName { get; }

    public string Name { get; }

    public IReadOnlyList<PlanTableColumn> Columns { get; }

    public IReadOnlyList<IReadOnlyList<int>> UniqueKeys { get; }

    public bool HasPrimaryKey => !Snapshot.Definition.PrimaryKey.IsEmpty;

    public IReadOnlyList<(string Name, string Sql)> Checks { get; }

    public IReadOnlyList<int> OrderedBy { get; }

    public TableStatistics Statistics => _statistics.Value;

    public bool IsWritable => Snapshot.Definition.ViewSql is null;

    /// <summary>Two are equal when they are the same version seen by the same transaction.</summary>
    public bool Equals(StoredTable? other) => other is not null && ReferenceEquals(Snapshot, other.Snapshot);

    public override int GetHashCode() => Snapshot.TableId.GetHashCode();

    private TableStatistics ReadStatistics()
    {
        double rows = Snapshot.RowCount;
        if (Snapshot.Summarize() is not { RowCount: > 0 } summary) return new TableStatistics(rows);
        return new TableStatistics(rows)
        {
            Columns = [.. Snapshot.Definition.Columns.Select(
                c => summary.Columns.TryGetValue(c.Id, out ColumnSummary? column) && column.RowCount > 0
                    ? ColumnStatistics.Of(column, c.Type, rows) : null)],
        };
    }

    private int[] Positions(IReadOnlyList<int> columnIds) => [.. columnIds.Select(Snapshot.Definition.IndexOf)];
}

using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>The statement that makes a table as it is.</summary>
internal static class TableSql
{
    /// <summary>CREATE TABLE with its columns, constraints and options.</summary>
    /// <param name="name">The name as SQL.</param>
    /// <param name="table">The table.</param>
    /// <param name="rangeCount">Its hash ranges.</param>
    public static string Write(string name, TableDefinition table, int rangeCount)
    {
        IEnumerable<string> elements = table.Columns.Select(ColumnSql).Concat(ConstraintsOf(table));
        return $"CREATE TABLE {name} (\n    {string.Join(",\n    ", elements)}\n)\n" +
            $"WITH ({string.Join(", ", OptionsOf(table, rangeCount))})";
    }

    /// <summary>The columns that rows are written with: those that are not worked out from others.</summary>
    public static string WrittenColumns(TableDefinition table) => string.Join(
        ", ", table.Columns.Where(c => c.GeneratedSql is null).Select(c => SqlNames.Write(c.Name)));

    private static string ColumnSql(TableColumn column)
    {
        string sql = $"{SqlNames.Write(column.Name)} {column.Type}";
        if (column.Collation is { } collation) sql += $" COLLATE {SqlNames.Quote(collation)}";
        if (!column.IsNullable) sql += " NOT NULL";
        if (column.DefaultSql is { } value) sql += $" DEFAULT {value}";
        return column.GeneratedSql is { } generated ? $"{sql} GENERATED ALWAYS AS ({generated}) STORED" : sql;
    }

    private static IEnumerable<string> ConstraintsOf(TableDefinition table)
    {
        if (!table.PrimaryKey.IsEmpty) yield return $"PRIMARY KEY {Names(table, table.PrimaryKey)}";
        foreach (IEnumerable<int> key in table.UniqueKeys) yield return $"UNIQUE {Names(table, key)}";
        foreach (Catalog.CheckConstraint check in table.Checks)
        {
            yield return $"CONSTRAINT {SqlNames.Write(check.Name)} CHECK ({check.Sql})";
        }
    }

    private static IEnumerable<string> OptionsOf(TableDefinition table, int rangeCount)
    {
        yield return "distributed_by = " + table.Scheme.Kind switch
        {
            Distribution.Hash => "hash" + Names(table, table.Scheme.ColumnIds),
            Distribution.Range => "range" + Names(table, table.Scheme.ColumnIds),
            Distribution.Broadcast => "broadcast",
            _ => "round_robin",
        };
        if (!table.OrderBy.IsEmpty) yield return $"order_by = ({string.Join(", ", table.OrderBy.Select(OrderSql))})";
        if (table.Groups.Length > 1)
        {
            IEnumerable<string> groups = table.Groups.Select(g => Names(
                table, table.Columns.Where(c => c.Group == g).Select(c => c.Id)));
            yield return $"column_groups = ({string.Join(", ", groups)})";
        }
        yield return string.Create(CultureInfo.InvariantCulture, $"ranges = {rangeCount}");
        yield return string.Create(CultureInfo.InvariantCulture, $"replicas = {table.Replicas}");
        if (table.Compression.Length > 0) yield return $"compression = {table.Compression}";
        if (!table.BloomColumns.IsEmpty) yield return $"bloom = {Names(table, table.BloomColumns)}";
        foreach ((string option, string value) in table.Options)
        {
            yield return $"{option} = {SqlNames.QuoteString(value)}";
        }

        string OrderSql(OrderColumn order) => NameOf(table, order.ColumnId) +
            (order.Descending ? " DESC" : " ASC") + (order.NullsFirst ? " NULLS FIRST" : " NULLS LAST");
    }

    private static string Names(TableDefinition table, IEnumerable<int> ids) =>
        $"({string.Join(", ", ids.Select(id => NameOf(table, id)))})";

    private static string NameOf(TableDefinition table, int id) =>
        SqlNames.Write(table.Columns[table.IndexOf(id)].Name);
}

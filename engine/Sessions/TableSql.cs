using System.Globalization;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions;

/// <summary>The statement that makes a table as it is.</summary>
internal static class TableSql
{
    /// <summary>CREATE TABLE with its columns, constraints and options.</summary>
    /// <param name="name">The name as SQL.</param>
    /// <param name="table">The table.</param>
    /// <param name="rangeCount">Its hash ranges.</param>
    /// <param name="nameOf">The name, as SQL, of a sequence that a default uses.</param>
    /// <param name="identityOf">The sequence of an identity column by its number; null for other columns.</param>
    public static string Write(
        string name, TableDefinition table, int rangeCount, Func<long, string?> nameOf,
        Func<int, SequenceDefinition?> identityOf)
    {
        IEnumerable<string> elements =
            table.Columns.Select(c => ColumnSql(c, nameOf, identityOf(c.Id))).Concat(ConstraintsOf(table));
        return $"CREATE TABLE {name} (\n    {string.Join(",\n    ", elements)}\n)\n" +
            $"WITH ({string.Join(", ", OptionsOf(table, rangeCount))})";
    }

    /// <summary>The columns that rows are written with: those that are not worked out from others.</summary>
    public static string WrittenColumns(TableDefinition table) => string.Join(
        ", ", table.Columns.Where(c => c.GeneratedSql is null).Select(c => SqlNames.Write(c.Name)));

    private static string ColumnSql(
        TableColumn column, Func<long, string?> nameOf, SequenceDefinition? identity)
    {
        string type = TextLimit.Describe(column.Type, column.MaxLength, column.IsBlankPadded);
        string sql = $"{SqlNames.Write(column.Name)} {type}";
        if (column.Collation is { } collation)
            sql += $" COLLATE {string.Join('.', collation.Split('.').Select(SqlNames.Quote))}";
        if (column.Compression.Length > 0) sql += $" COMPRESSION {column.Compression}";
        if (!column.IsNullable) sql += " NOT NULL";
        if (identity is not null) return sql + IdentitySql(column, identity);
        if (SequenceNames.Show(column.DefaultSql, nameOf) is { } value) sql += $" DEFAULT {value}";
        return column.GeneratedSql is { } generated ? $"{sql} GENERATED ALWAYS AS ({generated}) STORED" : sql;
    }

    private static IEnumerable<string> ConstraintsOf(TableDefinition table)
    {
        if (!table.PrimaryKey.IsEmpty)
            yield return $"{Named(table.PrimaryKeyName)}PRIMARY KEY {Names(table, table.PrimaryKey)}";
        for (int i = 0; i < table.UniqueKeys.Length; i++)
        {
            string? given = i < table.UniqueKeyNames.Length ? table.UniqueKeyNames[i] : null;
            yield return $"{Named(given)}UNIQUE {Names(table, table.UniqueKeys[i])}";
        }
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
        if (table.Scheme.Salt > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"salt = {table.Scheme.Salt}");
        if (table.Retention is { } retention)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"retention = '{retention.Ticks / TimeSpan.TicksPerMicrosecond} microseconds'");
        }
        if (!table.BloomColumns.IsEmpty) yield return $"bloom = {Names(table, table.BloomColumns)}";
        foreach ((string option, string value) in table.Options.Where(o => o.Key != TableDefinition.LifetimeOption))
        {
            yield return $"{option} = {SqlNames.QuoteString(value)}";
        }

        string OrderSql(OrderColumn order) => NameOf(table, order.ColumnId) +
            (order.Descending ? " DESC" : " ASC") + (order.NullsFirst ? " NULLS FIRST" : " NULLS LAST");
    }

    private static string Named(string? constraint) =>
        string.IsNullOrEmpty(constraint) ? "" : $"CONSTRAINT {SqlNames.Write(constraint)} ";

    private static string Names(TableDefinition table, IEnumerable<int> ids) =>
        $"({string.Join(", ", ids.Select(id => NameOf(table, id)))})";

    private static string NameOf(TableDefinition table, int id) =>
        SqlNames.Write(table.Columns[table.IndexOf(id)].Name);

    /// <summary>CREATE SEQUENCE as it is.</summary>
    /// <param name="name">The name as SQL.</param>
    /// <param name="sequence">The sequence.</param>
    public static string Write(string name, SequenceDefinition sequence) =>
        $"CREATE SEQUENCE {name} AS {sequence.Type}{OptionsOf(sequence)}";

    private static string IdentitySql(TableColumn column, SequenceDefinition sequence)
    {
        string kind = column.Identity == IdentityKind.Always ? "ALWAYS" : "BY DEFAULT";
        return $" GENERATED {kind} AS IDENTITY ({OptionsOf(sequence).TrimStart()})";
    }

    private static string OptionsOf(SequenceDefinition sequence) => string.Create(
        CultureInfo.InvariantCulture,
        $" START WITH {sequence.Start} INCREMENT BY {sequence.Increment} MINVALUE {sequence.Minimum} " +
        $"MAXVALUE {sequence.Maximum} CACHE {sequence.Cache}{(sequence.IsCycling ? " CYCLE" : "")}");

    /// <summary>What makes a column use its sequence, and lets the sequence go on where it stands.</summary>
    /// <param name="name">The sequence's name as SQL.</param>
    /// <param name="sequence">The sequence.</param>
    /// <param name="position">Where it stands.</param>
    /// <param name="table">The table that it goes with, as SQL; null for none.</param>
    /// <param name="column">The column that it goes with; null for none.</param>
    public static IEnumerable<string> After(
        string name, SequenceDefinition sequence, SequenceState position, string? table, TableColumn? column)
    {
        Int128 next = position.IsGiven ? (Int128)position.Value + sequence.Increment : position.Value;
        string restart = string.Create(
            CultureInfo.InvariantCulture,
            $"RESTART WITH {Int128.Clamp(next, sequence.Minimum, sequence.Maximum)}");
        if (sequence.IsIdentity && table is not null && column is not null)
        {
            yield return $"ALTER TABLE {table} ALTER COLUMN {SqlNames.Write(column.Name)} {restart}";
            yield break;
        }
        if (table is not null && column is not null)
            yield return $"ALTER SEQUENCE {name} OWNED BY {table}.{SqlNames.Write(column.Name)}";
        yield return $"ALTER SEQUENCE {name} {restart}";
    }
}

using ColFrag.Engine.Catalog;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>A relation that the system makes: its place, its columns, and how its rows are found.</summary>
internal sealed record SystemRelationDefinition(
    string Schema, string Name, Schema Columns, Func<Session, Transaction, IEnumerable<Value[]>> Rows)
{
    /// <summary>The relation as a source; rows are found when it is read.</summary>
    public ITableSource Open(Session session, Transaction transaction) => new ValueSource(Columns, () => Rows(session, transaction));
}

/// <summary>Every relation that the system makes, an entry each.</summary>
internal static class SystemRelations
{
    private const string Information = "information_schema";
    private const string System = "colfrag";

    private static readonly SystemRelationDefinition[] s_all =
    [
        new(Information, "schemata", Texts("catalog_name", "schema_name"), Schemata),
        new(Information, "tables", Texts("table_catalog", "table_schema", "table_name", "table_type"), Tables),
        new(Information, "columns", ColumnsSchema, Columns),
        new(System, "colfrag_settings", Sessions.SettingValue.ListSchema, Settings),
        new(System, "colfrag_segments", SegmentsSchema, Segments),
        new(System, "colfrag_loads", LoadRegistry.Schema, (session, _) => session.Host.Loads.Rows()),
        new(System, "colfrag_rejects", SessionRejects.Schema, (session, _) => session.Rejects.ToRows()),
    ];

    /// <summary>Schemas of system relations.</summary>
    public static IEnumerable<string> Schemas { get; } = [Information, System];

    /// <summary>Their names.</summary>
    public static IEnumerable<string> Names => s_all.Select(r => r.Name);

    private static Schema ColumnsSchema => new(
        new Field("table_catalog", LogicalType.Varchar), new Field("table_schema", LogicalType.Varchar),
        new Field("table_name", LogicalType.Varchar), new Field("column_name", LogicalType.Varchar),
        new Field("ordinal_position", LogicalType.Integer), new Field("column_default", LogicalType.Varchar),
        new Field("is_nullable", LogicalType.Varchar), new Field("data_type", LogicalType.Varchar));

    private static Schema SegmentsSchema => new(
        new Field("table_schema", LogicalType.Varchar), new Field("table_name", LogicalType.Varchar),
        new Field("segment_id", LogicalType.Varchar), new Field("hash_range", LogicalType.Varchar),
        new Field("row_count", LogicalType.BigInt), new Field("deleted_count", LogicalType.BigInt),
        new Field("bytes", LogicalType.BigInt), new Field("is_sealed", LogicalType.Boolean),
        new Field("workers", LogicalType.Varchar));

    /// <summary>The relation of that name; colfrag_ relations need no schema.</summary>
    public static SystemRelationDefinition? Find(string? schema, string name) => Array.Find(
        s_all,
        r => r.Name.Equals(name, StringComparison.OrdinalIgnoreCase) &&
            (schema is null ? r.Schema == System : r.Schema.Equals(schema, StringComparison.OrdinalIgnoreCase)));

    private static Schema Texts(params string[] names) => new(names.Select(n => new Field(n, LogicalType.Varchar)));

    private static IEnumerable<Value[]> Schemata(Session session, Transaction transaction) =>
        transaction.Catalog.SchemaNames.Concat(Schemas).Select(s => Row("colfrag", s));

    private static IEnumerable<Value[]> Tables(Session session, Transaction transaction)
    {
        foreach ((string schema, string name, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation))
        {
            if (record.Kind is ObjectKind.Table or ObjectKind.View)
            {
                yield return Row("colfrag", schema, name, record.Kind == ObjectKind.Table ? "BASE TABLE" : "VIEW");
            }
        }
        foreach (SystemRelationDefinition relation in s_all) yield return Row("colfrag", relation.Schema, relation.Name, "VIEW");
    }

    private static IEnumerable<Value[]> Columns(Session session, Transaction transaction)
    {
        foreach ((string schema, string name, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation))
        {
            if (record.Kind != ObjectKind.Table) continue;
            int position = 0;
            foreach (TableColumn column in transaction.Catalog.GetDefinition(record.Id).Columns)
            {
                yield return ColumnRow(schema, name, ++position, column.Field, column.DefaultSql);
            }
        }
        foreach (SystemRelationDefinition relation in s_all)
        {
            int position = 0;
            foreach (Field field in relation.Columns.Fields) yield return ColumnRow(relation.Schema, relation.Name, ++position, field, null);
        }
    }

    private static Value[] ColumnRow(string schema, string table, int position, Field field, string? defaultSql) =>
    [
        Value.Text("colfrag"), Value.Text(schema), Value.Text(table), Value.Text(field.Name),
        Value.Integer(LogicalType.Integer, position),
        defaultSql is null ? Value.Null(LogicalType.Varchar) : Value.Text(defaultSql),
        Value.Text(field.IsNullable ? "YES" : "NO"), Value.Text(field.Type.ToString()),
    ];

    private static IEnumerable<Value[]> Settings(Session session, Transaction transaction) =>
        session.Settings.List().Select(s => Row(
            s.Setting.Name, s.Value.Text, s.Setting.Description, s.Value.Origin.ToString().ToLowerInvariant()));

    private static IEnumerable<Value[]> Segments(Session session, Transaction transaction)
    {
        foreach ((string schema, string name, NameRecord record) in transaction.Catalog.Names(NameSpace.Relation))
        {
            if (record.Kind != ObjectKind.Table) continue;
            foreach (SnapshotSegment segment in transaction.GetTable(record.Id).Segments)
            {
                string workers = string.Join(
                    ", ", segment.Record.Groups.SelectMany(g => g.Workers).Distinct().Select(CatalogKeys.Hex));
                yield return
                [
                    Value.Text(schema), Value.Text(name), Value.Text(segment.Record.Key.ToString()),
                    Value.Text(segment.Record.Range.ToString()), Value.BigInt(segment.RowCount),
                    Value.BigInt(segment.RowCount - segment.LiveRowCount), Value.BigInt(segment.Record.Bytes),
                    Value.Boolean(!segment.IsRows), Value.Text(workers),
                ];
            }
        }
    }

    private static Value[] Row(params string[] texts) => [.. texts.Select(Value.Text)];
}

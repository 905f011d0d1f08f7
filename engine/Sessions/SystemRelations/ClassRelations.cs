using ColFrag.Engine.Catalog;
using ColFrag.Engine.Formats.Postgres;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>Relations over schemas, tables, views and their columns.</summary>
internal static class ClassRelations
{
    private const uint HeapMethod = 2;
    private const uint BtreeMethod = 403;

    /// <summary>Who makes rows of which.</summary>
    public static IEnumerable<KeyValuePair<string, SystemRows>> All =>
    [
        new("pg_catalog.pg_namespace", Namespaces),
        new("pg_catalog.pg_class", Classes),
        new("pg_catalog.pg_attribute", Attributes),
        new("pg_catalog.pg_attrdef", Defaults),
        new("pg_catalog.pg_tables", Tables),
        new("pg_catalog.pg_views", Views),
        new("pg_catalog.pg_matviews", MaterializedViews),
        new("pg_catalog.pg_description", Descriptions),
        new("pg_catalog.pg_stat_user_tables", TableStatistics),
    ];

    private static IEnumerable<SystemRow> Namespaces(SystemColumns columns, SystemObjects objects) =>
        objects.Schemas.Select(schema => new SystemRow(columns)
        {
            ["oid"] = schema.Oid, ["nspname"] = schema.Name, ["nspowner"] = SystemObjects.Owner,
        });

    private static IEnumerable<SystemRow> Classes(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables)
        {
            bool isTable = table.Kind is 'r' or 'm';
            yield return new SystemRow(columns)
            {
                ["oid"] = table.Oid, ["relname"] = table.Name, ["relnamespace"] = objects.SchemaOid(table.Schema),
                ["relowner"] = SystemObjects.Owner, ["relam"] = isTable ? HeapMethod : 0,
                ["relfilenode"] = isTable ? table.Oid : 0, ["reltuples"] = RowsOf(table, objects),
                ["relhasindex"] = objects.Constraints.Any(c => c.Table == table && c.IndexOid != 0),
                ["relpersistence"] = 'p', ["relkind"] = table.Kind, ["relnatts"] = table.Columns.Count,
                ["relchecks"] = table.Definition?.Checks.Length ?? 0, ["relhasrules"] = table.Kind == 'v',
                ["relispopulated"] = true, ["relreplident"] = isTable ? 'd' : 'n',
            };
        }
        foreach (SystemConstraint key in objects.Constraints.Where(c => c.IndexOid != 0))
        {
            yield return new SystemRow(columns)
            {
                ["oid"] = key.IndexOid, ["relname"] = key.Name,
                ["relnamespace"] = objects.SchemaOid(key.Table.Schema), ["relowner"] = SystemObjects.Owner,
                ["relam"] = BtreeMethod, ["relfilenode"] = key.IndexOid, ["relpersistence"] = 'p', ["relkind"] = 'i',
                ["relnatts"] = key.Columns.Length, ["relispopulated"] = true, ["relreplident"] = 'n',
            };
        }
    }

    private static float RowsOf(SystemTable table, SystemObjects objects) =>
        table.TableId == 0 ? 0 : objects.Transaction.GetTable(table.TableId).Segments.Sum(s => (float)s.LiveRowCount);

    private static IEnumerable<SystemRow> Attributes(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables)
        {
            for (int i = 0; i < table.Columns.Count; i++)
            {
                var column = table.Definition?.Columns[i];
                yield return new SystemRow(columns)
                {
                    ["attrelid"] = table.Oid, ["attname"] = table.Columns[i].Name, ["attnum"] = i + 1,
                    ["attnotnull"] = !table.Columns[i].IsNullable && table.Definition is not null,
                    ["atthasdef"] = column is { Identity: IdentityKind.None }
                        and ({ DefaultSql: not null } or { GeneratedSql: not null }),
                    ["attgenerated"] = column?.GeneratedSql is null ? "" : "s",
                    ["attidentity"] = column?.Identity switch
                    {
                        IdentityKind.Always => "a",
                        IdentityKind.ByDefault => "d",
                        _ => "",
                    },
                    ["attcompression"] = "", ["attislocal"] = true, ["attstattarget"] = -1, ["attcacheoff"] = -1,
                    ["atttypid"] = TypeOf(table.Columns[i].Type).Oid, ["attlen"] = TypeOf(table.Columns[i].Type).Length,
                    ["attbyval"] = TypeOf(table.Columns[i].Type).IsByValue,
                    ["attalign"] = TypeOf(table.Columns[i].Type).Alignment,
                    ["attstorage"] = TypeOf(table.Columns[i].Type).Storage,
                    ["attcollation"] = TypeOf(table.Columns[i].Type).Collation,
                    ["attndims"] = table.Columns[i].Type.Kind is TypeKind.List or TypeKind.Array ? 1 : 0,
                    ["atttypmod"] = PostgresTypes.ModifierOf(table.Columns[i].Type),
                };
            }
        }
        foreach (SystemConstraint key in objects.Constraints.Where(c => c.IndexOid != 0))
        {
            for (int i = 0; i < key.Columns.Length; i++)
            {
                Field column = key.Table.Columns[key.Columns[i] - 1];
                PostgresType type = TypeOf(column.Type);
                yield return new SystemRow(columns)
                {
                    ["attrelid"] = key.IndexOid, ["attname"] = column.Name, ["attnum"] = i + 1, ["atttypid"] = type.Oid,
                    ["attlen"] = type.Length, ["attbyval"] = type.IsByValue, ["attalign"] = type.Alignment,
                    ["attstorage"] = type.Storage, ["attcollation"] = type.Collation, ["attidentity"] = "",
                    ["attgenerated"] = "", ["attcompression"] = "", ["attislocal"] = true, ["attstattarget"] = -1,
                    ["attcacheoff"] = -1, ["atttypmod"] = PostgresTypes.ModifierOf(column.Type),
                };
            }
        }
    }

    /// <summary>PostgreSQL's description of the type that stands for one of ours.</summary>
    public static PostgresType TypeOf(LogicalType type) =>
        PostgresTypeCatalog.ByOid[(uint)PostgresTypes.Of(type).Id];

    private static IEnumerable<SystemRow> Defaults(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables)
        {
            for (int i = 0; i < table.Definition?.Columns.Length; i++)
            {
                var column = table.Definition.Columns[i];
                if (column.Identity != IdentityKind.None) continue;
                if ((column.DefaultSql ?? column.GeneratedSql) is not { } sql) continue;
                yield return new SystemRow(columns)
                {
                    ["oid"] = objects.Oid($"default {table.TableId} {column.Id}"), ["adrelid"] = table.Oid,
                    ["adnum"] = i + 1, ["adbin"] = objects.ShowDefault(sql, column.Type),
                };
            }
        }
    }

    private static IEnumerable<SystemRow> Tables(SystemColumns columns, SystemObjects objects) =>
        objects.Tables.Where(t => t.Kind == 'r').Select(table => new SystemRow(columns)
        {
            ["schemaname"] = table.Schema, ["tablename"] = table.Name, ["tableowner"] = objects.Session.UserName,
            ["hasindexes"] = objects.Constraints.Any(c => c.Table == table && c.IndexOid != 0),
        });

    private static IEnumerable<SystemRow> MaterializedViews(SystemColumns columns, SystemObjects objects) =>
        objects.Tables.Where(t => t.Kind == 'm').Select(view => new SystemRow(columns)
        {
            ["schemaname"] = view.Schema, ["matviewname"] = view.Name, ["matviewowner"] = objects.Session.UserName,
            ["ispopulated"] = view.Definition!.IsPopulated, ["definition"] = view.Definition.ViewSql,
        });

    private static IEnumerable<SystemRow> Views(SystemColumns columns, SystemObjects objects) =>
        objects.Tables.Where(t => t.Kind == 'v').Select(view => new SystemRow(columns)
        {
            ["schemaname"] = view.Schema, ["viewname"] = view.Name, ["viewowner"] = objects.Session.UserName,
            ["definition"] = view.View?.Sql,
        });

    private static IEnumerable<SystemRow> Descriptions(SystemColumns columns, SystemObjects objects)
    {
        const uint ClassRelation = 1259;
        foreach (SystemTable table in objects.Tables)
        {
            for (int i = 0; i <= table.Definition?.Columns.Length; i++)
            {
                if (objects.Comment(table.Oid, i) is not { } comment) continue;
                yield return new SystemRow(columns)
                {
                    ["objoid"] = table.Oid, ["classoid"] = ClassRelation, ["objsubid"] = i, ["description"] = comment,
                };
            }
        }
    }

    private static IEnumerable<SystemRow> TableStatistics(SystemColumns columns, SystemObjects objects) =>
        objects.Tables.Where(t => t.Definition is not null).Select(table => new SystemRow(columns)
        {
            ["relid"] = table.Oid, ["schemaname"] = table.Schema, ["relname"] = table.Name,
            ["n_live_tup"] = (long)RowsOf(table, objects),
        });
}

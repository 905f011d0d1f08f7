using ColFrag.Engine.Catalog;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>The catalog of the SQL standard, as PostgreSQL fills it.</summary>
internal static class InformationRelations
{
    /// <summary>The name of the database.</summary>
    public const string Catalog = "colfrag";


    /// <summary>Who makes rows of which.</summary>
    public static IEnumerable<KeyValuePair<string, SystemRows>> All =>
    [
        new("information_schema.schemata", Schemata),
        new("information_schema.tables", Tables),
        new("information_schema.columns", Columns),
        new("information_schema.views", Views),
        new("information_schema.table_constraints", Constraints),
        new("information_schema.key_column_usage", KeyColumns),
        new("information_schema.constraint_column_usage", ConstraintColumns),
        new("information_schema.check_constraints", Checks),
        new("information_schema.enabled_roles", Roles),
        new("information_schema.character_sets", CharacterSets),
    ];

    private static IEnumerable<SystemRow> Schemata(SystemColumns columns, SystemObjects objects) =>
        objects.Schemas.Select(schema => new SystemRow(columns)
        {
            ["catalog_name"] = Catalog, ["schema_name"] = schema.Name, ["schema_owner"] = objects.Session.UserName,
        });

    private static IEnumerable<SystemRow> Tables(SystemColumns columns, SystemObjects objects) =>
        objects.Tables.Where(t => t.SequenceId == 0).Select(table => new SystemRow(columns)
        {
            ["table_catalog"] = Catalog, ["table_schema"] = table.Schema, ["table_name"] = table.Name,
            ["table_type"] = table.Kind == 'r' ? "BASE TABLE" : "VIEW", ["is_typed"] = "NO",
            ["is_insertable_into"] = table.Definition is null ? "NO" : "YES",
        });

    private static string? IdentityText(IdentityKind? identity) => identity switch
    {
        IdentityKind.Always => "ALWAYS",
        IdentityKind.ByDefault => "BY DEFAULT",
        _ => null,
    };

    private static IEnumerable<SystemRow> Columns(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables.Where(t => t.SequenceId == 0))
        {
            for (int i = 0; i < table.Columns.Count; i++)
            {
                Field field = table.Columns[i];
                var stored = table.Definition?.Columns[i];
                PostgresType type = ClassRelations.TypeOf(field.Type);
                yield return new SystemRow(columns)
                {
                    ["table_catalog"] = Catalog, ["table_schema"] = table.Schema, ["table_name"] = table.Name,
                    ["column_name"] = field.Name, ["ordinal_position"] = i + 1,
                    ["column_default"] = stored is { Identity: not IdentityKind.None }
                        ? null : objects.ShowDefault(stored?.DefaultSql, field.Type),
                    ["is_nullable"] = field.IsNullable || table.Definition is null ? "YES" : "NO",
                    ["data_type"] = field.Type.Kind is TypeKind.List or TypeKind.Array ? "ARRAY" : type.SqlName,
                    ["character_maximum_length"] = stored?.MaxLength is > 0 and var most ? most : Absent,
                    ["character_octet_length"] = field.Type.Kind == TypeKind.Varchar ? 1 << 30 : Absent,
                    ["numeric_precision"] = PrecisionOf(field.Type), ["numeric_precision_radix"] = RadixOf(field.Type),
                    ["numeric_scale"] = ScaleOf(field.Type),
                    ["datetime_precision"] = IsMoment(field.Type) ? 6 : field.Type.Kind == TypeKind.Date ? 0 : Absent,
                    ["maximum_cardinality"] = Absent, ["interval_precision"] = Absent,
                    ["udt_catalog"] = Catalog, ["udt_schema"] = "pg_catalog", ["udt_name"] = type.Name,
                    ["dtd_identifier"] = (i + 1).ToString(System.Globalization.CultureInfo.InvariantCulture),
                    ["is_self_referencing"] = "NO", ["identity_cycle"] = "NO",
                    ["is_identity"] = stored is null or { Identity: IdentityKind.None } ? "NO" : "YES",
                    ["identity_generation"] = IdentityText(stored?.Identity),
                    ["is_generated"] = stored?.GeneratedSql is null ? "NEVER" : "ALWAYS",
                    ["generation_expression"] = stored?.GeneratedSql,
                    ["is_updatable"] = table.Definition is null ? "NO" : "YES",
                };
            }
        }
    }

    private static Value Absent => Value.Null(LogicalType.Integer);

    private static bool IsMoment(LogicalType type) =>
        type.IsTimestamp || type.Kind is TypeKind.Time or TypeKind.TimestampTz or TypeKind.Interval;

    private static object PrecisionOf(LogicalType type) => type.Kind switch
    {
        TypeKind.TinyInt or TypeKind.SmallInt or TypeKind.UTinyInt => 16,
        TypeKind.Integer or TypeKind.USmallInt => 32,
        TypeKind.BigInt => 64,
        TypeKind.Real => 24,
        TypeKind.Double => 53,
        TypeKind.Decimal => (int)type.Precision,
        _ => Absent,
    };

    private static object RadixOf(LogicalType type) =>
        type.Kind is TypeKind.Decimal or TypeKind.HugeInt or TypeKind.UBigInt ? 10
        : PrecisionOf(type) is int ? 2
        : Absent;

    private static object ScaleOf(LogicalType type) =>
        type.Kind == TypeKind.Decimal ? (int)type.Scale
        : type.IsFloat ? Absent
        : PrecisionOf(type) is int ? 0
        : Absent;

    private static IEnumerable<SystemRow> Views(SystemColumns columns, SystemObjects objects) =>
        objects.Tables.Where(t => t.Kind == 'v').Select(view => new SystemRow(columns)
        {
            ["table_catalog"] = Catalog, ["table_schema"] = view.Schema, ["table_name"] = view.Name,
            ["view_definition"] = view.View?.Sql, ["check_option"] = "NONE", ["is_updatable"] = "NO",
            ["is_insertable_into"] = "NO", ["is_trigger_updatable"] = "NO", ["is_trigger_deletable"] = "NO",
            ["is_trigger_insertable_into"] = "NO",
        });

    private static IEnumerable<SystemRow> Constraints(SystemColumns columns, SystemObjects objects) =>
        objects.Constraints.Select(constraint => new SystemRow(columns)
        {
            ["constraint_catalog"] = Catalog, ["constraint_schema"] = constraint.Table.Schema,
            ["constraint_name"] = constraint.Name, ["table_catalog"] = Catalog,
            ["table_schema"] = constraint.Table.Schema, ["table_name"] = constraint.Table.Name,
            ["constraint_type"] = constraint.Kind switch { 'p' => "PRIMARY KEY", 'u' => "UNIQUE", _ => "CHECK" },
            ["is_deferrable"] = "NO", ["initially_deferred"] = "NO", ["enforced"] = "YES",
            ["nulls_distinct"] = constraint.Kind == 'u' ? "YES" : null,
        });

    private static IEnumerable<SystemRow> KeyColumns(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemConstraint key in objects.Constraints.Where(c => c.IndexOid != 0))
        {
            for (int i = 0; i < key.Columns.Length; i++)
            {
                yield return new SystemRow(columns)
                {
                    ["constraint_catalog"] = Catalog, ["constraint_schema"] = key.Table.Schema,
                    ["constraint_name"] = key.Name, ["table_catalog"] = Catalog, ["table_schema"] = key.Table.Schema,
                    ["table_name"] = key.Table.Name, ["column_name"] = key.Table.Columns[key.Columns[i] - 1].Name,
                    ["ordinal_position"] = i + 1, ["position_in_unique_constraint"] = Absent,
                };
            }
        }
    }

    private static IEnumerable<SystemRow> ConstraintColumns(SystemColumns columns, SystemObjects objects) =>
        objects.Constraints.SelectMany(key => key.Columns.Select(column => new SystemRow(columns)
        {
            ["table_catalog"] = Catalog, ["table_schema"] = key.Table.Schema, ["table_name"] = key.Table.Name,
            ["column_name"] = key.Table.Columns[column - 1].Name, ["constraint_catalog"] = Catalog,
            ["constraint_schema"] = key.Table.Schema, ["constraint_name"] = key.Name,
        }));

    private static IEnumerable<SystemRow> Checks(SystemColumns columns, SystemObjects objects) =>
        objects.Constraints.Where(c => c.Kind == 'c').Select(check => new SystemRow(columns)
        {
            ["constraint_catalog"] = Catalog, ["constraint_schema"] = check.Table.Schema,
            ["constraint_name"] = check.Name, ["check_clause"] = check.Text["CHECK ".Length..],
        });

    private static IEnumerable<SystemRow> Roles(SystemColumns columns, SystemObjects objects) =>
        [new SystemRow(columns) { ["role_name"] = objects.Session.UserName }];

    private static IEnumerable<SystemRow> CharacterSets(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns)
        {
            ["character_set_name"] = "UTF8", ["character_repertoire"] = "UCS", ["form_of_use"] = "UTF8",
            ["default_collate_catalog"] = Catalog, ["default_collate_schema"] = "pg_catalog",
            ["default_collate_name"] = "C",
        },
    ];
}

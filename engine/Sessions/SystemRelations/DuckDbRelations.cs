using ColFrag.Engine.Catalog;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>
/// DuckDB's relations over the catalog, which are views there and functions without arguments: <c>duckdb_tables()</c>.
/// They have DuckDB's columns, and NULL in those for which there is nothing here.
/// </summary>
internal static class DuckDbRelations
{
    private const string Database = "colfrag";
    private const string Prefix = "duckdb_";

    // PostgreSQL's number of the database.
    private const int DatabaseOid = 5;

    /// <summary>All of them, with numbers that stay.</summary>
    public static IEnumerable<SystemRelationDefinition> All =>
    [
        Define("databases", 9040, "database_name text, database_oid int8, path text, comment text, internal bool, " +
            "type text, readonly bool", Databases),
        Define("schemas", 9041, "oid int8, database_name text, database_oid int8, schema_name text, comment text, " +
            "internal bool, sql text", Schemas),
        Define("tables", 9042, "database_name text, database_oid int8, schema_name text, schema_oid int8, " +
            "table_name text, table_oid int8, comment text, internal bool, temporary bool, has_primary_key bool, " +
            "estimated_size int8, column_count int8, index_count int8, check_constraint_count int8, sql text", Tables),
        Define("columns", 9043, "database_name text, database_oid int8, schema_name text, schema_oid int8, " +
            "table_name text, table_oid int8, column_name text, column_index int4, comment text, internal bool, " +
            "column_default text, is_nullable bool, data_type text, data_type_id int8, " +
            "character_maximum_length int4, numeric_precision int4, numeric_precision_radix int4, numeric_scale int4",
            Columns),
        Define("views", 9044, "database_name text, database_oid int8, schema_name text, schema_oid int8, " +
            "view_name text, view_oid int8, comment text, internal bool, temporary bool, column_count int8, sql text",
            Views),
        Define("sequences", 9045, "database_name text, database_oid int8, schema_name text, schema_oid int8, " +
            "sequence_name text, sequence_oid int8, comment text, temporary bool, start_value int8, min_value int8, " +
            "max_value int8, increment_by int8, cycle bool, last_value int8, sql text", Sequences),
        Define("constraints", 9046, "database_name text, database_oid int8, schema_name text, schema_oid int8, " +
            "table_name text, table_oid int8, constraint_index int8, constraint_type text, constraint_text text, " +
            "expression text, constraint_column_indexes int8[], constraint_column_names text[], constraint_name text",
            Constraints),
        Define("settings", 9047, "name text, value text, description text, input_type text, scope text", Settings),
        Define("functions", 9048, "database_name text, schema_name text, function_name text, function_type text, " +
            "description text, internal bool, has_side_effects bool, examples text[], categories text[]", Functions),
        Define("keywords", 9049, "keyword_name text, keyword_category text", KeywordRows),
    ];

    /// <summary>The functions without arguments that stand for them.</summary>
    public static IEnumerable<string> FunctionNames => All.Select(r => r.Name);

    /// <summary>What a function of that name stands for; null for none.</summary>
    public static SystemRelationDefinition? Find(string function) =>
        function.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
            ? SystemRelationRegistry.Find(SystemRelationRegistry.Own, function)
            : null;

    private static SystemRelationDefinition Define(string name, uint oid, string columns, SystemRows rows) =>
        new(SystemRelationRegistry.Own, Prefix + name, oid, 'v', new SystemColumns(columns), rows);

    private static IEnumerable<SystemRow> Databases(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns)
        {
            ["database_name"] = Database, ["database_oid"] = DatabaseOid, ["type"] = Database,
        },
    ];

    private static IEnumerable<SystemRow> Schemas(SystemColumns columns, SystemObjects objects) =>
        objects.Schemas.Select(schema => new SystemRow(columns)
        {
            ["oid"] = schema.Oid, ["database_name"] = Database, ["database_oid"] = DatabaseOid,
            ["schema_name"] = schema.Name, ["internal"] = SystemRelationRegistry.Schemas.Contains(schema.Name),
        });

    private static IEnumerable<SystemRow> Tables(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables)
        {
            if (table.Definition is not { } definition) continue;
            TableSnapshot snapshot = objects.Transaction.GetTable(table.TableId);
            yield return new SystemRow(columns)
            {
                ["database_name"] = Database, ["database_oid"] = DatabaseOid, ["schema_name"] = table.Schema,
                ["schema_oid"] = objects.SchemaOid(table.Schema), ["table_name"] = table.Name,
                ["table_oid"] = table.Oid, ["comment"] = objects.Comment(table.Oid, 0),
                ["temporary"] = IsTemporary(table), ["has_primary_key"] = !definition.PrimaryKey.IsEmpty,
                ["estimated_size"] = snapshot.RowCount, ["column_count"] = (long)definition.Columns.Length,
                ["index_count"] = (long)objects.Constraints.Count(c => c.IndexOid != 0 && c.Table.Oid == table.Oid),
                ["check_constraint_count"] = (long)definition.Checks.Length,
                ["sql"] = TableSql.Write(
                    SqlNames.Write(table.Name), definition, snapshot.State.Ranges.Length,
                    objects.NameOfSequence,
                    column => objects.Transaction.Catalog.SequencesOf(table.TableId)
                        .Where(s => s.Definition.IsIdentity && s.Definition.OwnerColumn == column)
                        .Select(s => s.Definition).FirstOrDefault()) + ";",
            };
        }
    }

    private static IEnumerable<SystemRow> Columns(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable table in objects.Tables.Where(t => t.SequenceId == 0))
        {
            for (int i = 0; i < table.Columns.Count; i++)
            {
                Field field = table.Columns[i];
                TableColumn? stored = table.Definition?.Columns[i];
                yield return new SystemRow(columns)
                {
                    ["database_name"] = Database, ["database_oid"] = DatabaseOid, ["schema_name"] = table.Schema,
                    ["schema_oid"] = objects.SchemaOid(table.Schema), ["table_name"] = table.Name,
                    ["table_oid"] = table.Oid, ["column_name"] = field.Name, ["column_index"] = i + 1,
                    ["comment"] = objects.Comment(table.Oid, i + 1),
                    ["internal"] = SystemRelationRegistry.Schemas.Contains(table.Schema),
                    ["column_default"] = stored?.GeneratedSql ?? objects.ShowDefault(stored?.DefaultSql),
                    ["is_nullable"] = stored?.IsNullable ?? true, ["data_type"] = field.Type.ToString(),
                    ["data_type_id"] = ClassRelations.TypeOf(field.Type).Oid,
                    ["character_maximum_length"] = stored is { MaxLength: > 0 }
                        ? stored.MaxLength : Value.Null(LogicalType.Integer),
                    ["numeric_precision"] = field.Type.Kind == TypeKind.Decimal
                        ? field.Type.Precision : Value.Null(LogicalType.Integer),
                    ["numeric_precision_radix"] = field.Type.Kind == TypeKind.Decimal
                        ? 10 : Value.Null(LogicalType.Integer),
                    ["numeric_scale"] = field.Type.Kind == TypeKind.Decimal
                        ? field.Type.Scale : Value.Null(LogicalType.Integer),
                };
            }
        }
    }

    private static IEnumerable<SystemRow> Views(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable view in objects.Tables.Where(t => t.Kind is 'v' or 'm'))
        {
            yield return new SystemRow(columns)
            {
                ["database_name"] = Database, ["database_oid"] = DatabaseOid, ["schema_name"] = view.Schema,
                ["schema_oid"] = objects.SchemaOid(view.Schema), ["view_name"] = view.Name, ["view_oid"] = view.Oid,
                ["comment"] = objects.Comment(view.Oid, 0),
                ["internal"] = SystemRelationRegistry.Schemas.Contains(view.Schema),
                ["temporary"] = IsTemporary(view), ["column_count"] = (long)view.Columns.Count,
                ["sql"] = view.View is { } text ? $"CREATE VIEW {SqlNames.Write(view.Name)} AS {text.Sql};" : null,
            };
        }
    }

    private static IEnumerable<SystemRow> Sequences(SystemColumns columns, SystemObjects objects)
    {
        foreach (SystemTable sequence in objects.Tables.Where(t => t.SequenceId != 0))
        {
            SequenceDefinition definition = objects.Transaction.Catalog.GetSequence(sequence.SequenceId);
            yield return new SystemRow(columns)
            {
                ["database_name"] = Database, ["database_oid"] = DatabaseOid, ["schema_name"] = sequence.Schema,
                ["schema_oid"] = objects.SchemaOid(sequence.Schema), ["sequence_name"] = sequence.Name,
                ["sequence_oid"] = sequence.Oid, ["temporary"] = IsTemporary(sequence),
                ["start_value"] = definition.Start, ["min_value"] = definition.Minimum,
                ["max_value"] = definition.Maximum, ["increment_by"] = definition.Increment,
                ["cycle"] = definition.IsCycling, ["last_value"] = Value.Null(LogicalType.BigInt),
                ["sql"] = $"{TableSql.Write(SqlNames.Write(sequence.Name), definition)};",
            };
        }
    }

    private static IEnumerable<SystemRow> Constraints(SystemColumns columns, SystemObjects objects)
    {
        Dictionary<uint, int> next = [];
        foreach (SystemConstraint constraint in objects.Constraints)
        {
            SystemTable table = constraint.Table;
            long index = next[table.Oid] = next.GetValueOrDefault(table.Oid, -1) + 1;
            yield return new SystemRow(columns)
            {
                ["database_name"] = Database, ["database_oid"] = DatabaseOid, ["schema_name"] = table.Schema,
                ["schema_oid"] = objects.SchemaOid(table.Schema), ["table_name"] = table.Name,
                ["table_oid"] = table.Oid, ["constraint_index"] = index,
                ["constraint_type"] = constraint.Kind switch { 'p' => "PRIMARY KEY", 'u' => "UNIQUE", _ => "CHECK" },
                ["constraint_text"] = constraint.Text,
                ["expression"] = constraint.Kind == 'c' ? constraint.Text : null,
                ["constraint_column_indexes"] = constraint.Columns,
                ["constraint_column_names"] = constraint.Columns.Select(c => table.Columns[c - 1].Name).ToArray(),
                ["constraint_name"] = constraint.Name,
            };
        }
    }

    private static IEnumerable<SystemRow> Settings(SystemColumns columns, SystemObjects objects) =>
        objects.Session.Settings.List().Select(entry => new SystemRow(columns)
        {
            ["name"] = entry.Setting.Name, ["value"] = entry.Value.Text, ["description"] = entry.Setting.Description,
            ["input_type"] = "VARCHAR", ["scope"] = entry.Setting.IsWritable ? "LOCAL" : "GLOBAL",
        });

    private static IEnumerable<SystemRow> Functions(SystemColumns columns, SystemObjects objects)
    {
        foreach (FunctionInfo info in objects.Functions.Infos)
        {
            bool isAggregate = objects.Functions.IsAggregate(info.Name);
            foreach (string name in info.Aliases.Prepend(info.Name))
            {
                yield return new SystemRow(columns)
                {
                    ["database_name"] = "system", ["schema_name"] = "main", ["function_name"] = name,
                    ["function_type"] = isAggregate ? "aggregate" : "scalar", ["description"] = info.Description,
                    ["internal"] = true, ["has_side_effects"] = (info.Flags & FunctionFlags.Volatile) != 0,
                    ["examples"] = info.Example is { Length: > 0 } example ? new[] { example } : Array.Empty<string>(),
                    ["categories"] = info.Category is { Length: > 0 } category ? new[] { category }
                        : Array.Empty<string>(),
                };
            }
        }
    }

    private static IEnumerable<SystemRow> KeywordRows(SystemColumns columns, SystemObjects objects) =>
        KeywordRelation.Rows().Select(row => new SystemRow(columns)
        {
            ["keyword_name"] = row[0], ["keyword_category"] = row[1].ToString() switch
            {
                "U" => "unreserved", "C" => "column_name", "T" => "type_function", _ => "reserved",
            },
        });

    private static bool IsTemporary(SystemTable table) =>
        table.Schema.StartsWith("pg_temp", StringComparison.Ordinal);
}

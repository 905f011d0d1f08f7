using ColFrag.Engine.Formats.Postgres;
using ColFrag.Engine.Catalog;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Sql;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>Relations over types, their labels, and functions.</summary>
internal static class TypeRelations
{
    private const uint InternalLanguage = 12;
    private const uint AnyType = 2276;

    /// <summary>Who makes rows of which.</summary>
    public static IEnumerable<KeyValuePair<string, SystemRows>> All =>
    [
        new("pg_catalog.pg_type", Types),
        new("pg_catalog.pg_enum", Labels),
        new("pg_catalog.pg_proc", Functions),
        new("pg_catalog.pg_language", Languages),
        new("pg_catalog.pg_collation", Collations),
    ];

    /// <summary>Enums that were given names, with their labels.</summary>
    public static IEnumerable<(uint Oid, string Schema, string Name, IReadOnlyList<string> Labels)> EnumsOf(
        SystemObjects objects)
    {
        foreach ((string schema, string name, NameRecord record) in objects.Transaction.Catalog.Names(NameSpace.Type))
        {
            string sql = ObjectText.Read(objects.Transaction.Catalog.GetObject(record.Id));
            if (Parser.ParseTypeName(sql) is not EnumTypeName labels) continue;
            yield return (objects.Oid(string.Create(null, $"type {record.Id}")), schema, name, [.. labels.Values]);
        }
    }

    private static IEnumerable<SystemRow> Types(SystemColumns columns, SystemObjects objects)
    {
        foreach (PostgresType type in PostgresTypeCatalog.ByOid.Values.OrderBy(t => t.Oid))
        {
            yield return new SystemRow(columns)
            {
                ["oid"] = type.Oid, ["typname"] = type.Name, ["typnamespace"] = objects.SchemaOid("pg_catalog"),
                ["typowner"] = SystemObjects.Owner, ["typlen"] = type.Length, ["typbyval"] = type.IsByValue,
                ["typtype"] = type.Kind, ["typcategory"] = type.Category, ["typispreferred"] = type.IsPreferred,
                ["typisdefined"] = true, ["typdelim"] = ',', ["typelem"] = type.Element, ["typarray"] = type.Array,
                ["typinput"] = PostgresTypeCatalog.NumberOf(type.Input),
                ["typoutput"] = PostgresTypeCatalog.NumberOf(type.Output),
                ["typreceive"] = PostgresTypeCatalog.NumberOf(type.Receive),
                ["typsend"] = PostgresTypeCatalog.NumberOf(type.Send), ["typalign"] = type.Alignment,
                ["typstorage"] = type.Storage, ["typcollation"] = type.Collation, ["typtypmod"] = -1,
            };
        }
        PostgresType text = PostgresTypeCatalog.ByOid[PostgresTypes.Text];
        foreach ((uint oid, string schema, string name, _) in EnumsOf(objects))
        {
            yield return new SystemRow(columns)
            {
                ["oid"] = oid, ["typname"] = name, ["typnamespace"] = objects.SchemaOid(schema),
                ["typowner"] = SystemObjects.Owner, ["typlen"] = 4, ["typbyval"] = true, ["typtype"] = 'e',
                ["typcategory"] = 'E', ["typisdefined"] = true, ["typdelim"] = ',', ["typalign"] = 'i',
                ["typinput"] = PostgresTypeCatalog.NumberOf(text.Input),
                ["typoutput"] = PostgresTypeCatalog.NumberOf(text.Output),
                ["typreceive"] = PostgresTypeCatalog.NumberOf(text.Receive),
                ["typsend"] = PostgresTypeCatalog.NumberOf(text.Send), ["typstorage"] = 'p', ["typtypmod"] = -1,
            };
        }
    }

    private static IEnumerable<SystemRow> Labels(SystemColumns columns, SystemObjects objects)
    {
        foreach ((uint type, _, _, IReadOnlyList<string> labels) in EnumsOf(objects))
        {
            for (int i = 0; i < labels.Count; i++)
            {
                yield return new SystemRow(columns)
                {
                    ["oid"] = objects.Oid($"label {type} {labels[i]}"), ["enumtypid"] = type,
                    ["enumsortorder"] = (float)(i + 1), ["enumlabel"] = labels[i],
                };
            }
        }
    }

    private static IEnumerable<SystemRow> Functions(SystemColumns columns, SystemObjects objects)
    {
        FunctionRegistry registry = objects.Functions;
        foreach (FunctionInfo info in registry.Infos)
        {
            bool isAggregate = registry.IsAggregate(info.Name);
            bool isVolatile = info.Flags.HasFlag(FunctionFlags.Volatile);
            yield return new SystemRow(columns)
            {
                ["oid"] = objects.Oid("function " + info.Name), ["proname"] = info.Name,
                ["pronamespace"] = objects.SchemaOid("pg_catalog"), ["proowner"] = SystemObjects.Owner,
                ["prolang"] = InternalLanguage, ["procost"] = 1f, ["prokind"] = isAggregate ? 'a' : 'f',
                ["proisstrict"] = !info.Flags.HasFlag(FunctionFlags.HandlesNulls),
                ["provolatile"] = isVolatile ? 'v' : info.Flags.HasFlag(FunctionFlags.Stable) ? 's' : 'i',
                ["proparallel"] = 's', ["prorettype"] = AnyType, ["proargtypes"] = Array.Empty<int>(),
                ["prosrc"] = info.Name,
            };
        }
        // The functions of types' forms: clients tell arrays by the name of theirs.
        IEnumerable<string> forms = PostgresTypeCatalog.ByOid.Values
            .SelectMany(t => new[] { t.Input, t.Output, t.Receive, t.Send })
            .Distinct();
        foreach (string form in forms)
        {
            string name = form[(form.IndexOf(':', StringComparison.Ordinal) + 1)..];
            if (name == "-") continue;
            yield return new SystemRow(columns)
            {
                ["oid"] = PostgresTypeCatalog.NumberOf(form), ["proname"] = name,
                ["pronamespace"] = objects.SchemaOid("pg_catalog"), ["proowner"] = SystemObjects.Owner,
                ["prolang"] = InternalLanguage, ["procost"] = 1f, ["prokind"] = 'f', ["proisstrict"] = true,
                ["provolatile"] = 'i', ["proparallel"] = 's', ["pronargs"] = 1, ["prorettype"] = AnyType,
                ["proargtypes"] = new[] { (int)AnyType }, ["prosrc"] = name,
            };
        }
    }

    private static IEnumerable<SystemRow> Languages(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns) { ["oid"] = InternalLanguage, ["lanname"] = "internal",
            ["lanowner"] = SystemObjects.Owner },
    ];

    private static IEnumerable<SystemRow> Collations(SystemColumns columns, SystemObjects objects) =>
        new (uint Oid, string Name, char Provider)[] { (100, "default", 'd'), (950, "C", 'c') }.Select(
            collation => new SystemRow(columns)
            {
                ["oid"] = collation.Oid, ["collname"] = collation.Name,
                ["collnamespace"] = objects.SchemaOid("pg_catalog"), ["collowner"] = SystemObjects.Owner,
                ["collprovider"] = collation.Provider, ["collisdeterministic"] = true, ["collencoding"] = -1,
                ["collcollate"] = "C", ["collctype"] = "C",
            });
}

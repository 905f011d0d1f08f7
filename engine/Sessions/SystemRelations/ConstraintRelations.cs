namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>Relations over keys, checks, and the indexes that clients expect behind keys.</summary>
internal static class ConstraintRelations
{
    /// <summary>Who makes rows of which.</summary>
    public static IEnumerable<KeyValuePair<string, SystemRows>> All =>
    [
        new("pg_catalog.pg_constraint", Constraints),
        new("pg_catalog.pg_index", Indexes),
        new("pg_catalog.pg_indexes", IndexTexts),
    ];

    private static IEnumerable<SystemRow> Constraints(SystemColumns columns, SystemObjects objects) =>
        objects.Constraints.Select(constraint => new SystemRow(columns)
        {
            ["oid"] = constraint.Oid, ["conname"] = constraint.Name,
            ["connamespace"] = objects.SchemaOid(constraint.Table.Schema), ["contype"] = constraint.Kind,
            ["convalidated"] = true, ["conrelid"] = constraint.Table.Oid, ["conindid"] = constraint.IndexOid,
            ["confupdtype"] = " ", ["confdeltype"] = " ", ["confmatchtype"] = " ", ["conislocal"] = true,
            ["connoinherit"] = constraint.Kind != 'c',
            ["conkey"] = constraint.Columns.Length > 0 ? constraint.Columns : null,
            ["conbin"] = constraint.Kind == 'c' ? constraint.Text : null,
        });

    private static IEnumerable<SystemRow> Indexes(SystemColumns columns, SystemObjects objects) =>
        objects.Constraints.Where(c => c.IndexOid != 0).Select(key => new SystemRow(columns)
        {
            ["indexrelid"] = key.IndexOid, ["indrelid"] = key.Table.Oid, ["indnatts"] = key.Columns.Length,
            ["indnkeyatts"] = key.Columns.Length, ["indisunique"] = true, ["indisprimary"] = key.Kind == 'p',
            ["indimmediate"] = true, ["indisvalid"] = true, ["indisready"] = true, ["indislive"] = true,
            ["indkey"] = key.Columns, ["indcollation"] = new int[key.Columns.Length],
            ["indclass"] = new int[key.Columns.Length], ["indoption"] = new int[key.Columns.Length],
        });

    private static IEnumerable<SystemRow> IndexTexts(SystemColumns columns, SystemObjects objects) =>
        objects.Constraints.Where(c => c.IndexOid != 0).Select(key => new SystemRow(columns)
        {
            ["schemaname"] = key.Table.Schema, ["tablename"] = key.Table.Name, ["indexname"] = key.Name,
            ["indexdef"] = objects.IndexText(key.IndexOid, 0, false),
        });
}

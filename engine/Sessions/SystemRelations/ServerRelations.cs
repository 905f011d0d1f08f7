using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions.SystemRelations;

/// <summary>Relations over the server: databases, users, settings.</summary>
internal static class ServerRelations
{
    private const uint Database = 5;
    private const uint Tablespace = 1663;
    private const int Utf8 = 6;

    /// <summary>Who makes rows of which.</summary>
    public static IEnumerable<KeyValuePair<string, SystemRows>> All =>
    [
        new("pg_catalog.pg_database", Databases),
        new("pg_catalog.pg_roles", Roles),
        new("pg_catalog.pg_authid", Roles),
        new("pg_catalog.pg_user", Users),
        new("pg_catalog.pg_settings", Settings),
        new("pg_catalog.pg_am", AccessMethods),
        new("pg_catalog.pg_tablespace", Tablespaces),
        new("pg_catalog.pg_stat_activity", Activity),
    ];

    private static IEnumerable<SystemRow> Databases(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns)
        {
            ["oid"] = Database, ["datname"] = "colfrag", ["datdba"] = SystemObjects.Owner, ["encoding"] = Utf8,
            ["datlocprovider"] = 'c', ["datallowconn"] = true, ["datconnlimit"] = -1, ["dattablespace"] = Tablespace,
            ["datcollate"] = "C", ["datctype"] = "C",
        },
    ];

    private static IEnumerable<SystemRow> Roles(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns)
        {
            ["oid"] = SystemObjects.Owner, ["rolname"] = objects.Session.UserName, ["rolsuper"] = true,
            ["rolinherit"] = true, ["rolcreaterole"] = true, ["rolcreatedb"] = true, ["rolcanlogin"] = true,
            ["rolconnlimit"] = -1, ["rolbypassrls"] = true,
        },
    ];

    private static IEnumerable<SystemRow> Users(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns)
        {
            ["usename"] = objects.Session.UserName, ["usesysid"] = SystemObjects.Owner, ["usecreatedb"] = true,
            ["usesuper"] = true, ["usebypassrls"] = true,
        },
    ];

    private static IEnumerable<SystemRow> Settings(SystemColumns columns, SystemObjects objects) =>
        objects.Session.Settings.List().Select(entry => new SystemRow(columns)
        {
            ["name"] = entry.Setting.Name, ["setting"] = entry.Value.Text, ["category"] = "ColFrag",
            ["short_desc"] = entry.Setting.Description,
            ["context"] = entry.Setting.IsWritable ? "user" : "internal", ["vartype"] = "string",
            ["source"] = entry.Value.Origin == SettingOrigin.Default ? "default" : "session",
            ["boot_val"] = entry.Setting.Default, ["reset_val"] = entry.Setting.Default,
            ["sourceline"] = Value.Null(LogicalType.Integer),
        });

    private static IEnumerable<SystemRow> AccessMethods(SystemColumns columns, SystemObjects objects) =>
        new (uint Oid, string Name, char Kind)[] { (2, "heap", 't'), (403, "btree", 'i') }.Select(
            method => new SystemRow(columns)
            {
                ["oid"] = method.Oid, ["amname"] = method.Name, ["amtype"] = method.Kind,
            });

    private static IEnumerable<SystemRow> Tablespaces(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns) { ["oid"] = Tablespace, ["spcname"] = "pg_default", ["spcowner"] = SystemObjects.Owner },
    ];

    private static IEnumerable<SystemRow> Activity(SystemColumns columns, SystemObjects objects) =>
    [
        new SystemRow(columns)
        {
            ["datid"] = Database, ["datname"] = "colfrag", ["pid"] = Environment.ProcessId,
            ["usesysid"] = SystemObjects.Owner, ["usename"] = objects.Session.UserName,
            ["application_name"] = objects.Session.Settings["application_name"].Text, ["state"] = "active",
            ["backend_type"] = "client backend", ["leader_pid"] = Value.Null(LogicalType.Integer),
            ["client_port"] = Value.Null(LogicalType.Integer),
        },
    ];
}

using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using static ColFrag.Engine.Functions.Scalar.Catalog.CatalogFunctions;
using static ColFrag.Engine.Functions.Scalar.Catalog.SystemFunction;

namespace ColFrag.Engine.Functions.Scalar.Catalog;

/// <summary>Functions over the session: who, where, with which settings.</summary>
internal static class SessionFunctions
{
    private static readonly LogicalType s_text = LogicalType.Varchar;
    private static readonly LogicalType s_texts = LogicalType.List(LogicalType.Varchar);

    /// <summary>What version() says: PostgreSQL's name first, because clients look for its number.</summary>
    public const string Version = "PostgreSQL 15.0 (ColFrag)";

    /// <summary>All of them.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        MakeSystemCall("version", "The PostgreSQL version that clients may expect, and who answers.", s_text, [],
            (_, _) => Value.Text(Version)),
        MakeSystemCall("current_database", "The name of the database.", s_text, [],
            (s, _) => Value.Text(s.DatabaseName)),
        MakeSystemCall("current_catalog", "The name of the database.", s_text, [],
            (s, _) => Value.Text(s.DatabaseName)),
        MakeSystemCall("current_schema", "The first schema of the search path.", s_text, [],
            (s, _) => s.SearchPath.Count > 0 ? Value.Text(s.SearchPath[0]) : Value.Null(s_text)),
        MakeSystemCall("current_schemas", "The schemas of the search path.", s_texts, [LogicalType.Boolean], Schemas),
        .. User("current_user"), .. User("session_user"), .. User("user"), .. User("current_role"),
        MakeSystemCall("current_setting", "The value of a setting.", s_text, [s_text], (s, v) =>
            CatalogOf(s).Setting(v[0].AsText) is { } value
                ? Value.Text(value)
                : throw new QueryException(
                    SqlStates.UndefinedObject, $"Unrecognized configuration parameter: \"{v[0].AsText}\"",
                    hint: "SHOW ALL lists them.")),
        MakeSystemCall("current_setting", "The value of a setting, NULL without one.", s_text,
            [s_text, LogicalType.Boolean], (s, v) =>
                CatalogOf(s).Setting(v[0].AsText) is { } value ? Value.Text(value) : Value.Null(s_text)),
        MakeSystemCall("set_config", "Sets a setting and returns its value.", s_text,
            [s_text, s_text, LogicalType.Boolean],
            (s, v) => Value.Text(CatalogOf(s).Configure(v[0].AsText, v[1].AsText, v[2].AsBoolean)), isVolatile: true),
        MakeSystemCall("pg_backend_pid", "The number of the process.", LogicalType.Integer, [],
            (_, _) => Value.Integer(LogicalType.Integer, Environment.ProcessId)),
        MakeSystemCall("pg_is_in_recovery", "Whether the server only reads; it does not.", LogicalType.Boolean, [],
            (_, _) => Value.Boolean(false)),
        MakeSystemCall("inet_server_addr", "The server's address, which is not told.", s_text, [],
            (_, _) => Value.Null(s_text)),
        MakeSystemCall("inet_server_port", "The server's port, which is not told.", LogicalType.Integer, [],
            (_, _) => Value.Null(LogicalType.Integer)),
        MakeSystemCall("pg_postmaster_start_time", "When this statement began: the process does not say.",
            LogicalType.TimestampTz, [],
            (s, _) => Value.Integer(LogicalType.TimestampTz, s.StatementMicroseconds)),
        MakeSystemCall("txid_current", "A number for the transaction: its time.", LogicalType.BigInt, [],
            (s, _) => Value.BigInt(s.TransactionMicroseconds)),
    ];

    private static IEnumerable<ScalarOverload> User(string name) =>
        [MakeSystemCall(name, "The user of the session.", s_text, [], (s, _) => Value.Text(s.UserName))];

    private static Value Schemas(SessionInfo session, Value[] values)
    {
        IEnumerable<string> path = values[0].AsBoolean ? session.SearchPath.Prepend("pg_catalog") : session.SearchPath;
        return Value.Nested(s_texts, [.. path.Select(Value.Text)]);
    }
}

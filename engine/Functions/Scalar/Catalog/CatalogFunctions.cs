using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using static ColFrag.Engine.Functions.Scalar.Catalog.SystemFunction;

namespace ColFrag.Engine.Functions.Scalar.Catalog;

/// <summary>PostgreSQL's functions over its catalog, which clients call to describe tables.</summary>
internal static class CatalogFunctions
{
    // Numbers of objects come as integers of any kind, and go as oids.
    private static readonly LogicalType s_oid = LogicalType.BigInt;
    private static readonly LogicalType s_oidResult = LogicalType.UInteger;
    private static readonly LogicalType s_text = LogicalType.Varchar;
    private static readonly LogicalType s_integer = LogicalType.Integer;
    private static readonly LogicalType s_truth = LogicalType.Boolean;

    /// <summary>All of them.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. Names, .. Texts, .. Rights,
    ];

    private static IEnumerable<ScalarOverload> Names =>
    [
        Make("to_regclass", "The number of the relation of that name, NULL without one.", s_oidResult, [s_text],
            (s, v) => OidOrNull(CatalogOf(s).FindRelation(v[0].AsText))),
        Make("to_regtype", "The number of the type of that name, NULL without one.", s_oidResult, [s_text],
            (s, v) => OidOrNull(CatalogOf(s).FindType(v[0].AsText))),
        Make("to_regproc", "The number of the function of that name, NULL without one.", s_oidResult, [s_text],
            (s, v) => OidOrNull(CatalogOf(s).FindFunction(v[0].AsText))),
        Make("to_regnamespace", "The number of the schema of that name, NULL without one.", s_oidResult, [s_text],
            (s, v) => OidOrNull(CatalogOf(s).FindSchema(v[0].AsText))),
        Make("regclass_name", "The name of the relation of that number.", s_text, [s_oid],
            (s, v) => TextOrNull(CatalogOf(s).RelationName(OidOf(v[0])) ?? v[0].ToString())),
        Make("regtype_name", "The name of the type of that number.", s_text, [s_oid],
            (s, v) => TextOrNull(CatalogOf(s).TypeName(OidOf(v[0]), -1) ?? v[0].ToString())),
        Make("format_type", "The name of a type with its modifier.", s_text, [s_oid, s_integer], FormatType, true),
        Make("pg_table_is_visible", "Whether the relation's name needs no schema.", s_truth, [s_oid],
            (s, v) => Value.Boolean(CatalogOf(s).IsVisible(OidOf(v[0])))),
        .. Constant("pg_type_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_function_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_operator_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_opclass_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_collation_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_conversion_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_opfamily_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_statistics_obj_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_ts_config_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_ts_dict_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_ts_parser_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_ts_template_is_visible", s_oid, Value.Boolean(true)),
        .. Constant("pg_relation_is_publishable", s_oid, Value.Boolean(false)),
        Make("pg_column_is_updatable", "Whether a column can be changed.", s_truth,
            [s_oid, LogicalType.SmallInt, s_truth], (_, _) => Value.Boolean(true)),
        Make("pg_column_is_updatable", "Whether a column can be changed.", s_truth,
            [s_text, LogicalType.SmallInt, s_truth], (_, _) => Value.Boolean(true)),
        Make("pg_relation_is_updatable", "Bits of the changes that a relation allows.", s_integer, [s_oid, s_truth],
            (_, _) => Value.Integer(s_integer, 28)),
    ];

    private static IEnumerable<ScalarOverload> Texts =>
    [
        Make("pg_get_expr", "The text of an expression of the catalog, which keeps texts.", s_text, [s_text, s_oid],
            (_, v) => v[0]),
        Make("pg_get_expr", "The text of an expression of the catalog, which keeps texts.", s_text,
            [s_text, s_oid, s_truth], (_, v) => v[0]),
        Make("pg_get_constraintdef", "The text of a constraint.", s_text, [s_oid], ConstraintText),
        Make("pg_get_constraintdef", "The text of a constraint.", s_text, [s_oid, s_truth], ConstraintText),
        Make("pg_get_indexdef", "The text of an index.", s_text, [s_oid],
            (s, v) => TextOrNull(CatalogOf(s).IndexText(OidOf(v[0]), 0, false))),
        Make("pg_get_indexdef", "The text of an index, or of one of its columns.", s_text, [s_oid, s_integer, s_truth],
            (s, v) => TextOrNull(
                CatalogOf(s).IndexText(OidOf(v[0]), (int)v[1].AsInteger, v[2].AsBoolean))),
        Make("pg_get_viewdef", "The query of a view.", s_text, [s_oid], ViewText),
        Make("pg_get_viewdef", "The query of a view.", s_text, [s_oid, s_truth], ViewText),
        Make("pg_get_viewdef", "The query of a view.", s_text, [s_text], ViewTextOfName),
        Make("pg_get_viewdef", "The query of a view.", s_text, [s_text, s_truth], ViewTextOfName),
        Make("pg_get_userbyid", "The name of a user.", s_text, [s_oid], (s, _) => Value.Text(s.UserName)),
        .. Constant("pg_get_function_result", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_function_arguments", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_function_identity_arguments", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_functiondef", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_ruledef", s_oid, Value.Null(s_text)),
        Make("pg_get_ruledef", "The text of a rule; there are none.", s_text, [s_oid, s_truth],
            (_, _) => Value.Null(s_text)),
        .. Constant("pg_get_function_sqlbody", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_triggerdef", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_statisticsobjdef_columns", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_partkeydef", s_oid, Value.Null(s_text)),
        .. Constant("pg_get_partition_constraintdef", s_oid, Value.Null(s_text)),
        .. Constant("pg_encoding_to_char", s_integer, Value.Text("UTF8")),
        MakeSystemCall("getdatabaseencoding", "The encoding of text.", s_text, [], (_, _) => Value.Text("UTF8")),
        MakeSystemCall("pg_client_encoding", "The encoding of the client's text.", s_text, [],
            (_, _) => Value.Text("UTF8")),
        Make("pg_size_pretty", "A number of bytes with a unit.", s_text, [LogicalType.BigInt],
            (_, v) => Value.Text(SizeText((long)v[0].AsInteger))),
        .. Constant("pg_char_to_encoding", s_text, Value.Integer(s_integer, 6)),
        Make("obj_description", "The comment on an object.", s_text, [s_oid, s_text], Comment),
        Make("obj_description", "The comment on an object.", s_text, [s_oid], Comment),
        Make("col_description", "The comment on a column.", s_text, [s_oid, s_integer],
            (s, v) => TextOrNull(CatalogOf(s).Comment(OidOf(v[0]), (int)v[1].AsInteger))),
        Make("shobj_description", "The comment on an object of all databases; there are none.", s_text,
            [s_oid, s_text], (_, _) => Value.Null(s_text)),
        .. Constant("pg_relation_size", s_oid, Value.BigInt(0)),
        .. Constant("pg_total_relation_size", s_oid, Value.BigInt(0)),
        .. Constant("pg_table_size", s_oid, Value.BigInt(0)),
        .. Constant("pg_indexes_size", s_oid, Value.BigInt(0)),
        .. Constant("pg_database_size", s_text, Value.BigInt(0)),
        .. Constant("pg_tablespace_size", s_oid, Value.BigInt(0)),
        .. Constant("pg_tablespace_location", s_oid, Value.Text("")),
    ];

    private static IEnumerable<ScalarOverload> Rights =>
    [
        .. Right("has_table_privilege"), .. Right("has_any_column_privilege"), .. Right("has_schema_privilege"),
        .. Right("has_database_privilege"), .. Right("has_function_privilege"), .. Right("has_sequence_privilege"),
        .. Right("has_type_privilege"), .. Right("has_tablespace_privilege"), .. Right("has_language_privilege"),
        .. Right("has_foreign_data_wrapper_privilege"), .. Right("has_server_privilege"), .. Right("pg_has_role"),
        .. ColumnRight(s_text), .. ColumnRight(s_oid),
    ];

    // Rights are not checked yet: everybody who may connect may do everything.
    private static IEnumerable<ScalarOverload> Right(string name)
    {
        const string Description = "Whether a user has a right; all users have all of them.";
        foreach (LogicalType subject in (LogicalType[])[s_oid, s_text])
        {
            yield return Make(name, Description, s_truth, [subject, s_text], (_, _) => Value.Boolean(true));
            foreach (LogicalType user in (LogicalType[])[s_oid, s_text])
                yield return Make(name, Description, s_truth, [user, subject, s_text], (_, _) => Value.Boolean(true));
        }
    }

    private static IEnumerable<ScalarOverload> ColumnRight(LogicalType table)
    {
        const string Description = "Whether a user has a right on a column; all users have all of them.";
        foreach (LogicalType column in (LogicalType[])[s_integer, s_text])
        {
            yield return Make(
                "has_column_privilege", Description, s_truth, [table, column, s_text], (_, _) => Value.Boolean(true));
            yield return Make(
                "has_column_privilege", Description, s_truth, [s_text, table, column, s_text],
                (_, _) => Value.Boolean(true));
        }
    }

    private static Value FormatType(SessionInfo session, Value[] values)
    {
        if (values[0].IsNull) return Value.Null(s_text);
        int modifier = values[1].IsNull ? -1 : (int)values[1].AsInteger;
        return Value.Text(CatalogOf(session).TypeName(OidOf(values[0]), modifier) ?? "???");
    }

    private static Value ConstraintText(SessionInfo session, Value[] values) =>
        TextOrNull(CatalogOf(session).ConstraintText(OidOf(values[0])));

    private static Value ViewText(SessionInfo session, Value[] values) =>
        TextOrNull(CatalogOf(session).ViewText(OidOf(values[0])));

    private static Value ViewTextOfName(SessionInfo session, Value[] values)
    {
        uint view = CatalogOf(session).FindRelation(values[0].AsText) ?? throw new QueryException(
            SqlStates.UndefinedTable, $"Relation does not exist: \"{values[0].AsText}\"");
        return TextOrNull(CatalogOf(session).ViewText(view));
    }

    private static Value Comment(SessionInfo session, Value[] values) =>
        TextOrNull(CatalogOf(session).Comment(OidOf(values[0]), 0));

    // PostgreSQL changes the unit at ten of the next one, and rounds half up.
    private static string SizeText(long bytes)
    {
        string[] units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
        const long Most = 10 * 1024;
        double size = bytes;
        int unit = 0;
        while (Math.Abs(size) >= Most && unit < units.Length - 1)
        {
            size /= 1024;
            unit++;
        }
        double rounded = Math.Round(size, MidpointRounding.AwayFromZero);
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{rounded:0} {units[unit]}");
    }

    private static uint OidOf(Value value) => (uint)value.AsInteger;

    private static Value OidOrNull(uint? oid) => oid is { } number ? Value.Integer(s_oidResult, number)
        : Value.Null(s_oidResult);

    private static Value TextOrNull(string? text) => text is null ? Value.Null(s_text) : Value.Text(text);

    private static ScalarOverload Make(
        string name, string description, LogicalType result, LogicalType[] types,
        Func<SessionInfo, Value[], Value> apply, bool handlesNulls = false) =>
        MakeSystemCall(name, description, result, types, apply, handlesNulls);

    // What has the same answer for everything there is here.
    private static IEnumerable<ScalarOverload> Constant(string name, LogicalType argument, Value answer) =>
    [
        Make(name, "Answers what PostgreSQL's clients ask; the same for all.", answer.Type, [argument], (_, _) =>
            answer),
    ];

    /// <summary>An entry of the registry.</summary>
    internal static ScalarOverload MakeSystemCall(
        string name, string description, LogicalType result, LogicalType[] types,
        Func<SessionInfo, Value[], Value> apply, bool handlesNulls = false, bool isVolatile = false)
    {
        FunctionFlags flags = FunctionFlags.Stable | FunctionFlags.CanThrow | FunctionFlags.MayReturnNull
            | FunctionFlags.StaysHere;
        if (handlesNulls) flags |= FunctionFlags.HandlesNulls;
        if (isVolatile) flags |= FunctionFlags.Volatile;
        FunctionInfo info = new(name, description) { Category = "Catalog", Flags = flags };
        SystemFunction function = new(info, types, result, apply);
        return FunctionEntries.Bound(info, [.. types.Select(t => (ParameterPattern)t)], _ => function);
    }
}

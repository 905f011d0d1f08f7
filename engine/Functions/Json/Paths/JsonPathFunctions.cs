using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>
/// PostgreSQL's functions of SQL/JSON paths. Each takes an object with the path's variables, and whether errors of the
/// data are NULL.
/// </summary>
internal static class JsonPathFunctions
{
    private static readonly FunctionInfo s_exists = Info(
        "jsonb_path_exists", "True when an SQL/JSON path leads to something.",
        "jsonb_path_exists('{\"a\": [1, 5]}', '$.a[*] ? (@ > $low)', '{\"low\": 4}')", "true",
        ["json_path_exists", "jsonb_path_exists_tz"]);
    private static readonly FunctionInfo s_existsOperator = Info(
        "@?", "True when an SQL/JSON path leads to something; NULL where it fails.",
        "'{\"a\": [1, 5]}'::jsonb @? '$.a[*] ? (@ > 4)'", "true", ["jsonb_path_exists_opr"]);
    private static readonly FunctionInfo s_match = Info(
        "jsonb_path_match", "What the condition of an SQL/JSON path is: true, false or, unknown, NULL.",
        "jsonb_path_match('{\"a\": [1, 5]}', 'exists($.a[*] ? (@ > 6))')", "false", ["jsonb_path_match_tz"]);
    private static readonly FunctionInfo s_matchOperator = Info(
        "@@", "What the condition of an SQL/JSON path is; NULL where it is unknown or fails.",
        "'{\"a\": 5}'::jsonb @@ '$.a > 4'", "true", ["jsonb_path_match_opr"]);
    private static readonly FunctionInfo s_list = Info(
        "json_path_query_list", "Everything that an SQL/JSON path leads to, as a list; what jsonb_path_query unnests.",
        "json_path_query_list('{\"a\": [1, 5]}', '$.a[*]')", "[1, 5]");
    private static readonly FunctionInfo s_array = Info(
        "jsonb_path_query_array", "Everything that an SQL/JSON path leads to, as an array.",
        "jsonb_path_query_array('{\"a\": [1, 2, 5]}', '$.a[*] ? (@ > 1)')", "[2,5]",
        ["json_path_query_array", "jsonb_path_query_array_tz"]);
    private static readonly FunctionInfo s_first = Info(
        "jsonb_path_query_first", "The first value that an SQL/JSON path leads to.",
        "jsonb_path_query_first('{\"a\": [5, 6]}', '$.a[*]')", "5",
        ["json_path_query_first", "jsonb_path_query_first_tz"]);

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. Of(s_exists, LogicalType.Boolean, (found, _) => Value.Boolean(found.Count > 0)),
        Operator(s_existsOperator, found => Value.Boolean(found.Count > 0)),
        .. Of(s_match, LogicalType.Boolean, TruthOf),
        Operator(s_matchOperator, found => TruthOf(found, true)),
        .. Of(s_list, LogicalType.List(LogicalType.Json), (found, _) => Value.Nested(
            LogicalType.List(LogicalType.Json), [.. found.Select(JsonText.OfElement)])),
        .. Of(s_array, LogicalType.Json, (found, _) => JsonText.Write(target =>
        {
            target.WriteStartArray();
            foreach (JsonElement item in found) item.WriteTo(target);
            target.WriteEndArray();
        })),
        .. Of(s_first, LogicalType.Json, (found, _) => found.Count == 0 ? null : JsonText.OfElement(found[0])),
    ];

    private static FunctionInfo Info(
        string name, string description, string example, string returns, string[]? aliases = null) =>
        new(name, description)
        {
            Category = "JSON", Example = example, Returns = returns, Aliases = aliases ?? [],
            Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
        };

    private static IEnumerable<ScalarOverload> Of(
        FunctionInfo info, LogicalType result, Func<List<JsonElement>, bool, Value?> body)
    {
        ParameterPattern[] all = [LogicalType.Json, LogicalType.Varchar, LogicalType.Json, LogicalType.Boolean];
        for (int count = 2; count <= all.Length; count++)
        {
            yield return ValueFunction.Overload(
                info, all[..count], _ => result, _ => (arguments, context) => Run(arguments, context, body));
        }
    }

    private static ScalarOverload Operator(FunctionInfo info, Func<List<JsonElement>, Value?> body) =>
        ValueFunction.Overload(
            info, [LogicalType.Json, LogicalType.Varchar], _ => LogicalType.Boolean, _ => (arguments, context) =>
                Find(arguments, context, null, out QueryException? _) is { } found ? body(found) : null);

    private static Value? Run(
        ReadOnlySpan<Value> arguments, FunctionContext context, Func<List<JsonElement>, bool, Value?> body)
    {
        JsonElement? variables = arguments.Length > 2 ? JsonText.Parse(arguments[2].AsBytes) : null;
        if (variables is { ValueKind: not JsonValueKind.Object })
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "\"vars\" argument is not an object",
                hint: "Jsonpath parameters should be encoded as key-value pairs of \"vars\" object.");
        }
        bool isSilent = arguments.Length > 3 && arguments[3].AsBoolean;
        List<JsonElement>? found = Find(arguments, context, variables, out QueryException? error);
        if (found is null) return isSilent ? null : throw error!;
        return body(found, isSilent);
    }

    private static List<JsonElement>? Find(
        ReadOnlySpan<Value> arguments, FunctionContext context, JsonElement? variables, out QueryException? error) =>
        PathEvaluator.Find(
            context.GetState<SqlJsonPathCache>().Of(arguments[1].AsBytes), JsonText.Parse(arguments[0].AsBytes),
            variables, out error);

    private static Value? TruthOf(List<JsonElement> found, bool isSilent) => found switch
    {
        [{ ValueKind: JsonValueKind.True or JsonValueKind.False } truth] => Value.Boolean(truth.GetBoolean()),
        [{ ValueKind: JsonValueKind.Null }] => null,
        _ when isSilent => null,
        _ => throw new QueryException(SqlStates.SingletonJsonItemRequired, "Single boolean result is expected"),
    };
}

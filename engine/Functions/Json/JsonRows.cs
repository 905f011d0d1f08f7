using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>
/// JSON taken apart into rows: the lists behind json_each, json_tree, json_array_elements in FROM and in select lists.
/// </summary>
internal static class JsonRows
{
    private static readonly LogicalType s_textPair = LogicalType.Struct(
        [new Field("key", LogicalType.Varchar), new Field("value", LogicalType.Varchar)]);

    // The columns of DuckDB and SQLite.
    private static readonly LogicalType s_node = LogicalType.Struct(
    [
        new Field("key", LogicalType.Varchar), new Field("value", LogicalType.Json),
        new Field("type", LogicalType.Varchar), new Field("atom", LogicalType.Json),
        new Field("id", LogicalType.BigInt), new Field("parent", LogicalType.BigInt),
        new Field("fullkey", LogicalType.Varchar), new Field("path", LogicalType.Varchar),
    ]);

    private static readonly FunctionInfo s_each = Info(
        "json_each",
        "The members of an object, or the elements of an array with their numbers, a row each with key and value. " +
        "type, atom, id, parent, fullkey and path can be asked for by name. A second argument is a path into it.",
        "json_array_length((SELECT json_group_array(key) FROM json_each('{\"a\": 1, \"b\": 2}')))", "2",
        ["jsonb_each"]);
    private static readonly FunctionInfo s_eachText = Info(
        "json_each_text", "As json_each, with values as text: strings without quotes, null as NULL.",
        "(SELECT max(value) FROM json_each_text('{\"a\": \"x\"}'))", "x", ["jsonb_each_text"]);
    private static readonly FunctionInfo s_tree = Info(
        "json_tree", "Every value inside of a JSON value, itself included, a row each.",
        "(SELECT string_agg(fullkey, ' ' ORDER BY id) FROM json_tree('{\"a\": [5]}'))", "$ $.a $.a[0]", ["jsonb_tree"]);
    private static readonly FunctionInfo s_elements = Info(
        "json_array_elements", "The elements of an array, a row each.",
        "(SELECT count(*) FROM json_array_elements('[1, 2]'))", "2", ["jsonb_array_elements"]);
    private static readonly FunctionInfo s_elementTexts = Info(
        "json_array_elements_text", "The elements of an array as text, a row each.",
        "(SELECT string_agg(value, '+') FROM json_array_elements_text('[\"a\"]'))", "a",
        ["jsonb_array_elements_text"]);

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        .. AtPath(s_each, s_node, root => Each(root, "$")),
        .. AtPath(s_tree, s_node, root => Tree(root, "$")),
        Of(s_eachText, s_textPair, root => Members(root).Select(m => Value.Nested(
            s_textPair,
            [Value.Text(m.Name), JsonText.PlainText(m.Value) ?? Value.Null(LogicalType.Varchar)]))),
        Of(s_elements, LogicalType.Json, root => Elements(root).Select(JsonText.OfElement)),
        Of(s_elementTexts, LogicalType.Varchar, root => Elements(root).Select(
            e => JsonText.PlainText(e) ?? Value.Null(LogicalType.Varchar))),
    ];

    /// <summary>How many of the fields of a function's rows <c>*</c> shows; PostgreSQL's json_each has two.</summary>
    public static int ShownFields(string function) => function is "json_each" or "jsonb_each" ? 2 : int.MaxValue;

    private static FunctionInfo Info(
        string name, string description, string example, string returns, string[]? aliases = null) =>
        new(name, description)
        {
            Category = "JSON", Example = example, Returns = returns, Aliases = aliases ?? [],
            Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull,
        };

    private static ScalarOverload Of(
        FunctionInfo info, LogicalType row, Func<JsonElement, IEnumerable<Value>> rows) => ValueFunction.Overload(
            info, [LogicalType.Json], _ => LogicalType.List(row),
            _ => (a, _) => Value.Nested(LogicalType.List(row), [.. rows(JsonText.Parse(a[0].AsBytes))]));

    private static IEnumerable<ScalarOverload> AtPath(
        FunctionInfo info, LogicalType row, Func<JsonElement, IEnumerable<Value>> rows) =>
    [
        Of(info, row, rows),
        ValueFunction.Overload(
            info, [LogicalType.Json, LogicalType.Varchar], _ => LogicalType.List(row),
            _ => (a, _) => JsonPath.Parse(a[1].AsBytes).TryFind(JsonText.Parse(a[0].AsBytes), out JsonElement found)
                ? Value.Nested(LogicalType.List(row), [.. rows(found)]) : null),
    ];

    private static IEnumerable<JsonProperty> Members(JsonElement root) =>
        root.ValueKind == JsonValueKind.Object ? root.EnumerateObject() : throw new QueryException(
            SqlStates.InvalidParameterValue, $"Cannot deconstruct {NameOf(root)} as an object");

    private static IEnumerable<JsonElement> Elements(JsonElement root) =>
        root.ValueKind == JsonValueKind.Array ? root.EnumerateArray() : throw new QueryException(
            SqlStates.InvalidParameterValue, $"Cannot extract elements from {NameOf(root)}");

    private static string NameOf(JsonElement root) => root.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => "a scalar",
    };

    private static IEnumerable<Value> Each(JsonElement root, string path)
    {
        if (root.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            yield return Node(null, root, 0, null, path, path);
            yield break;
        }
        long id = 0;
        foreach ((string key, string fullKey, JsonElement child) in Children(root, path))
        {
            id++;
            yield return Node(key, child, id, null, fullKey, path);
            id += Size(child) - 1;
        }
    }

    private static List<Value> Tree(JsonElement root, string path)
    {
        List<Value> rows = [Node(null, root, 0, null, path, path)];
        Descend(root, path, 0, rows);
        return rows;
    }

    // Ids count values in the order of the text, as those of the rows do. Depth is limited by the parser.
    private static void Descend(JsonElement parent, string path, long parentId, List<Value> rows)
    {
        foreach ((string key, string fullKey, JsonElement child) in Children(parent, path))
        {
            long id = rows.Count;
            rows.Add(Node(key, child, id, parentId, fullKey, path));
            Descend(child, fullKey, id, rows);
        }
    }

    private static long Size(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => 1 + element.EnumerateObject().Sum(p => Size(p.Value)),
        JsonValueKind.Array => 1 + element.EnumerateArray().Sum(Size),
        _ => 1,
    };

    private static IEnumerable<(string Key, string FullKey, JsonElement Value)> Children(
        JsonElement parent, string path) => parent.ValueKind switch
    {
        JsonValueKind.Object => parent.EnumerateObject().Select(p => (p.Name, $"{path}.{Quoted(p.Name)}", p.Value)),
        JsonValueKind.Array => parent.EnumerateArray().Select((e, i) => ($"{i}", $"{path}[{i}]", e)),
        _ => [],
    };

    private static string Quoted(string name) =>
        name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_') ? name : $"\"{name}\"";

    private static Value Node(
        string? key, JsonElement value, long id, long? parent, string fullKey, string path) => Value.Nested(
        s_node,
        [
            key is null ? Value.Null(LogicalType.Varchar) : Value.Text(key),
            JsonText.OfElement(value), Value.Text(JsonQuestions.DuckKindOf(value)),
            value.ValueKind is JsonValueKind.Object or JsonValueKind.Array
                ? Value.Null(LogicalType.Json) : JsonText.OfElement(value),
            Value.BigInt(id), parent is null ? Value.Null(LogicalType.BigInt) : Value.BigInt(parent.Value),
            Value.Text(fullKey), Value.Text(path),
        ]);
}

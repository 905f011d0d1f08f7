using System.Text.Json;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>Questions about JSON values: what they are, what they have, whether one is in another.</summary>
internal static class JsonQuestions
{
    private static readonly FunctionInfo s_valid =
        Info("json_valid", "True when a text is JSON.", "json_valid('[1, 2')", "false", 0);
    private static readonly FunctionInfo s_isJson = Info(
        "is_json", "True when a text is JSON of a kind: value, object, array, scalar. What IS JSON becomes.",
            "'[1]' IS JSON ARRAY", "true", 0);
    private static readonly FunctionInfo s_type = Info(
        "json_typeof", "object, array, string, number, boolean or null.", "json_typeof('-123.4')", "number",
            FunctionFlags.CanThrow, ["jsonb_typeof"]);
    private static readonly FunctionInfo s_duckType = Info(
        "json_type",
            "The type by DuckDB's name: OBJECT, ARRAY, VARCHAR, BIGINT, UBIGINT, DOUBLE, BOOLEAN or NULL; of what a path " +
            "leads to where one is given.",
            "json_type('[1]', '$[0]')", "UBIGINT", FunctionFlags.CanThrow | FunctionFlags.MayReturnNull);
    private static readonly FunctionInfo s_length = Info(
        "json_array_length", "Number of elements of an array.", "json_array_length('[1, 2, 3]')", "3",
            FunctionFlags.CanThrow | FunctionFlags.MayReturnNull, ["jsonb_array_length"]);
    private static readonly FunctionInfo s_keys = Info(
        "json_keys", "The names of an object's members.", "json_keys('{\"a\": 1, \"b\": 2}')", "[a, b]",
            FunctionFlags.CanThrow, ["json_object_keys", "jsonb_object_keys"]);
    private static readonly FunctionInfo s_contains = Info(
        "json_contains", "True when the first value has the second inside, as @> says.",
            "json_contains('{\"a\": [1, 2]}', '{\"a\": [2]}')", "true", FunctionFlags.CanThrow, ["jsonb_contains"]);
    private static readonly FunctionInfo s_has = Info(
        "?", "True when an object has the member, or an array the text.", "'{\"a\": 1}'::jsonb ? 'a'", "true",
            FunctionFlags.CanThrow, ["json_has_key", "jsonb_exists"]);
    private static readonly FunctionInfo s_hasAny = Info(
        "?|", "True when an object has one of the members.", "'{\"a\": 1}'::jsonb ?| ARRAY['x', 'a']", "true",
            FunctionFlags.CanThrow, ["jsonb_exists_any"]);
    private static readonly FunctionInfo s_hasAll = Info(
        "?&", "True when an object has all of the members.", "'{\"a\": 1}'::jsonb ?& ARRAY['x', 'a']", "false",
            FunctionFlags.CanThrow, ["jsonb_exists_all"]);

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        FunctionEntries.Bound(s_valid, [LogicalType.Varchar], t =>
            new RowFunction<Valid, bool>(s_valid, t, LogicalType.Boolean, default)),
        FunctionEntries.Bound(s_isJson, [LogicalType.Varchar, LogicalType.Varchar], t =>
            new RowFunction<IsKind, bool>(s_isJson, t, LogicalType.Boolean, default)),
        Of(s_type, LogicalType.Varchar, a => Value.Text(KindOf(JsonText.Parse(a[0].AsBytes)))),
        Of(s_duckType, LogicalType.Varchar, a => Value.Text(DuckKindOf(JsonText.Parse(a[0].AsBytes)))),
        Of(s_duckType, LogicalType.Varchar, a =>
            At(a) is { } e ? Value.Text(DuckKindOf(e)) : null, LogicalType.Varchar),
        Of(s_length, LogicalType.Integer, a => LengthOf(JsonText.Parse(a[0].AsBytes))),
        Of(s_length, LogicalType.Integer, a => At(a) is { } e ? LengthOf(e) : null, LogicalType.Varchar),
        Of(s_keys, LogicalType.List(LogicalType.Varchar), a => KeysOf(JsonText.Parse(a[0].AsBytes))),
        Of(s_keys, LogicalType.List(LogicalType.Varchar), a => At(a) is { } e ? KeysOf(e) : null, LogicalType.Varchar),
        Of(s_contains, LogicalType.Boolean, a => Contains(a[0], a[1]), LogicalType.Json),
        Of(Nested.Lists.ListSetTest.ContainsInfo, LogicalType.Boolean, a => Contains(a[0], a[1]), LogicalType.Json),
        Of(Nested.Lists.ListSetTest.ContainedInfo, LogicalType.Boolean, a => Contains(a[1], a[0]), LogicalType.Json),
        Of(s_has, LogicalType.Boolean, a =>
            Value.Boolean(Has(JsonText.Parse(a[0].AsBytes), a[1].AsText)), LogicalType.Varchar),
        Of(s_hasAny, LogicalType.Boolean, a =>
            Value.Boolean(Names(a).Any(n =>
                Has(JsonText.Parse(a[0].AsBytes), n))), LogicalType.List(LogicalType.Varchar)),
        Of(s_hasAll, LogicalType.Boolean, a =>
            Value.Boolean(Names(a).All(n =>
                Has(JsonText.Parse(a[0].AsBytes), n))), LogicalType.List(LogicalType.Varchar)),
    ];

    private static FunctionInfo Info(
        string name, string description, string example, string returns, FunctionFlags flags, string[]? aliases =
            null) =>
        new(name, description) { Category =
            "JSON", Example = example, Returns = returns, Flags = flags, Aliases = aliases ?? [] };

    private static ScalarOverload Of(
        FunctionInfo info, LogicalType result, Func<Value[], Value?> body, params LogicalType[] others) =>
        ValueFunction.Overload(
            info, [LogicalType.Json, .. others.Select(o =>
                (ParameterPattern)o)], _ => result, _ => (a, _) => body(a.ToArray()));

    private static JsonElement? At(Value[] arguments) =>
        JsonPath.Parse(arguments[1].AsBytes).TryFind(JsonText.Parse(arguments[0].AsBytes), out JsonElement found)
            ? found : null;

    private static IEnumerable<string> Names(Value[] arguments) =>
        arguments[1].Elements.Where(e => !e.IsNull).Select(e => e.AsText);

    /// <summary>PostgreSQL's name of what a value is.</summary>
    public static string KindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.Null => "null",
        _ => "boolean",
    };

    /// <summary>The type of a value by DuckDB's name.</summary>
    public static string DuckKindOf(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "OBJECT",
        JsonValueKind.Array => "ARRAY",
        JsonValueKind.String => "VARCHAR",
        JsonValueKind.Number when element.TryGetUInt64(out _) => "UBIGINT",
        JsonValueKind.Number when element.TryGetInt64(out _) => "BIGINT",
        JsonValueKind.Number => "DOUBLE",
        JsonValueKind.Null => "NULL",
        _ => "BOOLEAN",
    };

    private static Value LengthOf(JsonElement element) => Value.Integer(
        LogicalType.Integer, element.ValueKind == JsonValueKind.Array ? element.GetArrayLength() : 0);

    private static Value KeysOf(JsonElement element) => Value.Nested(
        LogicalType.List(LogicalType.Varchar),
        element.ValueKind == JsonValueKind.Object ? [.. element.EnumerateObject().Select(p =>
            Value.Text(p.Name))] : []);

    private static bool Has(JsonElement element, string name) => element.ValueKind switch
    {
        JsonValueKind.Object => element.TryGetProperty(name, out _),
        JsonValueKind.Array =>
            element.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.String && e.ValueEquals(name)),
        JsonValueKind.String => element.ValueEquals(name),
        _ => false,
    };

    private static Value Contains(Value whole, Value part) =>
        Value.Boolean(Contains(JsonText.Parse(whole.AsBytes), JsonText.Parse(part.AsBytes), isTop: true));

    // An array may also have a bare scalar inside, at the top only: PostgreSQL's special case.
    private static bool Contains(JsonElement whole, JsonElement part, bool isTop)
    {
        if (whole.ValueKind == JsonValueKind.Array && part.ValueKind == JsonValueKind.Array)
        {
            return part.EnumerateArray().All(p => whole.EnumerateArray().Any(w => Contains(w, p, isTop: false)));
        }
        if (whole.ValueKind == JsonValueKind.Object && part.ValueKind == JsonValueKind.Object)
        {
            return part.EnumerateObject().All(p =>
                whole.TryGetProperty(p.Name, out JsonElement w) && Contains(w, p.Value, isTop: false));
        }
        bool isScalar = part.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array);
        if (isTop && whole.ValueKind == JsonValueKind.Array && isScalar)
        {
            return whole.EnumerateArray().Any(w => Contains(w, part, isTop: false));
        }
        return isScalar && JsonElement.DeepEquals(whole, part);
    }

    private readonly struct Valid : IRowKernel<bool>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
        {
            result = TextToJson.IsJson(arguments.Get<ReadOnlySpan<byte>>(0, row));
            return true;
        }
    }

    private readonly struct IsKind : IRowKernel<bool>
    {
        public bool Run(in RowArguments arguments, int row, FunctionContext context, out bool result)
        {
            ReadOnlySpan<byte> text = Text.NumberText.Trim(arguments.Get<ReadOnlySpan<byte>>(0, row));
            ReadOnlySpan<byte> kind = arguments.Get<ReadOnlySpan<byte>>(1, row);
            byte first = text.IsEmpty ? (byte)0 : text[0];
            bool isOfKind = kind.SequenceEqual("object"u8) ? first == '{'
                : kind.SequenceEqual("array"u8) ? first == '['
                : !kind.SequenceEqual("scalar"u8) || first is not ((byte)'{' or (byte)'[');
            result = isOfKind && TextToJson.IsJson(text);
            return true;
        }
    }
}

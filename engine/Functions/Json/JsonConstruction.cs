using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>JSON from SQL values, and JSON changed.</summary>
internal static class JsonConstruction
{
    private const FunctionFlags NullsCount = FunctionFlags.HandlesNulls | FunctionFlags.CanThrow;

    private static readonly FunctionInfo s_toJson = Info(
        "to_json", "Any value as JSON.", "to_json([1, 2])", "[1,2]", 0,
            ["to_jsonb", "row_to_json", "array_to_json", "json_quote"]);
    private static readonly FunctionInfo s_array = Info(
        "json_array", "An array of the values.", "json_array(1, 'a', NULL)", "[1,\"a\",null]", NullsCount,
            ["json_build_array", "jsonb_build_array"]);
    private static readonly FunctionInfo s_object = Info(
        "json_object", "An object of names and values by turns.", "json_object('a', 1, 'b', [2])",
            "{\"a\":1,\"b\":[2]}", NullsCount, ["json_build_object", "jsonb_build_object"]);
    private static readonly FunctionInfo s_merge = Info(
        "json_merge_patch", "The first changed by the second, as RFC 7396 says: null removes a member.",
            "json_merge_patch('{\"a\": 1, \"b\": 2}', '{\"a\": null, \"c\": 3}')", "{\"b\":2,\"c\":3}",
                FunctionFlags.CanThrow);
    private static readonly FunctionInfo s_concat = Scalar.Strings.Concatenate.Info;
    private static readonly FunctionInfo s_delete = Info(
        "json_delete", "Without a member, or without an element by its number; what jsonb - key becomes.",
            "'{\"a\": 1, \"b\": 2}'::jsonb - 'a'", "{\"b\":2}", FunctionFlags.CanThrow, ["jsonb_delete", "-"]);
    private static readonly FunctionInfo s_deletePath = Info(
        "jsonb_delete_path", "Without what a list of names and numbers leads to; what jsonb #- list becomes.",
            "'{\"a\": [1, 2]}'::jsonb #- ARRAY['a', '0']", "{\"a\":[2]}", FunctionFlags.CanThrow,
                ["json_delete_path", "#-"]);
    private static readonly FunctionInfo s_set = Info(
        "jsonb_set",
            "With another value at a list of names and numbers; made where missing unless the last argument is false.",
                "jsonb_set('{\"a\": [1, 2]}', ARRAY['a', '0'], '9')", "{\"a\":[9,2]}", FunctionFlags.CanThrow,
                    ["json_set"]);
    private static readonly FunctionInfo s_insert = Info(
        "jsonb_insert",
            "With a value put in before the place of a list of names and numbers, or behind it if the last argument " +
            "says so.", "jsonb_insert('{\"a\": [0, 1]}', ARRAY['a', '1'], '9')", "{\"a\":[0,9,1]}",
                FunctionFlags.CanThrow);
    private static readonly FunctionInfo s_strip = Info(
        "json_strip_nulls", "Without members that are null.", "json_strip_nulls('{\"a\": null, \"b\": [null]}')",
            "{\"b\":[null]}", FunctionFlags.CanThrow, ["jsonb_strip_nulls"]);
    private static readonly FunctionInfo s_pretty = Info(
        "json_pretty", "Indented, a member a line.", "json_pretty('[1]')", "[\n    1\n]", FunctionFlags.CanThrow,
            ["jsonb_pretty"]);
    private static readonly FunctionInfo s_compact =
        Info("json", "The text as compact JSON.", "json('{ \"a\" : 1 }')", "{\"a\":1}", FunctionFlags.CanThrow);

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_toJson, [ParameterPattern.Any], _ => LogicalType.Json, _ => (a, _) => One(a[0])),
        ValueFunction.Overload(s_array, [], _ => LogicalType.Json, _ => (_, _) => ArrayOf([])),
        ValueFunction.Overload(s_array, [ParameterPattern.Any], _ =>
            LogicalType.Json, _ => (a, _) => ArrayOf(a.ToArray()), isVariadic: true),
        ValueFunction.Overload(s_object, [], _ => LogicalType.Json, _ => (_, _) => ObjectOf([])),
        ValueFunction.Overload(s_object, [ParameterPattern.Any], _ =>
            LogicalType.Json, _ => (a, _) => ObjectOf(a.ToArray()), isVariadic: true),
        Changed(s_merge, [LogicalType.Json, LogicalType.Json], (a, writer) => Merge(writer, Parse(a[0]), Parse(a[1]))),
        Changed(s_concat, [LogicalType.Json, LogicalType.Json], (a, writer) => Join(writer, Parse(a[0]), Parse(a[1]))),
        Changed(s_delete, [LogicalType.Json, LogicalType.Varchar], (a, writer) =>
            Delete(writer, Parse(a[0]), [a[1].AsText])),
        Changed(s_delete, [LogicalType.Json, LogicalType.BigInt], (a, writer) =>
            Delete(writer, Parse(a[0]), (long)a[1].AsInteger)),
        Changed(s_delete, [LogicalType.Json, LogicalType.List(LogicalType.Varchar)], (a, writer) =>
            Delete(writer, Parse(a[0]), Keys(a[1]))),
        Changed(s_deletePath, [LogicalType.Json, LogicalType.List(LogicalType.Varchar)], (a, writer) =>
            JsonPlaces.Delete(writer, Parse(a[0]), Keys(a[1]))),
        Changed(s_set, [LogicalType.Json, LogicalType.List(LogicalType.Varchar), LogicalType.Json], (a, writer) =>
            Set(writer, Parse(a[0]), Keys(a[1]), Parse(a[2]), true)),
        Changed(
            s_set, [LogicalType.Json, LogicalType.List(LogicalType.Varchar), LogicalType.Json, LogicalType.Boolean],
            (a, writer) => Set(writer, Parse(a[0]), Keys(a[1]), Parse(a[2]), a[3].AsBoolean)),
        Changed(s_insert, [LogicalType.Json, LogicalType.List(LogicalType.Varchar), LogicalType.Json], (a, writer) =>
            JsonPlaces.Insert(writer, Parse(a[0]), Keys(a[1]), Parse(a[2]), false)),
        Changed(
            s_insert, [LogicalType.Json, LogicalType.List(LogicalType.Varchar), LogicalType.Json, LogicalType.Boolean],
            (a, writer) => JsonPlaces.Insert(writer, Parse(a[0]), Keys(a[1]), Parse(a[2]), a[3].AsBoolean)),
        Changed(s_strip, [LogicalType.Json], (a, writer) => Strip(writer, Parse(a[0]))),
        Changed(s_compact, [LogicalType.Json], (a, writer) => Parse(a[0]).WriteTo(writer)),
        ValueFunction.Overload(s_pretty, [LogicalType.Json], _ =>
            LogicalType.Varchar, _ => (a, _) => Pretty(Parse(a[0]))),
    ];

    private static FunctionInfo Info(
        string name, string description, string example, string returns, FunctionFlags flags, string[]? aliases =
            null) =>
        new(name, description) { Category =
            "JSON", Example = example, Returns = returns, Flags = flags, Aliases = aliases ?? [] };

    private static JsonElement Parse(Value json) => JsonText.Parse(json.AsBytes);

    private static string[] Keys(Value list) => [.. list.Elements.Select(e => e.IsNull ? "" : e.AsText)];

    private static ScalarOverload Changed(
        FunctionInfo info, LogicalType[] types, Action<Value[], Utf8JsonWriter> write) => ValueFunction.Overload(
        info, [.. types.Select(t => (ParameterPattern)t)], _ => LogicalType.Json, _ => (a, _) =>
        {
            Value[] arguments = a.ToArray();
            return JsonText.Write(writer => write(arguments, writer));
        });

    private static Value One(Value value) => JsonText.Write(writer => JsonText.WriteValue(writer, value));

    private static Value ArrayOf(Value[] values) => JsonText.Write(writer =>
    {
        writer.WriteStartArray();
        foreach (Value value in values) JsonText.WriteValue(writer, value);
        writer.WriteEndArray();
    });

    private static Value ObjectOf(Value[] values)
    {
        if (values.Length % 2 != 0)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "An object needs a value for every name: an even number of arguments");
        }
        return JsonText.Write(writer =>
        {
            writer.WriteStartObject();
            for (int i = 0; i < values.Length; i += 2)
            {
                if (values[i].IsNull) throw new QueryException(
                    SqlStates.InvalidParameterValue, $"Name {(i / 2) + 1} of an object is NULL");
                writer.WritePropertyName(values[i].ToString());
                JsonText.WriteValue(writer, values[i + 1]);
            }
            writer.WriteEndObject();
        });
    }

    private static void Merge(Utf8JsonWriter writer, JsonElement target, JsonElement patch)
    {
        if (patch.ValueKind != JsonValueKind.Object)
        {
            patch.WriteTo(writer);
            return;
        }
        writer.WriteStartObject();
        bool hasMembers = target.ValueKind == JsonValueKind.Object;
        foreach (JsonProperty member in hasMembers ? target.EnumerateObject() : default)
        {
            if (!patch.TryGetProperty(member.Name, out JsonElement change)) member.WriteTo(writer);
            else if (change.ValueKind != JsonValueKind.Null) WriteMerged(writer, member.Name, member.Value, change);
        }
        foreach (JsonProperty change in patch.EnumerateObject())
        {
            bool isNew = !hasMembers || !target.TryGetProperty(change.Name, out _);
            if (isNew && change.Value.ValueKind != JsonValueKind.Null) WriteMerged(
                writer, change.Name, default, change.Value);
        }
        writer.WriteEndObject();
    }

    private static void WriteMerged(Utf8JsonWriter writer, string name, JsonElement target, JsonElement patch)
    {
        writer.WritePropertyName(name);
        Merge(writer, target, patch);
    }

    // Two objects make one, in which the second's members win; all else makes an array.
    private static void Join(Utf8JsonWriter writer, JsonElement left, JsonElement right)
    {
        if (left.ValueKind == JsonValueKind.Object && right.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (JsonProperty member in left.EnumerateObject())
            {
                if (!right.TryGetProperty(member.Name, out _)) member.WriteTo(writer);
            }
            foreach (JsonProperty member in right.EnumerateObject()) member.WriteTo(writer);
            writer.WriteEndObject();
            return;
        }
        writer.WriteStartArray();
        foreach (JsonElement side in new[] { left, right })
        {
            if (side.ValueKind != JsonValueKind.Array)
            {
                side.WriteTo(writer);
                continue;
            }
            foreach (JsonElement element in side.EnumerateArray()) element.WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    private static void Delete(Utf8JsonWriter writer, JsonElement element, string[] names)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject().Where(m =>
                    !names.Contains(m.Name))) member.WriteTo(writer);
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray())
                {
                    bool isNamed = item.ValueKind == JsonValueKind.String && names.Contains(item.GetString());
                    if (!isNamed) item.WriteTo(writer);
                }
                writer.WriteEndArray();
                break;
            default:
                throw new QueryException(SqlStates.InvalidParameterValue, "Cannot delete from a scalar");
        }
    }

    private static void Delete(Utf8JsonWriter writer, JsonElement element, long index)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "Only an element of an array can be deleted by its number");
        }
        if (index < 0) index += element.GetArrayLength();
        writer.WriteStartArray();
        int at = 0;
        foreach (JsonElement item in element.EnumerateArray())
        {
            if (at++ != index) item.WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    private static void Set(
        Utf8JsonWriter writer, JsonElement element, ReadOnlySpan<string> keys, JsonElement value, bool creates)
    {
        if (keys.IsEmpty)
        {
            value.WriteTo(writer);
            return;
        }
        string key = keys[0];
        bool isLast = keys.Length == 1;
        if (element.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            bool isFound = false;
            foreach (JsonProperty member in element.EnumerateObject())
            {
                writer.WritePropertyName(member.Name);
                if (member.Name == key) Set(writer, member.Value, keys[1..], value, creates);
                else member.Value.WriteTo(writer);
                isFound |= member.Name == key;
            }
            if (!isFound && isLast && creates)
            {
                writer.WritePropertyName(key);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
            return;
        }
        if (element.ValueKind != JsonValueKind.Array)
        {
            element.WriteTo(writer);
            return;
        }
        SetElement(writer, element, keys, value, creates && isLast, creates);
    }

    private static void SetElement(
        Utf8JsonWriter writer, JsonElement array, ReadOnlySpan<string> keys, JsonElement value, bool extends,
            bool creates)
    {
        if (!long.TryParse(keys[0], System.Globalization.CultureInfo.InvariantCulture, out long index))
        {
            throw new QueryException(
                SqlStates.InvalidTextRepresentation, $"Path element is not an integer: \"{keys[0]}\"");
        }
        int length = array.GetArrayLength();
        if (index < 0) index += length;
        writer.WriteStartArray();
        if (index < 0 && extends) value.WriteTo(writer);
        int at = 0;
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (at++ == index) Set(writer, item, keys[1..], value, creates);
            else item.WriteTo(writer);
        }
        if (index >= length && extends) value.WriteTo(writer);
        writer.WriteEndArray();
    }

    private static void Strip(Utf8JsonWriter writer, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    if (member.Value.ValueKind == JsonValueKind.Null) continue;
                    writer.WritePropertyName(member.Name);
                    Strip(writer, member.Value);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (JsonElement item in element.EnumerateArray()) Strip(writer, item);
                writer.WriteEndArray();
                break;
            default:
                element.WriteTo(writer);
                break;
        }
    }

    private static Value Pretty(JsonElement element)
    {
        using MemoryStream stream = new();
        JsonWriterOptions options = JsonText.WriterOptions;
        options.Indented = true;
        options.IndentSize = 4;
        options.NewLine = "\n";
        using (Utf8JsonWriter writer = new(stream, options)) element.WriteTo(writer);
        return Value.Bytes(LogicalType.Varchar, stream.ToArray());
    }
}

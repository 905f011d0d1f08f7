using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>
/// The shape of JSON values as JSON: objects with the shape of each member, arrays with the one of their elements, and
/// names of types. What json_structure gives and json_transform takes.
/// </summary>
internal sealed class JsonStructure
{
    private static readonly FunctionInfo s_info = new("json_structure",
        "The shape of a JSON value: its members, elements and their types.")
    {
        Category = "JSON", Example = "json_structure('{\"a\": 1, \"b\": [1, 2.5]}')",
        Returns = "{\"a\":\"UBIGINT\",\"b\":[\"DOUBLE\"]}", Flags = FunctionFlags.CanThrow,
    };

    private readonly Dictionary<string, JsonStructure> _members = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private JsonStructure? _element;
    private string _type = "NULL";

    /// <summary>Every overload.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(s_info, [LogicalType.Json], _ => LogicalType.Json, _ => (a, _) =>
        {
            JsonStructure shape = new();
            shape.Add(JsonText.Parse(a[0].AsBytes));
            return JsonText.Write(shape.Write);
        }),
    ];

    /// <summary>The type that a shape stands for; names are read by <paramref name="typeOf"/>.</summary>
    public static LogicalType TypeOf(JsonElement shape, Func<string, LogicalType> typeOf)
    {
        switch (shape.ValueKind)
        {
            case JsonValueKind.String:
                return typeOf(shape.GetString()!);
            case JsonValueKind.Array when shape.GetArrayLength() == 1:
                return LogicalType.List(TypeOf(shape[0], typeOf));
            case JsonValueKind.Object when shape.EnumerateObject().Any():
                return LogicalType.Struct(
                    [.. shape.EnumerateObject().Select(m => new Field(m.Name, TypeOf(m.Value, typeOf)))]);
            default:
                throw new QueryException(
                    SqlStates.InvalidParameterValue, $"Not the shape of a JSON value: {shape.GetRawText()}",
                    hint: "As in {\"a\": \"INTEGER\", \"b\": [\"VARCHAR\"]}.");
        }
    }

    private void Add(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
                break;
            case JsonValueKind.Object:
                Meet("object");
                foreach (JsonProperty member in value.EnumerateObject())
                {
                    if (!_members.TryGetValue(member.Name, out JsonStructure? shape))
                    {
                        _members.Add(member.Name, shape = new JsonStructure());
                        _order.Add(member.Name);
                    }
                    shape.Add(member.Value);
                }
                break;
            case JsonValueKind.Array:
                Meet("array");
                _element ??= new JsonStructure();
                foreach (JsonElement element in value.EnumerateArray()) _element.Add(element);
                break;
            case JsonValueKind.String:
                Meet("VARCHAR");
                break;
            case JsonValueKind.True or JsonValueKind.False:
                Meet("BOOLEAN");
                break;
            default:
                Meet(value.TryGetUInt64(out _) ? "UBIGINT" : value.TryGetInt64(out _) ? "BIGINT" : "DOUBLE");
                break;
        }
    }

    // Numbers meet in the wider type, whatever else differs only in JSON.
    private void Meet(string type)
    {
        bool areNumbers = _type is "UBIGINT" or "BIGINT" or "DOUBLE" && type is "UBIGINT" or "BIGINT" or "DOUBLE";
        if (_type == "NULL") _type = type;
        else if (areNumbers && _type != type) _type = _type == "DOUBLE" || type == "DOUBLE" ? "DOUBLE" : "BIGINT";
        else if (_type != type) _type = "JSON";
    }

    private void Write(Utf8JsonWriter writer)
    {
        switch (_type)
        {
            case "object" when _order.Count == 0:
                writer.WriteStringValue("JSON");
                break;
            case "object":
                writer.WriteStartObject();
                foreach (string name in _order)
                {
                    writer.WritePropertyName(name);
                    _members[name].Write(writer);
                }
                writer.WriteEndObject();
                break;
            case "array":
                writer.WriteStartArray();
                _element!.Write(writer);
                writer.WriteEndArray();
                break;
            default:
                writer.WriteStringValue(_type);
                break;
        }
    }
}

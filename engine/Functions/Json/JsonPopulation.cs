using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>
/// json_populate_record(struct, json): the struct with the members of an object in place of its fields of those names.
/// Of a NULL struct only the type counts.
/// </summary>
internal static class JsonPopulation
{
    private const FunctionFlags Flags =
        FunctionFlags.CanThrow | FunctionFlags.MayReturnNull | FunctionFlags.HandlesNulls;

    private static readonly FunctionInfo s_record = new(
        "json_populate_record", "A struct with the members of a JSON object in place of its fields of those names.")
    {
        Category = "JSON", Aliases = ["jsonb_populate_record"], Flags = Flags,
        Example = "json_populate_record({'a': 1, 'b': 'x'}, '{\"a\": 7}')", Returns = "{'a': 7, 'b': x}",
    };

    private static readonly FunctionInfo s_list = new(
        "json_populate_recordset", "As json_populate_record, of each object of a JSON array; rows where rows may be.")
    {
        Category = "JSON", Aliases = ["jsonb_populate_recordset"], Flags = Flags,
        Example = "list_sort(json_populate_recordset({'a': 1}, '[{\"a\": 7}, {}]'))", Returns = "[{'a': 1}, {'a': 7}]",
    };

    /// <summary>Both of them.</summary>
    public static IEnumerable<ScalarOverload> Overloads =>
    [
        ValueFunction.Overload(
            s_record, [ParameterPattern.Struct, LogicalType.Json], types => types[0], types =>
                (values, context) => values[1].IsNull
                    ? values[0]
                    : Populate(values[0], JsonText.Parse(values[1].AsBytes), types[0], context)),
        ValueFunction.Overload(
            s_list, [ParameterPattern.Struct, LogicalType.Json], types => LogicalType.List(types[0]), types =>
                (values, context) => values[1].IsNull
                    ? null
                    : PopulateAll(values[0], values[1], types[0], context)),
    ];

    private static Value PopulateAll(Value given, Value json, LogicalType type, FunctionContext context) =>
        Value.Nested(
            LogicalType.List(type), [.. ItemsOf(json).Select(item => Populate(given, item, type, context))]);

    private static IEnumerable<JsonElement> ItemsOf(Value json)
    {
        JsonElement array = JsonText.Parse(json.AsBytes);
        if (array.ValueKind == JsonValueKind.Array) return array.EnumerateArray();
        throw new QueryException(
            SqlStates.InvalidParameterValue, "json_populate_recordset takes an array of objects");
    }

    private static Value Populate(Value given, JsonElement element, LogicalType type, FunctionContext context)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, "json_populate_record takes an object, or an array of them");
        }
        Value[] fields = [.. type.Fields.Select((f, i) => given.IsNull ? Value.Null(f.Type) : given.Elements[i])];
        foreach (JsonProperty member in element.EnumerateObject())
        {
            int field = Nested.StructExtract.IndexOf(type, member.Name);
            if (field >= 0) fields[field] = JsonNesting.Require(member.Value, type.Fields[field].Type, context);
        }
        return Value.Nested(type, [.. fields]);
    }
}

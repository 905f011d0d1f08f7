using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Functions.Drivers;
using ColFrag.Engine.Functions.Json;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Nested values as JSON and back: objects are structs or maps, arrays are lists.</summary>
internal static class JsonNesting
{
    /// <summary>The cast to JSON.</summary>
    public static ScalarFunction ToJson(LogicalType from) => new ValueFunction(
        new FunctionInfo("cast", "Changes the type."), [from], LogicalType.Json,
        (arguments, _) =>
        {
            Value value = arguments[0];
            return JsonText.Write(writer => JsonText.WriteValue(writer, value));
        });

    /// <summary>The cast from JSON.</summary>
    public static ScalarFunction FromJson(LogicalType from, LogicalType to, bool isTry, CastFailure failure)
    {
        FunctionInfo info = new("cast",
            "Changes the type.") { Flags = FunctionFlags.CanThrow | FunctionFlags.MayReturnNull };
        return new ValueFunction(info, [from], to, (arguments, context) =>
        {
            Value? value = Read(JsonText.Parse(arguments[0].AsBytes), to, isTry, context);
            if (value is null) failure.Fail(
                SqlStates.InvalidTextRepresentation, $"JSON does not have the shape of {to}: {arguments[0]}");
            return value;
        });
    }

    /// <summary>A JSON value as one of a type.</summary>
    /// <exception cref="QueryException">22P02: it does not have the shape.</exception>
    public static Value Require(JsonElement element, LogicalType type, FunctionContext context) =>
        Read(element, type, false, context) ?? throw new QueryException(
            SqlStates.InvalidTextRepresentation, $"JSON does not have the shape of {type}: {element.GetRawText()}");

    private static Value? Read(JsonElement element, LogicalType type, bool isTry, FunctionContext context)
    {
        if (element.ValueKind == JsonValueKind.Null) return Value.Null(type);
        switch (type.Kind)
        {
            case TypeKind.List or TypeKind.Array:
                if (element.ValueKind != JsonValueKind.Array) return null;
                List<Value> items = [];
                foreach (JsonElement item in element.EnumerateArray())
                {
                    if (Read(item, type.Element!, isTry, context) is not { } value) return null;
                    items.Add(value);
                }
                return type.Kind == TypeKind.Array &&
                    items.Count != type.Length ? null : Value.Nested(type, [.. items]);
            case TypeKind.Struct:
                return ReadStruct(element, type, isTry, context);
            case TypeKind.Map:
                return ReadMap(element, type, isTry, context);
            case TypeKind.Json:
                return JsonText.OfElement(element);
            default:
                SingleCasts casts = context.GetState<SingleCasts>();
                return casts.Apply(
                    JsonText.PlainText(element) ?? Value.Null(LogicalType.Varchar), type, isTry, context);
        }
    }

    private static Value? ReadStruct(JsonElement element, LogicalType type, bool isTry, FunctionContext context)
    {
        if (element.ValueKind != JsonValueKind.Object) return null;
        Value[] fields = [.. type.Fields.Select(f => Value.Null(f.Type))];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            int field = Nested.StructExtract.IndexOf(type, property.Name);
            if (field < 0) continue;
            if (Read(property.Value, type.Fields[field].Type, isTry, context) is not { } value) return null;
            fields[field] = value;
        }
        return Value.Nested(type, [.. fields]);
    }

    private static Value? ReadMap(JsonElement element, LogicalType type, bool isTry, FunctionContext context)
    {
        if (element.ValueKind != JsonValueKind.Object) return null;
        LogicalType entry = type.Element!;
        SingleCasts casts = context.GetState<SingleCasts>();
        List<Value> entries = [];
        foreach (JsonProperty property in element.EnumerateObject())
        {
            Value key = casts.Apply(Value.Text(property.Name), entry.Fields[0].Type, isTry, context);
            if (key.IsNull || Read(property.Value, entry.Fields[1].Type, isTry, context) is not { } value) return null;
            entries.Add(Value.Nested(entry, [key, value]));
        }
        return Value.Nested(type, [.. entries]);
    }
}

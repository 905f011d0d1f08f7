using System.Text.Json;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Functions.Json;

/// <summary>
/// jsonb_insert and #-: a value put in, or taken out, at a place that a list of names and numbers leads to.
/// </summary>
internal static class JsonPlaces
{
    /// <summary>Writes the value with another one put in.</summary>
    public static void Insert(
        Utf8JsonWriter writer, JsonElement target, ReadOnlySpan<string> path, JsonElement value, bool isBehind)
    {
        if (path.IsEmpty || target.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            target.WriteTo(writer);
            return;
        }
        if (target.ValueKind == JsonValueKind.Array)
        {
            InsertIntoArray(writer, target, path, value, isBehind);
            return;
        }
        writer.WriteStartObject();
        bool isFound = false;
        foreach (JsonProperty member in target.EnumerateObject())
        {
            if (member.Name != path[0])
            {
                member.WriteTo(writer);
                continue;
            }
            isFound = true;
            if (path.Length == 1)
            {
                throw new QueryException(
                    SqlStates.InvalidParameterValue, $"Cannot replace existing key: \"{path[0]}\"",
                    hint: "jsonb_set replaces values.");
            }
            writer.WritePropertyName(member.Name);
            Insert(writer, member.Value, path[1..], value, isBehind);
        }
        if (!isFound && path.Length == 1)
        {
            writer.WritePropertyName(path[0]);
            value.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    /// <summary>Writes the value without what the path leads to.</summary>
    public static void Delete(Utf8JsonWriter writer, JsonElement target, ReadOnlySpan<string> path)
    {
        if (path.IsEmpty || target.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
        {
            target.WriteTo(writer);
            return;
        }
        if (target.ValueKind == JsonValueKind.Object)
        {
            writer.WriteStartObject();
            foreach (JsonProperty member in target.EnumerateObject())
            {
                if (member.Name == path[0] && path.Length == 1) continue;
                writer.WritePropertyName(member.Name);
                if (member.Name == path[0]) Delete(writer, member.Value, path[1..]);
                else member.Value.WriteTo(writer);
            }
            writer.WriteEndObject();
            return;
        }
        int index = IndexOf(path[0], target);
        int at = 0;
        writer.WriteStartArray();
        foreach (JsonElement element in target.EnumerateArray())
        {
            bool isHere = at++ == index;
            if (isHere && path.Length == 1) continue;
            if (isHere) Delete(writer, element, path[1..]);
            else element.WriteTo(writer);
        }
        writer.WriteEndArray();
    }

    // The place of an element, from 0; a negative one counts from the end.
    private static int IndexOf(string text, JsonElement array)
    {
        if (!int.TryParse(text, out int index))
        {
            throw new QueryException(
                SqlStates.InvalidTextRepresentation, $"Path element is not an integer: \"{text}\"");
        }
        return index < 0 ? index + array.GetArrayLength() : index;
    }

    private static void InsertIntoArray(
        Utf8JsonWriter writer, JsonElement target, ReadOnlySpan<string> path, JsonElement value, bool isBehind)
    {
        int index = IndexOf(path[0], target);
        int length = target.GetArrayLength();
        bool isLast = path.Length == 1;
        writer.WriteStartArray();
        if (isLast && index < 0) value.WriteTo(writer);
        int at = 0;
        foreach (JsonElement element in target.EnumerateArray())
        {
            bool isHere = at++ == index;
            if (isHere && isLast && !isBehind) value.WriteTo(writer);
            if (isHere && !isLast) Insert(writer, element, path[1..], value, isBehind);
            else element.WriteTo(writer);
            if (isHere && isLast && isBehind) value.WriteTo(writer);
        }
        if (isLast && index >= length) value.WriteTo(writer);
        writer.WriteEndArray();
    }
}

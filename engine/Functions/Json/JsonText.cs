using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json;

/// <summary>JSON texts from values and values from JSON texts.</summary>
internal static class JsonText
{
    /// <summary>Nesting beyond this is refused when reading and writing.</summary>
    public const int MaxDepth = 1000;

    /// <summary>How JSON is written: compact, with only what must be escaped escaped.</summary>
    public static JsonWriterOptions WriterOptions { get; } = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, MaxDepth = MaxDepth, SkipValidation = true,
    };

    /// <summary>How JSON is read.</summary>
    public static JsonDocumentOptions DocumentOptions { get; } = new() { MaxDepth = MaxDepth };

    /// <summary>The text parsed.</summary>
    /// <exception cref="QueryException">22P02: it is no JSON.</exception>
    public static JsonElement Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = MaxDepth });
            JsonElement element = JsonElement.ParseValue(ref reader);
            if (!reader.Read() && (text.IndexOf("\\u"u8) < 0 || HasWholeCharacters(element))) return element;
        }
        catch (JsonException)
        {
            // Told below, like text behind the value.
        }
        string shown = System.Text.Encoding.UTF8.GetString(text[..Math.Min(text.Length, 100)]);
        throw new QueryException(SqlStates.InvalidTextRepresentation, $"Invalid input for type json: \"{shown}\"");
    }

    // Half a character by its number, \ud83d alone, is no text; the parser does not look.
    private static bool HasWholeCharacters(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.String => element.GetString() is not null,
                JsonValueKind.Array => element.EnumerateArray().All(HasWholeCharacters),
                JsonValueKind.Object => element.EnumerateObject().All(
                    p => p.Name is not null && HasWholeCharacters(p.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>A JSON value from what a function writes.</summary>
    public static Value Write(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> buffer = new();
        using Utf8JsonWriter writer = new(buffer, WriterOptions);
        write(writer);
        writer.Flush();
        return Value.Bytes(LogicalType.Json, buffer.WrittenSpan.ToArray());
    }

    /// <summary>The text of an element as a JSON value.</summary>
    public static Value OfElement(JsonElement element) => Write(element.WriteTo);

    /// <summary>Writes a SQL value as JSON: numbers and truth values as they are, lists and structs as arrays and
    /// objects, all else as text.</summary>
    public static void WriteValue(Utf8JsonWriter target, Value value)
    {
        if (value.IsNull)
        {
            target.WriteNullValue();
            return;
        }
        switch (value.Type.Kind)
        {
            case TypeKind.Boolean:
                target.WriteBooleanValue(value.AsBoolean);
                break;
            case TypeKind.Real or TypeKind.Double when !double.IsFinite(value.AsDouble):
                target.WriteStringValue(ValueText.Format(value));
                break;
            case TypeKind.Json:
                target.WriteRawValue(value.AsBytes, skipInputValidation: true);
                break;
            case TypeKind.List or TypeKind.Array:
                target.WriteStartArray();
                foreach (Value element in value.Elements) WriteValue(target, element);
                target.WriteEndArray();
                break;
            case TypeKind.Struct:
                target.WriteStartObject();
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    target.WritePropertyName(value.Type.Fields[i].Name);
                    WriteValue(target, value.Elements[i]);
                }
                target.WriteEndObject();
                break;
            case TypeKind.Map:
                target.WriteStartObject();
                foreach (Value entry in value.Elements)
                {
                    target.WritePropertyName(entry.Elements[0].ToString());
                    WriteValue(target, entry.Elements[1]);
                }
                target.WriteEndObject();
                break;
            case >= TypeKind.TimestampSeconds and <= TypeKind.TimestampTz:
                // ISO 8601 with a T, as PostgreSQL writes timestamps into JSON.
                string text = ValueText.Format(value);
                int space = text.IndexOf(' ', StringComparison.Ordinal);
                string iso = space < 0 ? text : $"{text.AsSpan(0, space)}T{text.AsSpan(space + 1)}";
                target.WriteStringValue(value.Type.Kind == TypeKind.TimestampTz && space >= 0 ? iso + ":00" : iso);
                break;
            default:
                if (value.Type.IsNumeric) target.WriteRawValue(ValueText.Format(value), skipInputValidation: true);
                else target.WriteStringValue(ValueText.Format(value));
                break;
        }
    }

    /// <summary>The text that ->> gives: strings without quotes, null as NULL, all else as JSON.</summary>
    public static Value? PlainText(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => Value.Text(element.GetString()!),
        _ => Value.Bytes(LogicalType.Varchar, OfElement(element).AsBytes.ToArray()),
    };
}

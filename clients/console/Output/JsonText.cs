using System.Text.Encodings.Web;
using ColFrag.Engine.Types;

namespace ColFrag.Console.Output;

/// <summary>Values as JSON.</summary>
static class JsonText
{
    public static string Of(Value value)
    {
        if (value.IsNull) return "null";
        return value.Type.Kind switch
        {
            TypeKind.Boolean or TypeKind.Decimal => ValueText.Format(value),
            TypeKind.Real or TypeKind.Double => double.IsFinite(value.AsDouble)
                ? ValueText.Format(value)
                : Quote(ValueText.Format(value)),
            TypeKind.Json => value.AsText,
            TypeKind.List or TypeKind.Array => $"[{string.Join(", ", value.Elements.Select(Of))}]",
            TypeKind.Struct => Object(value.Elements.Select((element, i) => (value.Type.Fields[i].Name, element))),
            TypeKind.Map => Object(value.Elements.Select(pair => (pair.Elements[0].ToString(), pair.Elements[1]))),
            _ when value.Type.IsInteger => ValueText.Format(value),
            _ => Quote(ValueText.Format(value)),
        };
    }

    public static string Quote(string text) => $"\"{JavaScriptEncoder.UnsafeRelaxedJsonEscaping.Encode(text)}\"";

    private static string Object(IEnumerable<(string Name, Value Value)> members) =>
        $"{{{string.Join(", ", members.Select(member => $"{Quote(member.Name)}: {Of(member.Value)}"))}}}";
}

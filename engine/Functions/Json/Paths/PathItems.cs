using System.Globalization;
using System.Text;
using System.Text.Json;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Functions.Json.Paths;

/// <summary>The JSON values that a path computes, and how two of them compare.</summary>
internal static class PathItems
{
    /// <summary>null</summary>
    public static JsonElement Null { get; } = JsonText.Parse("null"u8);

    /// <summary>A text as a JSON value.</summary>
    public static JsonElement OfText(string text) =>
        JsonText.Parse(JsonText.Write(target => target.WriteStringValue(text)).AsBytes);

    /// <summary>A truth value as a JSON value; null where it is not known.</summary>
    public static JsonElement OfTruth(bool? truth) =>
        truth is null ? Null : truth.Value ? JsonText.Parse("true"u8) : JsonText.Parse("false"u8);

    /// <summary>A number as a JSON value.</summary>
    public static JsonElement OfNumber(decimal number) => Parse(number.ToString(CultureInfo.InvariantCulture));

    /// <summary>A number as a JSON value; finite.</summary>
    public static JsonElement OfNumber(double number) =>
        Parse(ValueText.Format(Value.Float(LogicalType.Double, number)));

    /// <summary>
    /// Below 0, 0 or above 0 for two values of one kind; null where they do not compare. Texts compare by the numbers
    /// of their characters.
    /// </summary>
    public static int? Compare(JsonElement left, JsonElement right)
    {
        bool AreBoth(JsonValueKind kind) => left.ValueKind == kind && right.ValueKind == kind;
        if (AreBoth(JsonValueKind.Number)) return CompareNumbers(left, right);
        if (AreBoth(JsonValueKind.String))
        {
            return Encoding.UTF8.GetBytes(left.GetString()!).AsSpan()
                .SequenceCompareTo(Encoding.UTF8.GetBytes(right.GetString()!));
        }
        if (AreBoth(JsonValueKind.Null)) return 0;
        bool areTruths = left.ValueKind is JsonValueKind.True or JsonValueKind.False &&
            right.ValueKind is JsonValueKind.True or JsonValueKind.False;
        return areTruths ? left.GetBoolean().CompareTo(right.GetBoolean()) : null;
    }

    private static int CompareNumbers(JsonElement left, JsonElement right) =>
        left.TryGetDecimal(out decimal x) && right.TryGetDecimal(out decimal y)
            ? x.CompareTo(y) : left.GetDouble().CompareTo(right.GetDouble());

    private static JsonElement Parse(string text) => JsonText.Parse(Encoding.UTF8.GetBytes(text));
}

using System.Buffers;
using System.Buffers.Text;
using System.Text;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>Values in the text format: what PostgreSQL's output functions print.</summary>
internal static class PostgresTextFormat
{
    private static readonly SearchValues<char> QuotedInArrays = SearchValues.Create("{}\",\\ \t\n\r\v\f");
    private static readonly SearchValues<char> QuotedInRows = SearchValues.Create("()\",\\ \t\n\r\v\f");

    private const int MaxNumberBytes = 48;

    /// <summary>Writes one field, length first.</summary>
    public static void Write(PostgresWriter target, ResultBatch batch, int column, int row, LogicalType type)
    {
        int field = target.BeginField();
        if (batch.IsNull(column, row)) return;
        switch (type.Physical)
        {
            case PhysicalType.Utf8 when type.Kind != TypeKind.Blob:
                target.Body.WriteBytes(batch.GetUtf8(column, row));
                break;
            case >= PhysicalType.Int8 and <= PhysicalType.UInt64 when type.IsInteger && type.Kind != TypeKind.HugeInt:
                WriteInteger(target, batch.GetInteger(column, row));
                break;
            default:
                WriteText(target, type.Kind == TypeKind.Boolean
                    ? (batch.GetInteger(column, row) != 0 ? "t" : "f")
                    : Format(batch.GetValue(column, row)));
                break;
        }
        target.EndField(field);
    }

    /// <summary>The text of a value that is not NULL; lists as arrays, structs as records.</summary>
    public static string Format(Value value) => value.Type.Kind switch
    {
        TypeKind.Boolean => value.AsBoolean ? "t" : "f",
        TypeKind.List or TypeKind.Array => "{" + string.Join(',', value.Elements.Select(QuoteElement)) + "}",
        TypeKind.Struct => "(" + string.Join(',', value.Elements.Select(QuoteField)) + ")",
        _ => value.ToString(),
    };

    private static string QuoteElement(Value element)
    {
        if (element.IsNull) return "NULL";
        string text = Format(element);
        if (element.Type.Kind is TypeKind.List or TypeKind.Array) return text;
        bool isPlain = text.Length > 0 && text.AsSpan().IndexOfAny(QuotedInArrays) < 0 &&
            !text.Equals("NULL", StringComparison.OrdinalIgnoreCase);
        return isPlain ? text : Quote(text, "\\\\", "\\\"");
    }

    private static string QuoteField(Value field)
    {
        if (field.IsNull) return "";
        string text = Format(field);
        bool isPlain = text.Length > 0 && text.AsSpan().IndexOfAny(QuotedInRows) < 0;
        return isPlain ? text : Quote(text, "\\\\", "\"\"");
    }

    private static string Quote(string text, string backslash, string quote) =>
        "\"" + text.Replace("\\", backslash, StringComparison.Ordinal).Replace("\"", quote, StringComparison.Ordinal) + "\"";

    private static void WriteInteger(PostgresWriter target, Int128 value)
    {
        Span<byte> text = stackalloc byte[MaxNumberBytes];
        bool isWritten = value >= long.MinValue && value <= long.MaxValue
            ? Utf8Formatter.TryFormat((long)value, text, out int written)
            : Utf8Formatter.TryFormat((ulong)value, text, out written);
        Invariant.Holds(isWritten);
        target.Body.WriteBytes(text[..written]);
    }

    private static void WriteText(PostgresWriter target, string text) =>
        Encoding.UTF8.GetBytes(text, target.Body.Append(Encoding.UTF8.GetByteCount(text)));
}

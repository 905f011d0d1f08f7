using System.Buffers;
using System.Buffers.Text;
using System.Text;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Postgres;

/// <summary>Values in the text format: what PostgreSQL's output functions print.</summary>
internal static class PostgresTextFormat
{
    private static readonly SearchValues<char> QuotedInArrays = SearchValues.Create("{}\",\\ \t\n\r\v\f");
    private static readonly SearchValues<char> QuotedInRows = SearchValues.Create("()\",\\ \t\n\r\v\f");

    private const int MaxNumberBytes = 48;

    /// <summary>Writes one field, length first.</summary>
    public static void Write(ByteWriter target, ColumnVector column, int row, MomentText moments)
    {
        int field = target.BeginField();
        if (!column.IsValid(row)) return;
        WriteBare(target, column, row, moments);
        target.EndField(field);
    }

    /// <summary>Writes the text of a row that is not NULL.</summary>
    public static void WriteBare(ByteWriter target, ColumnVector column, int row, MomentText moments)
    {
        LogicalType type = column.Type;
        switch (type.Physical)
        {
            case PhysicalType.Utf8 when type.Kind != TypeKind.Blob:
                target.WriteBytes(column.GetUtf8(row).Span);
                break;
            case >= PhysicalType.Int8 and <= PhysicalType.UInt64 when type.IsInteger && type.Kind != TypeKind.HugeInt:
                WriteInteger(target, column.GetInteger(row));
                break;
            default:
                WriteText(target, type.Kind == TypeKind.Boolean
                    ? (column.GetInteger(row) != 0 ? "t" : "f")
                    : Format(column.GetValue(row), moments));
                break;
        }
    }

    /// <summary>The text of a value that is not NULL; lists as arrays, structs as records.</summary>
    public static string Format(Value value, MomentText moments) => value.Type.Kind switch
    {
        TypeKind.Boolean => value.AsBoolean ? "t" : "f",
        TypeKind.List when value.Type.IsCatalogVector =>
            string.Join(' ', value.Elements.Select(e => Format(e, moments))),
        TypeKind.List or TypeKind.Array => "{" + string.Join(
            ',', value.Elements.Select(e => QuoteElement(e, moments))) + "}",
        TypeKind.Struct => "(" + string.Join(
            ',', value.Elements.Select(e => QuoteField(e, moments))) + ")",
        _ => moments.TryFormat(value) ?? value.ToString(),
    };

    private static string QuoteElement(Value element, MomentText moments)
    {
        if (element.IsNull) return "NULL";
        string text = Format(element, moments);
        if (element.Type.Kind is TypeKind.List or TypeKind.Array) return text;
        bool isPlain = text.Length > 0 && text.AsSpan().IndexOfAny(QuotedInArrays) < 0 &&
            !text.Equals("NULL", StringComparison.OrdinalIgnoreCase);
        return isPlain ? text : Quote(text, "\\\\", "\\\"");
    }

    private static string QuoteField(Value field, MomentText moments)
    {
        if (field.IsNull) return "";
        string text = Format(field, moments);
        bool isPlain = text.Length > 0 && text.AsSpan().IndexOfAny(QuotedInRows) < 0;
        return isPlain ? text : Quote(text, "\\\\", "\"\"");
    }

    private static string Quote(string text, string backslash, string quote) =>
        "\"" + text.Replace("\\", backslash, StringComparison.Ordinal).Replace(
            "\"", quote, StringComparison.Ordinal) + "\"";

    private static void WriteInteger(ByteWriter target, Int128 value)
    {
        Span<byte> text = stackalloc byte[MaxNumberBytes];
        bool isWritten = value >= long.MinValue && value <= long.MaxValue
            ? Utf8Formatter.TryFormat((long)value, text, out int written)
            : Utf8Formatter.TryFormat((ulong)value, text, out written);
        Invariant.Holds(isWritten);
        target.WriteBytes(text[..written]);
    }

    private static void WriteText(ByteWriter target, string text) =>
        Encoding.UTF8.GetBytes(text, target.Append(Encoding.UTF8.GetByteCount(text)));
}

using System.Buffers;
using System.Text;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>
/// Values as JSON: numbers and booleans as such, numbers that JSON does not know (NaN, infinity) and everything else as
/// text, lists as arrays, structs as objects, maps as objects where their keys are text and as arrays of pairs where
/// not. For one thread.
/// </summary>
internal sealed class JsonOutput
{
    private static readonly SearchValues<byte> s_special =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private readonly TextOutput _value = new();

    /// <summary>What stands before a value: <c>{"name":</c> or <c>,"name":</c></summary>
    public static byte[] NameOf(string name, int index)
    {
        TextOutput output = new();
        output.Append((byte)(index == 0 ? '{' : ','));
        AppendText(output, Encoding.UTF8.GetBytes(name));
        output.Append((byte)':');
        return output.Written.ToArray();
    }

    /// <summary>Appends the value at a row.</summary>
    public void Append(TextOutput output, ColumnVector column, int row)
    {
        if (!column.IsValid(row))
        {
            output.Append("null"u8);
            return;
        }
        switch (column.Type.Kind)
        {
            case TypeKind.Varchar:
                AppendText(output, column.GetUtf8(row).Span);
                break;
            case TypeKind.Json:
                AppendJson(output, column.GetUtf8(row).Span);
                break;
            case TypeKind.Real or TypeKind.Double when double.IsFinite(column.GetDouble(row)):
            case TypeKind.Boolean or TypeKind.Decimal:
            case >= TypeKind.TinyInt and <= TypeKind.UBigInt:
                ValueOutput.Append(output, column, row);
                break;
            case TypeKind.List or TypeKind.Array or TypeKind.Struct or TypeKind.Map:
                AppendNested(output, column.GetValue(row));
                break;
            default:
                _value.Clear();
                ValueOutput.Append(_value, column, row);
                AppendText(output, _value.Written.Span);
                break;
        }
    }

    // JSON text is a value as it stands, on one line: line ends can only be between its tokens.
    private static void AppendJson(TextOutput output, ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) json = "null"u8;
        while (json.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and int at)
        {
            output.Append(json[..at]);
            output.Append((byte)' ');
            json = json[(at + 1)..];
        }
        output.Append(json);
    }

    private static void AppendNested(TextOutput output, Value value)
    {
        if (value.IsNull)
        {
            output.Append("null"u8);
            return;
        }
        switch (value.Type.Kind)
        {
            case TypeKind.Struct:
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    output.Append(NameOf(value.Type.Fields[i].Name, i));
                    AppendNested(output, value.Elements[i]);
                }
                output.Append(value.Elements.IsEmpty ? "{}"u8 : "}"u8);
                break;
            case TypeKind.Map when value.Type.Element!.Fields[0].Type.Kind == TypeKind.Varchar:
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    output.Append(NameOf(value.Elements[i].Elements[0].AsText, i));
                    AppendNested(output, value.Elements[i].Elements[1]);
                }
                output.Append(value.Elements.IsEmpty ? "{}"u8 : "}"u8);
                break;
            case TypeKind.List or TypeKind.Array or TypeKind.Map:
                output.Append((byte)'[');
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    if (i > 0) output.Append((byte)',');
                    AppendNested(output, value.Elements[i]);
                }
                output.Append((byte)']');
                break;
            case TypeKind.Json:
                AppendJson(output, value.AsBytes);
                break;
            case TypeKind.Boolean or TypeKind.Decimal:
            case >= TypeKind.TinyInt and <= TypeKind.UBigInt:
            case TypeKind.Real or TypeKind.Double when double.IsFinite(value.AsDouble):
                output.Append(value.ToString());
                break;
            default:
                AppendText(output, Encoding.UTF8.GetBytes(value.ToString()));
                break;
        }
    }

    /// <summary>Appends text in quotes.</summary>
    public static void AppendText(TextOutput output, ReadOnlySpan<byte> text)
    {
        output.Append((byte)'"');
        while (text.IndexOfAny(s_special) is >= 0 and int at)
        {
            output.Append(text[..at]);
            byte special = text[at];
            output.Append((byte)'\\');
            switch (special)
            {
                case (byte)'\n': output.Append((byte)'n'); break;
                case (byte)'\r': output.Append((byte)'r'); break;
                case (byte)'\t': output.Append((byte)'t'); break;
                case (byte)'"' or (byte)'\\': output.Append(special); break;
                default:
                    output.Append("u00"u8);
                    output.AppendHex([special]);
                    break;
            }
            text = text[(at + 1)..];
        }
        output.Append(text);
        output.Append((byte)'"');
    }
}

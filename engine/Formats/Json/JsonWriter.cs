using System.Buffers;
using System.Text;
using ColFrag.Engine.Formats.Compression;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>How JSON is written.</summary>
internal sealed record JsonWriterOptions
{
    /// <summary>One array of objects instead of an object per line.</summary>
    public bool Array { get; init; }

    /// <summary>Around the whole file.</summary>
    public CompressionKind Compression { get; init; }

    /// <summary>Reads the options of a call.</summary>
    public static JsonWriterOptions From(SourceOptions options, string? path)
    {
        string? compression = options.TakeText("compression");
        JsonWriterOptions taken = new()
        {
            Array = options.TakeBoolean("array") ?? false,
            Compression = compression is not null ? CompressionKinds.Parse(compression)
                : path is not null ? CompressionKinds.FromName(path) : CompressionKind.None,
        };
        options.ExpectAllTaken("JSON output");
        return taken;
    }
}

/// <summary>
/// Writes an object per row: numbers and booleans as such, numbers that JSON does not know (NaN, infinity) and
/// everything else as text, lists as arrays, structs as objects, maps as objects where their keys are text and as
/// arrays of pairs where not.
/// </summary>
internal sealed class JsonWriter(OutputTarget target, Schema schema, JsonWriterOptions options) : TableFileWriter
{
    private const int FlushBytes = 256 << 10;

    private static readonly SearchValues<byte> s_special =
        SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\']);

    private readonly TextOutput _output = new();
    private readonly TextOutput _value = new();
    private readonly byte[][] _names = [.. schema.Fields.Select((f, i) => NameOf(f.Name, i))];

    /// <inheritdoc/>
    public override long BytesWritten => target.Length + _output.Length;

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(Batch batch, CancellationToken cancellationToken = default)
    {
        for (int row = 0; row < batch.Count; row++)
        {
            if (batch.IsMasked && !batch.Mask[row]) continue;
            if (options.Array) _output.Append(RowsWritten == 0 ? "[\n"u8 : ",\n"u8);
            for (int i = 0; i < batch.Columns.Length; i++)
            {
                _output.Append(_names[i]);
                AppendValue(batch.Columns[i], row);
            }
            _output.Append(batch.Columns.Length == 0 ? "{}"u8 : "}"u8);
            if (!options.Array) _output.Append((byte)'\n');
            RowsWritten++;
            if (_output.Length >= FlushBytes) await FlushAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        if (options.Array) _output.Append(RowsWritten == 0 ? "[]\n"u8 : "\n]\n"u8);
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        await target.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => target.DisposeAsync();

    // What stands before a value: {"name": or ,"name":
    private static byte[] NameOf(string name, int index)
    {
        TextOutput output = new();
        output.Append((byte)(index == 0 ? '{' : ','));
        AppendText(output, Encoding.UTF8.GetBytes(name));
        output.Append((byte)':');
        return output.Written.ToArray();
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        await target.WriteAsync(_output.Written, cancellationToken).ConfigureAwait(false);
        _output.Clear();
    }

    private void AppendValue(ColumnVector column, int row)
    {
        if (!column.IsValid(row))
        {
            _output.Append("null"u8);
            return;
        }
        switch (column.Type.Kind)
        {
            case TypeKind.Varchar:
                AppendText(_output, column.GetUtf8(row).Span);
                break;
            case TypeKind.Json:
                AppendJson(column.GetUtf8(row).Span);
                break;
            case TypeKind.Real or TypeKind.Double when double.IsFinite(column.GetDouble(row)):
            case TypeKind.Boolean or TypeKind.Decimal:
            case >= TypeKind.TinyInt and <= TypeKind.UBigInt:
                ValueOutput.Append(_output, column, row);
                break;
            case TypeKind.List or TypeKind.Array or TypeKind.Struct or TypeKind.Map:
                AppendNested(column.GetValue(row));
                break;
            default:
                _value.Clear();
                ValueOutput.Append(_value, column, row);
                AppendText(_output, _value.Written.Span);
                break;
        }
    }

    // JSON text is a value as it stands, on one line: line ends can only be between its tokens.
    private void AppendJson(ReadOnlySpan<byte> json)
    {
        if (json.IsEmpty) json = "null"u8;
        while (json.IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and int at)
        {
            _output.Append(json[..at]);
            _output.Append((byte)' ');
            json = json[(at + 1)..];
        }
        _output.Append(json);
    }

    private void AppendNested(Value value)
    {
        if (value.IsNull)
        {
            _output.Append("null"u8);
            return;
        }
        switch (value.Type.Kind)
        {
            case TypeKind.Struct:
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    _output.Append(NameOf(value.Type.Fields[i].Name, i));
                    AppendNested(value.Elements[i]);
                }
                _output.Append(value.Elements.IsEmpty ? "{}"u8 : "}"u8);
                break;
            case TypeKind.Map when value.Type.Element!.Fields[0].Type.Kind == TypeKind.Varchar:
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    _output.Append(NameOf(value.Elements[i].Elements[0].AsText, i));
                    AppendNested(value.Elements[i].Elements[1]);
                }
                _output.Append(value.Elements.IsEmpty ? "{}"u8 : "}"u8);
                break;
            case TypeKind.List or TypeKind.Array or TypeKind.Map:
                _output.Append((byte)'[');
                for (int i = 0; i < value.Elements.Length; i++)
                {
                    if (i > 0) _output.Append((byte)',');
                    AppendNested(value.Elements[i]);
                }
                _output.Append((byte)']');
                break;
            case TypeKind.Json:
                AppendJson(value.AsBytes);
                break;
            case TypeKind.Boolean or TypeKind.Decimal:
            case >= TypeKind.TinyInt and <= TypeKind.UBigInt:
            case TypeKind.Real or TypeKind.Double when double.IsFinite(value.AsDouble):
                _output.Append(value.ToString());
                break;
            default:
                AppendText(_output, Encoding.UTF8.GetBytes(value.ToString()));
                break;
        }
    }

    private static void AppendText(TextOutput output, ReadOnlySpan<byte> text)
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

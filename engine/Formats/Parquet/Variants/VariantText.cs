using System.Buffers.Binary;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Json;
using ColFrag.Engine.Formats.Output;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Parquet.Variants;

/// <summary>
/// Writes the bytes of a VARIANT as JSON. What JSON has no form for is text that looks as the SQL value does.
/// <code>
///   bytes    field
///   1        bits 0 and 1: 0 primitive, 1 short text, 2 object, 3 array; the others:
///              primitive   which type
///              short text  its length
///              object      bits 2 and 3: W - 1, bits 4 and 5: I - 1, bit 6: the number of fields has 4 bytes
///              array       bits 2 and 3: W - 1, bit 4: the number of elements has 4 bytes
///   …        primitive: the value; 4 bytes of length before texts and binaries, 1 byte of scale before decimals
///            object: number of fields N, N names by number (I bytes each), N + 1 offsets of values (W each), values
///            array: number of elements N, N + 1 offsets (W each), values
/// </code>
/// Little-endian. See apache/parquet-format <c>VariantEncoding.md</c>.
/// </summary>
internal ref struct VariantText
{
    /// <summary>Objects and arrays in each other; more would be a stack too deep.</summary>
    private const int MostDepth = 250;

    /// <summary>The longest text of one value.</summary>
    private const int MostBytes = 1 << 28;

    private static readonly Int128 s_decimalEnd =
        (Int128)System.Numerics.BigInteger.Pow(10, LogicalType.MaxDecimalPrecision);

    private readonly TextOutput _output;
    private readonly VariantMetadata _names;
    private readonly VariantPlace _place;
    private readonly int _start;

    // Values cannot lie in each other but as elements, of which each takes a byte. Without this rule a few damaged
    // offsets could name the same bytes again and again, at every depth.
    private long _valuesLeft;

    public VariantText(TextOutput output, VariantMetadata names, VariantPlace place)
    {
        _output = output;
        _names = names;
        _place = place;
        _start = output.Length;
    }

    /// <summary>Appends the value that the bytes begin with.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        _valuesLeft = value.Length;
        Append(value, 0);
    }

    /// <summary>An object's fields, in the order of their names.</summary>
    public static VariantFields FieldsOf(ReadOnlySpan<byte> value, VariantMetadata names, VariantPlace place)
    {
        place.ThrowUnless(value.Length > 0 && (value[0] & 3) == 2, "value beside a shredded object is none");
        int header = value[0] >> 2;
        return new VariantFields(
            value, names, place, offsetBytes: (header & 3) + 1, nameBytes: (header >> 2 & 3) + 1, (header & 16) != 0);
    }

    private void Append(ReadOnlySpan<byte> value, int depth)
    {
        _place.ThrowUnless(value.Length > 0, "ends early");
        _place.ThrowUnless(--_valuesLeft >= 0, "values lie in each other");
        if (depth > MostDepth || _output.Length - _start > MostBytes)
        {
            throw new QueryException(
                SqlStates.ProgramLimitExceeded,
                $"VARIANT of column {_place.Column} is too {(depth > MostDepth ? "deep" : "long")}: {_place.File}");
        }
        int header = value[0] >> 2;
        switch (value[0] & 3)
        {
            case 0: AppendPrimitive(header, value[1..]); break;
            case 1: AppendText(_place.Slice(value, 1, header)); break;
            case 2: AppendObject(value, depth); break;
            default: AppendArray(value, header, depth); break;
        }
    }

    private void AppendObject(ReadOnlySpan<byte> value, int depth)
    {
        VariantFields fields = FieldsOf(value, _names, _place);
        _output.Append((byte)'{');
        for (int i = 0; i < fields.Count; i++)
        {
            if (i > 0) _output.Append((byte)',');
            JsonOutput.AppendText(_output, fields.NameOf(i));
            _output.Append((byte)':');
            Append(fields.ValueOf(i), depth + 1);
        }
        _output.Append((byte)'}');
    }

    private void AppendArray(ReadOnlySpan<byte> value, int header, int depth)
    {
        int width = (header & 3) + 1, countBytes = (header & 4) != 0 ? 4 : 1;
        long count = _place.ReadNumber(value, 1, countBytes);
        int offsets = 1 + countBytes;
        long values = offsets + ((count + 1) * width);
        _place.ThrowUnless(values <= value.Length, "number of elements");
        _output.Append((byte)'[');
        for (int i = 0; i < count; i++)
        {
            if (i > 0) _output.Append((byte)',');
            long at = values + _place.ReadNumber(value, offsets + ((long)i * width), width);
            _place.ThrowUnless(at < value.Length, "place of an element");
            Append(value[(int)at..], depth + 1);
        }
        _output.Append((byte)']');
    }

    private readonly void AppendPrimitive(int type, ReadOnlySpan<byte> bytes)
    {
        switch (type)
        {
            case 0: _output.Append("null"u8); break;
            case 1: _output.Append("true"u8); break;
            case 2: _output.Append("false"u8); break;
            case 3: _output.Append((sbyte)_place.Slice(bytes, 0, 1)[0]); break;
            case 4: _output.Append(BinaryPrimitives.ReadInt16LittleEndian(_place.Slice(bytes, 0, 2))); break;
            case 5: _output.Append(ReadInt32(bytes)); break;
            case 6: _output.Append(ReadInt64(bytes)); break;
            case 7: AppendFloat(BitConverter.Int64BitsToDouble(ReadInt64(bytes)), isReal: false); break;
            case 8: AppendDecimal(bytes, BinaryPrimitives.ReadInt32LittleEndian(_place.Slice(bytes, 1, 4))); break;
            case 9: AppendDecimal(bytes, BinaryPrimitives.ReadInt64LittleEndian(_place.Slice(bytes, 1, 8))); break;
            case 10: AppendDecimal(bytes, BinaryPrimitives.ReadInt128LittleEndian(_place.Slice(bytes, 1, 16))); break;
            case 11: AppendValue(LogicalType.Date, ReadInt32(bytes)); break;
            case 12: AppendValue(LogicalType.TimestampTz, ReadInt64(bytes)); break;
            case 13: AppendValue(LogicalType.Timestamp, ReadInt64(bytes)); break;
            case 14: AppendFloat(BitConverter.Int32BitsToSingle(ReadInt32(bytes)), isReal: true); break;
            case 15: AppendText(ValueText.Format(Value.Bytes(LogicalType.Blob, ReadBytes(bytes).ToArray()))); break;
            case 16: AppendText(ReadBytes(bytes)); break;
            case 17:
                long time = ReadInt64(bytes);
                _place.ThrowUnless(time is >= 0 and <= 86_400_000_000, "time");
                AppendValue(LogicalType.Time, time);
                break;
            case 18: AppendText(ValueText.FormatTimestamp(ReadInt64(bytes), "+00")); break;
            case 19: AppendValue(LogicalType.TimestampNanoseconds, ReadInt64(bytes)); break;
            case 20:
                UInt128 uuid = BinaryPrimitives.ReadUInt128BigEndian(_place.Slice(bytes, 0, 16));
                AppendText(ValueText.FormatUuid((Int128)(uuid ^ (UInt128.One << 127))));
                break;
            default: throw _place.Corrupt($"type {type}");
        }
    }

    private readonly int ReadInt32(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadInt32LittleEndian(_place.Slice(bytes, 0, 4));

    private readonly long ReadInt64(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadInt64LittleEndian(_place.Slice(bytes, 0, 8));

    private readonly ReadOnlySpan<byte> ReadBytes(ReadOnlySpan<byte> bytes) =>
        _place.Slice(bytes, 4, _place.ReadNumber(bytes, 0, 4));

    private readonly void AppendDecimal(ReadOnlySpan<byte> bytes, Int128 unscaled)
    {
        _place.ThrowUnless(bytes[0] <= LogicalType.MaxDecimalPrecision, "scale");
        _place.ThrowUnless(unscaled < s_decimalEnd && unscaled > -s_decimalEnd, "decimal");
        _output.AppendDecimal(unscaled, bytes[0]);
    }

    private readonly void AppendFloat(double value, bool isReal)
    {
        string text = isReal ? ValueText.FormatFloat((float)value) : ValueText.FormatDouble(value);
        if (double.IsFinite(value)) _output.Append(text);
        else AppendText(text);
    }

    private readonly void AppendValue(LogicalType type, long value) =>
        AppendText(ValueText.Format(Value.Integer(type, value)));

    private readonly void AppendText(string text) => AppendText(System.Text.Encoding.UTF8.GetBytes(text));

    private readonly void AppendText(ReadOnlySpan<byte> text)
    {
        _place.ThrowUnless(System.Text.Unicode.Utf8.IsValid(text), "text is not UTF-8");
        JsonOutput.AppendText(_output, text);
    }
}

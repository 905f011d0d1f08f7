using System.Text;
using System.Text.Json;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Formats.Json;

/// <summary>
/// What was seen of the values in one place: the kinds of scalars, the elements of arrays, the fields of objects. The
/// type is the narrowest that holds them all; places where scalars meet arrays or objects stay JSON.
/// </summary>
internal sealed unsafe class JsonShape
{
    /// <summary>Objects with more keys than this, most of them absent in each, are maps.</summary>
    private const int MapFields = 200;

    private readonly List<(string Name, JsonShape Shape)> _fields = [];
    private readonly Dictionary<string, int> _fieldIndex = new(StringComparer.Ordinal);
    private JsonShape? _element;
    private Seen _seen;
    private Seen _not;
    private long _objectCount;
    private long _fieldCount;

    [Flags]
    private enum Seen
    {
        None = 0,
        Boolean = 1,
        Number = 2,
        Text = 4,
        Array = 8,
        Object = 16,
        BigInt = 32,
        HugeInt = 64,
        Date = 128,
        Timestamp = 256,
        TimestampTz = 512,
        Uuid = 1024,
        Scalars = Boolean | Number | Text,
    }

    /// <summary>The fields of the objects, in the order in which they were first seen.</summary>
    public IReadOnlyList<(string Name, JsonShape Shape)> Fields => _fields;

    /// <summary>True when only objects were seen.</summary>
    public bool IsObject => _seen == Seen.Object;

    /// <summary>The type of what was seen.</summary>
    public LogicalType ToType(int depth)
    {
        if (depth < 0) return LogicalType.Json;
        switch (_seen)
        {
            case Seen.None: return LogicalType.Json;
            case Seen.Boolean: return LogicalType.Boolean;
            case Seen.Number:
                return (_not & Seen.BigInt) == 0 ? LogicalType.BigInt : (_not & Seen.HugeInt) == 0 ? LogicalType.HugeInt
                    : LogicalType.Double;
            case Seen.Text:
                return (_not & Seen.Date) == 0 ? LogicalType.Date : (_not & Seen.Timestamp) == 0 ? LogicalType.Timestamp
                    : (_not & Seen.TimestampTz) == 0 ? LogicalType.TimestampTz
                    : (_not & Seen.Uuid) == 0 ? LogicalType.Uuid : LogicalType.Varchar;
            case Seen.Array: return _element is null
                ? LogicalType.List(LogicalType.Json)
                : LogicalType.List(_element.ToType(depth - 1));
            case Seen.Object when _fields.Count == 0: return LogicalType.Json;
            case Seen.Object when _fields.Count > MapFields && _fieldCount < _objectCount * _fields.Count / 2:
                JsonShape values = new();
                foreach ((_, JsonShape shape) in _fields) values.Include(shape);
                return LogicalType.Map(LogicalType.Varchar, values.ToType(depth - 1));
            case Seen.Object: return LogicalType.Struct(
                [.. _fields.Select(f => new Field(f.Name, f.Shape.ToType(depth - 1)))]);
            default: return (_seen & ~Seen.Scalars) == 0 ? LogicalType.Varchar : LogicalType.Json;
        }
    }

    /// <summary>Looks at the value that the reader is at.</summary>
    public void Add(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True or JsonTokenType.False:
                _seen |= Seen.Boolean;
                break;
            case JsonTokenType.Number:
                _seen |= Seen.Number;
                AddNumber(reader.ValueSpan);
                break;
            case JsonTokenType.String:
                _seen |= Seen.Text;
                AddText(reader.ValueSpan);
                break;
            case JsonTokenType.StartArray:
                _seen |= Seen.Array;
                _element ??= new JsonShape();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) _element.Add(ref reader);
                break;
            case JsonTokenType.StartObject:
                _seen |= Seen.Object;
                _objectCount++;
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    JsonShape field = Field(Name(ref reader));
                    _fieldCount++;
                    if (reader.Read()) field.Add(ref reader);
                }
                break;
        }
    }

    /// <summary>The name that the reader is at; half of a surrogate pair in an escape is shown as U+FFFD.</summary>
    public static string Name(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Encoding.UTF8.GetString(reader.ValueSpan);
        }
    }

    private JsonShape Field(string name)
    {
        if (_fieldIndex.TryGetValue(name, out int index)) return _fields[index].Shape;
        JsonShape shape = new();
        _fieldIndex.Add(name, _fields.Count);
        _fields.Add((name, shape));
        return shape;
    }

    private void AddNumber(ReadOnlySpan<byte> number)
    {
        Span<byte> padded = stackalloc byte[64];
        if (number.Length > padded.Length - TextNumber.ReadableBytes)
        {
            _not |= Seen.BigInt | Seen.HugeInt;
            return;
        }
        number.CopyTo(padded);
        fixed (byte* text = padded)
        {
            if (!TextNumber.TryParseInt64(text, number.Length, out _)) _not |= Seen.BigInt;
            if (!TextNumber.TryParseInt128(text, number.Length, out _)) _not |= Seen.HugeInt;
        }
    }

    private void AddText(ReadOnlySpan<byte> value)
    {
        if (!IsUuid(value)) _not |= Seen.Uuid;
        Span<byte> padded = stackalloc byte[64];
        bool isShort = value.Length is > 0 && value.Length <= padded.Length - TextNumber.ReadableBytes
            && value[0] is >= (byte)'0' and <= (byte)'9';
        if (!isShort)
        {
            _not |= Seen.Date | Seen.Timestamp | Seen.TimestampTz;
            return;
        }
        value.CopyTo(padded);
        fixed (byte* text = padded)
        {
            if (!TextTime.TryParseDate(text, value.Length, out _)) _not |= Seen.Date;
            bool isTimestamp = TextTime.TryParseTimestamp(text, value.Length, out _, out _, out bool hasZone);
            if (!isTimestamp || hasZone) _not |= Seen.Timestamp;
            if (!isTimestamp || !hasZone) _not |= Seen.TimestampTz;
        }
    }

    private static bool IsUuid(ReadOnlySpan<byte> text)
    {
        if (text.Length != 36) return false;
        for (int i = 0; i < text.Length; i++)
        {
            bool isRight = i is 8 or 13 or 18 or 23 ? text[i] == '-' : char.IsAsciiHexDigit((char)text[i]);
            if (!isRight) return false;
        }
        return true;
    }

    private void Include(JsonShape other)
    {
        _seen |= other._seen;
        _not |= other._not;
        _objectCount += other._objectCount;
        _fieldCount += other._fieldCount;
        if (other._element is not null) (_element ??= new JsonShape()).Include(other._element);
        foreach ((string name, JsonShape shape) in other._fields) Field(name).Include(shape);
    }
}

using System.Text;
using System.Text.Json;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>Types whose values are arrays; all elements of a batch lie in one builder, value after value.</summary>
internal abstract class JsonElementsBuilder(
    LogicalType type, MemoryAccount account, ITextConversions? conversions) : JsonBuilder(type, account)
{
    /// <summary>The elements of all values.</summary>
    protected JsonBuilder Elements { get; } = Create(type.Element!, account, conversions);

    public override void Begin()
    {
        base.Begin();
        Elements.Begin();
    }

    public override void Fill(ColumnVector target, JsonRecord record)
    {
        base.Fill(target, record);
        Elements.Fill(target.Children[0], record);
    }

    public override void Dispose()
    {
        base.Dispose();
        Elements.Dispose();
    }

    protected sealed override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            return record.Fail(reader.TokenType == JsonTokenType.StartObject ? "an object"u8 : reader.ValueSpan, Type);
        int start = Elements.Count;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!Elements.TryAppend(ref reader, record)) return false;
        }
        return TryEndValue(start, record);
    }

    /// <summary>Adds the value whose elements begin at one of them, where it may have so many.</summary>
    protected abstract bool TryEndValue(int start, JsonRecord record);
}

/// <summary>LIST: an array.</summary>
internal sealed unsafe class JsonListBuilder(LogicalType type, MemoryAccount account, ITextConversions? conversions)
    : JsonElementsBuilder(type, account, conversions)
{
    public override void AppendNull()
    {
        base.AppendNull();
        ((ListView*)Data)[Count - 1] = new ListView(Elements.Count, 0);
    }

    public override void Truncate(int count)
    {
        base.Truncate(count);
        Elements.Truncate(count == 0 ? 0 : ((ListView*)Data)[count - 1].Offset + ((ListView*)Data)[count - 1].Length);
    }

    protected override bool TryEndValue(int start, JsonRecord record)
    {
        int row = Next();
        ((ListView*)Data)[row] = new ListView(start, Elements.Count - start);
        return true;
    }
}

/// <summary>ARRAY: an array of exactly so many elements.</summary>
internal sealed class JsonArrayBuilder(LogicalType type, MemoryAccount account, ITextConversions? conversions)
    : JsonElementsBuilder(type, account, conversions)
{
    public override void AppendNull()
    {
        base.AppendNull();
        for (int i = 0; i < Type.Length; i++) Elements.AppendNull();
    }

    public override void Truncate(int count)
    {
        base.Truncate(count);
        Elements.Truncate(count * Type.Length);
    }

    protected override bool TryEndValue(int start, JsonRecord record)
    {
        if (Elements.Count - start != Type.Length)
            return record.Fail(Encoding.UTF8.GetBytes($"an array of {Elements.Count - start}"), Type);
        Next();
        return true;
    }
}

/// <summary>STRUCT: an object. Fields that are absent are NULL, keys that are no fields are passed over.</summary>
internal sealed class JsonStructBuilder(
    LogicalType type, MemoryAccount account, ITextConversions? conversions) : JsonBuilder(type, account)
{
    private readonly JsonFieldSet _names = new([.. type.Fields.Select(f => f.Name)]);
    private readonly JsonBuilder[] _fields = [.. type.Fields.Select(f => Create(f.Type, account, conversions))];

    public override void Begin()
    {
        base.Begin();
        foreach (JsonBuilder field in _fields) field.Begin();
    }

    public override void AppendNull()
    {
        base.AppendNull();
        foreach (JsonBuilder field in _fields) field.AppendNull();
    }

    public override void Truncate(int count)
    {
        base.Truncate(count);
        foreach (JsonBuilder field in _fields) field.Truncate(count);
    }

    public override void Fill(ColumnVector target, JsonRecord record)
    {
        base.Fill(target, record);
        for (int i = 0; i < _fields.Length; i++) _fields[i].Fill(target.Children[i], record);
    }

    public override void Dispose()
    {
        base.Dispose();
        foreach (JsonBuilder field in _fields) field.Dispose();
    }

    protected override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            return record.Fail(reader.TokenType == JsonTokenType.StartArray ? "an array"u8 : reader.ValueSpan, Type);
        int row = Count;
        int expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            int field = _names.Find(ref reader, expected);
            reader.Read();
            // Of equal keys the first counts.
            if (field < 0 || _fields[field].Count > row)
            {
                reader.Skip();
                continue;
            }
            if (!_fields[field].TryAppend(ref reader, record)) return false;
            expected = field + 1;
        }
        foreach (JsonBuilder field in _fields)
        {
            if (field.Count == row) field.AppendNull();
        }
        Next();
        return true;
    }
}

/// <summary>
/// MAP: an object, whose keys are texts of the key type; or an array of pairs, as we write other keys.
/// </summary>
internal sealed unsafe class JsonMapBuilder(
    LogicalType type, MemoryAccount account, ITextConversions? conversions) : JsonBuilder(type, account)
{
    private readonly JsonBuilder _keys = Create(type.Element!.Fields[0].Type, account, conversions);
    private readonly JsonBuilder _values = Create(type.Element!.Fields[1].Type, account, conversions);
    private readonly byte[] _name = new byte[4096];

    public override void Begin()
    {
        base.Begin();
        _keys.Begin();
        _values.Begin();
    }

    public override void AppendNull()
    {
        base.AppendNull();
        ((ListView*)Data)[Count - 1] = new ListView(_keys.Count, 0);
    }

    public override void Truncate(int count)
    {
        base.Truncate(count);
        int entries = count == 0 ? 0 : ((ListView*)Data)[count - 1].Offset + ((ListView*)Data)[count - 1].Length;
        _keys.Truncate(entries);
        _values.Truncate(entries);
    }

    public override void Fill(ColumnVector target, JsonRecord record)
    {
        base.Fill(target, record);
        ColumnVector entries = target.Children[0];
        entries.ResetFlat(1);
        entries.Count = _keys.Count;
        _keys.Fill(entries.Children[0], record);
        _values.Fill(entries.Children[1], record);
    }

    public override void Dispose()
    {
        base.Dispose();
        _keys.Dispose();
        _values.Dispose();
    }

    protected override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        int start = _keys.Count;
        bool isValid = reader.TokenType switch
        {
            JsonTokenType.StartObject => TryAppendObject(ref reader, record),
            JsonTokenType.StartArray => TryAppendPairs(ref reader, record),
            _ => record.Fail(reader.ValueSpan, Type),
        };
        if (!isValid) return false;
        int row = Next();
        ((ListView*)Data)[row] = new ListView(start, _keys.Count - start);
        return true;
    }

    private bool TryAppendObject(ref Utf8JsonReader reader, JsonRecord record)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            ReadOnlySpan<byte> name = reader.ValueSpan;
            if (reader.ValueIsEscaped)
            {
                if (name.Length > _name.Length) return record.Fail(name, Type);
                name = _name.AsSpan(0, reader.CopyString(_name));
            }
            if (!_keys.TryAppendText(name, record)) return false;
            reader.Read();
            if (!_values.TryAppend(ref reader, record)) return false;
        }
        return true;
    }

    private bool TryAppendPairs(ref Utf8JsonReader reader, JsonRecord record)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.StartObject)
                return record.Fail("an array of other values than pairs"u8, Type);
            int entry = _keys.Count;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                JsonBuilder? part = reader.ValueTextEquals("key"u8) ? _keys : reader.ValueTextEquals("value"u8)
                    ? _values : null;
                reader.Read();
                if (part is null || part.Count > entry) reader.Skip();
                else if (!part.TryAppend(ref reader, record)) return false;
            }
            if (_keys.Count == entry) return record.Fail("a pair without key"u8, Type);
            if (_values.Count == entry) _values.AppendNull();
        }
        return true;
    }
}

/// <summary>Names of fields; they mostly come in the order of the schema.</summary>
/// <param name="names">The keys.</param>
/// <param name="ignoresCase">True where a key that differs only in case is meant, unless another is exactly it.</param>
internal sealed class JsonFieldSet(string[] names, bool ignoresCase = false)
{
    private const int MaxLinear = 8;

    private readonly byte[][] _names = [.. names.Select(Encoding.UTF8.GetBytes)];
    private readonly Dictionary<string, int> _exact = MakeIndex(names, StringComparer.Ordinal);
    private readonly Dictionary<string, int>? _loose = ignoresCase
        ? MakeIndex(names, StringComparer.OrdinalIgnoreCase)
        : null;

    /// <summary>Index of the name that the reader is at, or -1.</summary>
    public int Find(ref Utf8JsonReader reader, int expected)
    {
        if (expected < _names.Length && reader.ValueTextEquals(_names[expected])) return expected;
        for (int i = 0; i < _names.Length && _names.Length <= MaxLinear; i++)
        {
            if (reader.ValueTextEquals(_names[i])) return i;
        }
        if (_names.Length <= MaxLinear && _loose is null) return -1;
        string name = JsonShape.Name(ref reader);
        if (_exact.TryGetValue(name, out int index)) return index;
        return _loose?.GetValueOrDefault(name, -1) ?? -1;
    }

    private static Dictionary<string, int> MakeIndex(string[] names, StringComparer comparer)
    {
        Dictionary<string, int> index = new(comparer);
        for (int i = 0; i < names.Length; i++) index.TryAdd(names[i], i);
        return index;
    }
}

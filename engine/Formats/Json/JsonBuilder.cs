using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Text;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>
/// Gathers the values of one place (a column, a field, the elements of a list) for a batch, and becomes a vector.
/// Buffers grow with what is in them and are replaced where a vector still uses them.
/// </summary>
internal abstract unsafe class JsonBuilder(LogicalType type, MemoryAccount account) : IDisposable
{
    private const int FirstCapacity = Batch.MaxRows;

    private NativeBuffer? _data;
    private NativeBuffer? _validity;
    private bool _hasNulls;

    public LogicalType Type => type;

    /// <summary>Number of values.</summary>
    public int Count { get; private set; }

    protected int ElementBytes { get; } = type.Physical.SizeBytes();

    protected byte* Data => _data!.Pointer;

    /// <summary>The builder of a type.</summary>
    public static JsonBuilder Create(
        LogicalType type, MemoryAccount account, ITextConversions? conversions) => type.Kind switch
    {
        TypeKind.Varchar or TypeKind.Blob => new JsonTextBuilder(type, account),
        TypeKind.Json or TypeKind.Null => new JsonRawBuilder(LogicalType.Json, account),
        TypeKind.List => new JsonListBuilder(type, account, conversions),
        TypeKind.Array => new JsonArrayBuilder(type, account, conversions),
        TypeKind.Struct => new JsonStructBuilder(type, account, conversions),
        TypeKind.Map => new JsonMapBuilder(type, account, conversions),
        _ => FieldParsers.Use(type, null, new Maker(type, account)) ?? Convert(type, account, conversions),
    };

    private static JsonConvertedBuilder Convert(
        LogicalType type, MemoryAccount account, ITextConversions? conversions) =>
        !type.IsNested && type.Physical != PhysicalType.Utf8 && conversions?.Find(type, account) is { } conversion
            ? new JsonConvertedBuilder(type, conversion, account)
            : throw new QueryException(
                SqlStates.FeatureNotSupported, $"JSON cannot hold values of type {type}",
                hint: "Read the column as VARCHAR or JSON and cast it.");

    /// <summary>
    /// Takes the value that the reader is at, and leaves the reader at its last token. False when it is not of the
    /// type; the record says why.
    /// </summary>
    public bool TryAppend(ref Utf8JsonReader reader, JsonRecord record)
    {
        if (reader.TokenType != JsonTokenType.Null) return TryAppendValue(ref reader, record);
        AppendNull();
        return true;
    }

    /// <summary>Takes a text: the key of a map.</summary>
    public virtual bool TryAppendText(ReadOnlySpan<byte> text, JsonRecord record) => record.Fail(text, Type);

    /// <summary>Adds a NULL.</summary>
    public virtual void AppendNull()
    {
        int row = Next();
        new Span<byte>(Data + ((long)row * ElementBytes), ElementBytes).Clear();
        ((ulong*)_validity!.Pointer)[row >> 6] &= ~(1UL << row);
        _hasNulls = true;
    }

    /// <summary>Forgets all values, for a new batch.</summary>
    public virtual void Begin()
    {
        Drop(ref _data);
        Drop(ref _validity);
        Count = 0;
        _hasNulls = false;
    }

    /// <summary>Forgets the values from a row on.</summary>
    public virtual void Truncate(int count)
    {
        for (int row = count; row < Count; row++) ((ulong*)_validity!.Pointer)[row >> 6] |= 1UL << row;
        Count = count;
    }

    /// <summary>Points a vector at the values.</summary>
    public virtual void Fill(ColumnVector target, JsonRecord record)
    {
        Reserve(1);
        target.ResetBorrowed(
            VectorShape.Flat, Type.Physical, Data, _hasNulls ? (ulong*)_validity!.Pointer : null, Count, _data);
        target.KeepAlive(_validity!);
    }

    public virtual void Dispose()
    {
        _data?.Release();
        _validity?.Release();
        _data = _validity = null;
    }

    protected abstract bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record);

    /// <summary>The row of a new value, with room for it and marked as valid.</summary>
    protected int Next()
    {
        Reserve(1);
        return Count++;
    }

    private void Reserve(int more)
    {
        long capacity = _data is null ? 0 : _validity!.Length * 8;
        if (Count + more <= capacity) return;
        long wanted = Math.Max(FirstCapacity, (Count + (long)more) * 2);
        if (wanted > 1 << 30)
            throw new QueryException(SqlStates.ProgramLimitExceeded, "JSON: a batch of rows holds too many values");
        wanted = (wanted + 63) & ~63L;
        _data = Grow(_data, Count * (long)ElementBytes, Math.Max(wanted * ElementBytes, 1));
        long usedWords = (Count + 63L) / 64;
        _validity = Grow(_validity, usedWords * 8, wanted / 8);
        new Span<ulong>((ulong*)_validity.Pointer + usedWords, (int)((wanted / 64) - usedWords)).Fill(ulong.MaxValue);
    }

    private NativeBuffer Grow(NativeBuffer? buffer, long used, long bytes)
    {
        NativeBuffer grown = NativeBuffer.Allocate(bytes, account);
        if (buffer is null) return grown;
        Buffer.MemoryCopy(buffer.Pointer, grown.Pointer, grown.Length, used);
        buffer.Release();
        return grown;
    }

    // A buffer that only this builder holds is used again, all rows valid; another is left to its vectors.
    private void Drop(ref NativeBuffer? buffer)
    {
        if (buffer is null) return;
        if (buffer.IsExclusive)
        {
            if (ReferenceEquals(buffer, _validity))
                new Span<byte>(buffer.Pointer, (int)buffer.Length).Fill(byte.MaxValue);
            return;
        }
        buffer.Release();
        buffer = null;
    }

    private sealed class Maker(LogicalType type, MemoryAccount account) : IFieldParserUser<JsonBuilder>
    {
        public JsonBuilder Use<T, TParser>(TParser parser)
            where T : unmanaged
            where TParser : struct, IFieldParser<T> => new JsonValueBuilder<T, TParser>(type, parser, account);
    }
}

/// <summary>Values of a fixed size: numbers and booleans as such, everything also as text.</summary>
internal sealed unsafe class JsonValueBuilder<T, TParser>(LogicalType type, TParser parser, MemoryAccount account)
    : JsonBuilder(type, account)
    where T : unmanaged
    where TParser : struct, IFieldParser<T>
{
    private readonly byte[] _scratch = new byte[512];

    public override bool TryAppendText(ReadOnlySpan<byte> text, JsonRecord record)
    {
        if (text.Length > _scratch.Length - NativeBuffer.PaddingBytes) return record.Fail(text, Type);
        text.CopyTo(_scratch);
        T value;
        bool isValid;
        fixed (byte* bytes = _scratch) isValid = parser.TryParse(bytes, text.Length, out value);
        if (!isValid) return record.Fail(text, Type);
        int row = Next();
        ((T*)Data)[row] = value;
        return true;
    }

    protected override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when reader.ValueIsEscaped:
                if (reader.ValueSpan.Length > _scratch.Length - NativeBuffer.PaddingBytes)
                    return record.Fail(reader.ValueSpan, Type);
                Span<byte> text = stackalloc byte[512];
                return TryAppendText(text[..reader.CopyString(text)], record);
            case JsonTokenType.StartArray or JsonTokenType.StartObject:
                return record.Fail(reader.TokenType == JsonTokenType.StartArray ? "an array"u8 : "an object"u8, Type);
            default:
                return TryAppendText(reader.ValueSpan, record);
        }
    }
}

/// <summary>VARCHAR and BLOB: text is pointed at where it lies; other values become their JSON text.</summary>
internal sealed unsafe class JsonTextBuilder(LogicalType type, MemoryAccount account) : JsonBuilder(type, account)
{
    public override bool TryAppendText(ReadOnlySpan<byte> text, JsonRecord record)
    {
        AppendText(record.Arena.Copy(text), text.Length, record);
        return true;
    }

    public override void Fill(ColumnVector target, JsonRecord record)
    {
        base.Fill(target, record);
        JsonRawBuilder.KeepText(target, record);
    }

    protected override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            ReadOnlySpan<byte> raw = JsonRawBuilder.TakeRaw(ref reader, out byte* start);
            AppendView(start, raw.Length);
            return true;
        }
        ReadOnlySpan<byte> text = reader.ValueSpan;
        if (!reader.ValueIsEscaped)
        {
            // The text lies in a native buffer that the record names.
            fixed (byte* bytes = text) AppendText(bytes, text.Length, record);
            return true;
        }
        byte* target = record.Arena.Allocate(text.Length, 1);
        try
        {
            AppendText(target, reader.CopyString(new Span<byte>(target, text.Length)), record);
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair.
            return record.Fail(text, Type);
        }
    }

    /// <summary>A string is a text, or what it stands for as bytes.</summary>
    private void AppendText(byte* text, int length, JsonRecord record)
    {
        ReadOnlySpan<byte> written = new(text, length);
        if (Type.Kind != TypeKind.Blob || !BlobField.HasEscapes(written))
        {
            AppendView(text, length);
            return;
        }
        byte* bytes = record.Arena.Allocate(length, 1);
        AppendView(bytes, BlobField.Decode(written, new Span<byte>(bytes, length)));
    }

    private void AppendView(byte* text, int length)
    {
        int row = Next();
        ((Utf8View*)Data)[row] = new Utf8View(text, length);
    }
}

/// <summary>JSON: any value, as its text.</summary>
internal sealed unsafe class JsonRawBuilder(LogicalType type, MemoryAccount account) : JsonBuilder(type, account)
{
    /// <summary>The text of the value that the reader is at; the reader goes to its last token.</summary>
    public static ReadOnlySpan<byte> TakeRaw(ref Utf8JsonReader reader, out byte* start)
    {
        ReadOnlySpan<byte> first = reader.ValueSpan;
        fixed (byte* bytes = first)
        {
            // The span of a string is within its quotes.
            bool isString = reader.TokenType == JsonTokenType.String;
            start = isString ? bytes - 1 : bytes;
            if (reader.TokenType is not (JsonTokenType.StartArray or JsonTokenType.StartObject))
            {
                return new ReadOnlySpan<byte>(start, isString ? first.Length + 2 : first.Length);
            }
            long from = reader.TokenStartIndex;
            reader.Skip();
            return new ReadOnlySpan<byte>(start, (int)(reader.BytesConsumed - from));
        }
    }

    /// <summary>Keeps alive what the views of a vector point into.</summary>
    public static void KeepText(ColumnVector target, JsonRecord record)
    {
        target.KeepAlive(record.Block!);
        foreach (NativeBuffer block in record.Arena.Blocks) target.KeepAlive(block);
    }

    public override void Fill(ColumnVector target, JsonRecord record)
    {
        base.Fill(target, record);
        KeepText(target, record);
    }

    protected override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        ReadOnlySpan<byte> raw = TakeRaw(ref reader, out byte* start);
        int row = Next();
        ((Utf8View*)Data)[row] = new Utf8View(start, raw.Length);
        return true;
    }
}

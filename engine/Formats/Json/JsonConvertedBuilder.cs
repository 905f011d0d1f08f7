using System.Text.Json;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Json;

/// <summary>Values of a fixed size without a parser of their own, which are strings in JSON: they are cast.</summary>
internal sealed unsafe class JsonConvertedBuilder(LogicalType type, ITextConversion conversion, MemoryAccount account)
    : JsonBuilder(type, account)
{
    private readonly ColumnVector _text = new(LogicalType.Varchar, account);
    private readonly ColumnVector _value = new(type, account);

    public override bool TryAppendText(ReadOnlySpan<byte> text, JsonRecord record)
    {
        fixed (byte* bytes = text)
        {
            _text.ResetFlat(1);
            _text.Count = 1;
            _text.As<Utf8View>()[0] = new Utf8View(bytes, text.Length);
            conversion.Convert(_text, 1, _value);
        }
        if (!_value.IsValid(0)) return record.Fail(text, Type);
        int row = Next();
        new ReadOnlySpan<byte>(_value.Data, ElementBytes).CopyTo(
            new Span<byte>(Data + ((long)row * ElementBytes), ElementBytes));
        return true;
    }

    public override void Dispose()
    {
        base.Dispose();
        _text.Dispose();
        _value.Dispose();
        conversion.Dispose();
    }

    protected override bool TryAppendValue(ref Utf8JsonReader reader, JsonRecord record)
    {
        if (reader.TokenType != JsonTokenType.String) return record.Fail(reader.ValueSpan, Type);
        if (!reader.ValueIsEscaped) return TryAppendText(reader.ValueSpan, record);
        byte[] text = new byte[reader.ValueSpan.Length];
        return TryAppendText(text.AsSpan(0, reader.CopyString(text)), record);
    }
}

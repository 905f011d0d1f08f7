using System.Text.Json;
using ColFrag.Engine.Functions.Drivers;

namespace ColFrag.Engine.Functions.Casts;

/// <summary>Text to JSON: checked, kept as it is.</summary>
internal readonly struct TextToJson(CastFailure failure) : IRowKernel<ReadOnlySpan<byte>>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        result = arguments.Get<ReadOnlySpan<byte>>(0, row);
        return IsJson(result) || failure.Unreadable(result);
    }

    /// <summary>True when the text is one JSON value.</summary>
    public static bool IsJson(ReadOnlySpan<byte> text)
    {
        Utf8JsonReader reader = new(text, new JsonReaderOptions { MaxDepth = 1000 });
        bool hasNumbers = text.IndexOf("\\u"u8) >= 0;
        try
        {
            bool hasValue = false;
            while (reader.Read())
            {
                hasValue = true;
                // Half a character by its number, \ud83d alone, is no text; the reader looks only when it is asked.
                if (hasNumbers && reader.ValueIsEscaped) reader.GetString();
            }
            return hasValue;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>A JSON string without its quotes; other values as they are; null as NULL.</summary>
internal readonly struct JsonToPlainText : IRowKernel<ReadOnlySpan<byte>>
{
    public bool Run(in RowArguments arguments, int row, FunctionContext context, out ReadOnlySpan<byte> result)
    {
        result = Text.NumberText.Trim(arguments.Get<ReadOnlySpan<byte>>(0, row));
        if (result.SequenceEqual("null"u8)) return false;
        if (result is not [(byte)'"', ..]) return true;
        Utf8JsonReader reader = new(result);
        reader.Read();
        if (!reader.ValueIsEscaped)
        {
            result = result[1..^1];
            return true;
        }
        Utf8Writer target = new(context.Text);
        Span<byte> room = target.Reserve(reader.ValueSpan.Length);
        target.Advance(reader.CopyString(room));
        result = target.End();
        return true;
    }
}

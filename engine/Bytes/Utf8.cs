using System.Text;
using ColFrag.Engine.Errors;

namespace ColFrag.Engine.Bytes;

/// <summary>Text as strict UTF-8: nothing is replaced silently in either direction.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding Strict =
        new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The text, or null when the bytes are not UTF-8.</summary>
    public static string? TryDecode(ReadOnlySpan<byte> bytes) =>
        System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>How many bytes the text takes.</summary>
    /// <exception cref="QueryException">The text has half of a surrogate pair, which UTF-8 cannot say.</exception>
    public static int Count(ReadOnlySpan<char> text)
    {
        try
        {
            return Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException error)
        {
            throw LoneSurrogate(error);
        }
    }

    /// <summary>Writes the text and returns how many bytes it took.</summary>
    /// <exception cref="QueryException">The text has half of a surrogate pair, which UTF-8 cannot say.</exception>
    public static int Encode(ReadOnlySpan<char> text, Span<byte> target)
    {
        try
        {
            return Strict.GetBytes(text, target);
        }
        catch (EncoderFallbackException error)
        {
            throw LoneSurrogate(error);
        }
    }

    private static QueryException LoneSurrogate(EncoderFallbackException error) => new(
        SqlStates.InvalidTextRepresentation,
        $"Text is not valid Unicode: half of a surrogate pair at character {error.Index}", inner: error);
}

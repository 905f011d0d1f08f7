using System.Text;

namespace ColFrag.Engine.Functions.Text;

/// <summary>
/// Upper and lower case of UTF-8 text by Unicode's simple mappings: one character to one, without a culture.
/// </summary>
internal static class CaseMapping
{
    /// <summary>
    /// Writes the text in lower case; the target holds twice the bytes. Returns how many were written.
    /// </summary>
    public static int ToLower(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            System.Text.Ascii.ToLower(text, target, out int written);
            return written;
        }
        return Map(text, target, Rune.ToLowerInvariant);
    }

    /// <summary>
    /// Writes the text in upper case; the target holds twice the bytes. Returns how many were written.
    /// </summary>
    public static int ToUpper(ReadOnlySpan<byte> text, Span<byte> target)
    {
        if (System.Text.Ascii.IsValid(text))
        {
            System.Text.Ascii.ToUpper(text, target, out int written);
            return written;
        }
        return Map(text, target, Rune.ToUpperInvariant);
    }

    private static int Map(ReadOnlySpan<byte> text, Span<byte> target, Func<Rune, Rune> map)
    {
        int written = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int length);
            written += map(rune).EncodeToUtf8(target[written..]);
            text = text[length..];
        }
        return written;
    }
}

using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Functions.Text;

/// <summary>Characters (code points) in UTF-8 text. Text in the engine is checked where it comes in.</summary>
internal static class Utf8
{
    /// <summary>True for the second and later bytes of a character.</summary>
    public static bool IsContinuation(byte b) => (b & 0xC0) == 0x80;

    /// <summary>Bytes of the character that begins with this byte.</summary>
    public static int CharacterLength(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>Number of characters.</summary>
    public static int Count(ReadOnlySpan<byte> text) => Utf8Validation.CountCharacters(text);

    /// <summary>True when every character is one byte.</summary>
    public static bool IsAscii(ReadOnlySpan<byte> text) => System.Text.Ascii.IsValid(text);

    /// <summary>Byte offset of the character with this number from 0; the length where there are fewer.</summary>
    public static int OffsetOf(ReadOnlySpan<byte> text, long character)
    {
        if (character <= 0) return 0;
        if (character >= text.Length) return text.Length;
        int at = 0;
        for (; character > 0 && at < text.Length; character--) at += CharacterLength(text[at]);
        return Math.Min(at, text.Length);
    }
}

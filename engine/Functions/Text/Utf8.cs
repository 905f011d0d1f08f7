using System.Numerics;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Functions.Text;

/// <summary>Characters (code points) in UTF-8 text. Text in the engine is checked where it comes in.</summary>
internal static class Utf8
{
    /// <summary>True for the second and later bytes of a character.</summary>
    public static bool IsContinuation(byte b) => (b & 0xC0) == 0x80;

    /// <summary>Bytes of the character that begins with this byte.</summary>
    public static int CharacterLength(byte first) => first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>Number of characters.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int count = 0;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= text.Length - 32; i += 32)
            {
                // Continuation bytes are the signed values below -64.
                Vector256<sbyte> bytes = Vector256.Create(text.Slice(i, 32)).AsSByte();
                count += 32 - BitOperations.PopCount(
                    Vector256.LessThan(bytes, Vector256.Create((sbyte)-64)).ExtractMostSignificantBits());
            }
        }
        for (; i < text.Length; i++) count += IsContinuation(text[i]) ? 0 : 1;
        return count;
    }

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

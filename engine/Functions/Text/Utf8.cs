using System.Buffers.Binary;
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
        // Continuation bytes are the signed values below -64.
        int count = text.Length;
        int i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= text.Length - 32; i += 32)
            {
                Vector256<sbyte> bytes = Vector256.Create(text.Slice(i, 32)).AsSByte();
                count -= BitOperations.PopCount(
                    Vector256.LessThan(bytes, Vector256.Create((sbyte)-64)).ExtractMostSignificantBits());
            }
            // The rest is the end of the last 32 bytes; what was counted before is shifted out.
            if (i > 0 && i < text.Length)
            {
                Vector256<sbyte> bytes = Vector256.Create(text[^32..]).AsSByte();
                uint continuations =
                    Vector256.LessThan(bytes, Vector256.Create((sbyte)-64)).ExtractMostSignificantBits();
                return count - BitOperations.PopCount(continuations >> (32 - (text.Length - i)));
            }
        }
        for (; i <= text.Length - 8; i += 8)
        {
            // Of each byte, whether bit 7 is set and bit 6 is not.
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(text[i..]);
            count -= BitOperations.PopCount(word >> 7 & ~(word >> 6) & 0x0101_0101_0101_0101);
        }
        for (; i < text.Length; i++) count -= IsContinuation(text[i]) ? 1 : 0;
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

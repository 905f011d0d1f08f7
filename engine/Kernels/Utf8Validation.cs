using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text.Unicode;

namespace ColFrag.Engine.Kernels;

/// <summary>Whether bytes are UTF-8, and how long texts are in characters.</summary>
internal static unsafe class Utf8Validation
{
    /// <summary>True when the bytes are UTF-8 (vectorised by the platform).</summary>
    public static bool IsValid(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes);

    /// <summary>
    /// True when texts that lie one after the other are each UTF-8: together they are, and none begins in the middle of
    /// a character. Text i is the bytes from offsets[i] to offsets[i + 1].
    /// </summary>
    public static bool AreValid(byte* heap, uint* offsets, int count)
    {
        if (count == 0) return true;
        if (!Utf8.IsValid(
            new ReadOnlySpan<byte>(heap + offsets[0], checked((int)(offsets[count] - offsets[0]))))) return false;
        for (int i = 1; i < count; i++)
        {
            if (offsets[i] < offsets[count] && (heap[offsets[i]] & 0xC0) == 0x80) return false;
        }
        return true;
    }

    /// <summary>Number of characters (code points) of valid UTF-8: the bytes that do not continue one.</summary>
    public static int CountCharacters(ReadOnlySpan<byte> text)
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
        for (; i < text.Length; i++) count -= (text[i] & 0xC0) == 0x80 ? 1 : 0;
        return count;
    }
}

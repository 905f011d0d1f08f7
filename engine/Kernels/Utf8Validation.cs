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
        int count = 0;
        foreach (byte b in text) count += (b & 0xC0) != 0x80 ? 1 : 0;
        return count;
    }
}

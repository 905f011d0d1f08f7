using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Finds bytes in a long run of bytes: 64 places at a time where the needle's first and last byte both fit, then the
/// rest is compared. For many texts that lie one after the other, one search over all beats one per text.
/// </summary>
internal static unsafe class SubstringSearch
{
    /// <summary>The first place at or after <paramref name="start"/> where the needle lies, or -1.</summary>
    public static long Find(byte* text, long length, long start, ReadOnlySpan<byte> needle)
    {
        if (needle.Length == 0) return start <= length ? start : -1;
        if (needle.Length == 1 || !Vector512.IsHardwareAccelerated) return FindPlain(text, length, start, needle);
        return FindVector(text, length, start, needle);
    }

    /// <summary>
    /// Sets the bit of every text that contains the needle. Texts lie one after the other: text i is the bytes from
    /// offsets[i] to offsets[i + 1]. Words past the last are not written; those of the texts are overwritten.
    /// </summary>
    public static void Mark(byte* heap, uint* offsets, int count, ReadOnlySpan<byte> needle, ulong* mask)
    {
        Bitmap.Clear(mask, count);
        if (needle.Length == 0)
        {
            Bitmap.Fill(mask, count);
            return;
        }
        long end = offsets[count];
        int row = 0;
        for (long at = offsets[0]; ; )
        {
            at = Find(heap, end, at, needle);
            if (at < 0) return;
            while (offsets[row + 1] <= at) row++;
            if (at + needle.Length <= offsets[row + 1])
            {
                mask[row >> 6] |= 1UL << row;
                // One hit is enough: on with the next text.
                at = offsets[row + 1];
                if (++row == count) return;
            }
            else
            {
                at++;
            }
        }
    }

    private static long FindPlain(byte* text, long length, long start, ReadOnlySpan<byte> needle)
    {
        while (start <= length - needle.Length)
        {
            // A span is at most 2 GiB: long texts are searched in pieces that overlap by the needle.
            int piece = (int)Math.Min(length - start, 1 << 30);
            int at = new ReadOnlySpan<byte>(text + start, piece).IndexOf(needle);
            if (at >= 0) return start + at;
            start += piece - needle.Length + 1;
        }
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long FindVector(byte* text, long length, long start, ReadOnlySpan<byte> needle)
    {
        int size = needle.Length;
        Vector512<byte> first = Vector512.Create(needle[0]), last = Vector512.Create(needle[size - 1]);
        long i = start;
        // Both loads end before the text does.
        for (; i <= length - size - 63; i += 64)
        {
            ulong hits = (Vector512.Equals(Vector512.Load(text + i), first) &
                Vector512.Equals(Vector512.Load(text + i + size - 1), last)).ExtractMostSignificantBits();
            for (; hits != 0; hits &= hits - 1)
            {
                long at = i + BitOperations.TrailingZeroCount(hits);
                if (new ReadOnlySpan<byte>(text + at, size).SequenceEqual(needle)) return at;
            }
        }
        return FindPlain(text, length, i, needle);
    }
}

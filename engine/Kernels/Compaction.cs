using System.Numerics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Elements of the rows whose bit is set, side by side. Made for masks in which most bits are set; for few, a list of
/// row numbers is faster. <c>target[j++] = source[i]</c> where bit i is set.
/// </summary>
internal static unsafe partial class Compaction
{
    /// <summary>
    /// True where it beats going to the rows by their numbers: always where registers are compressed, else where runs of
    /// rows are long.
    /// </summary>
    /// <param name="elementBytes">Bytes of an element.</param>
    /// <param name="kept">How many rows have their bit set.</param>
    /// <param name="count">Of how many.</param>
    public static bool IsWorth(int elementBytes, int kept, int count) =>
        (Avx512Vbmi2.IsSupported && elementBytes <= sizeof(ulong)) || kept * 16L >= count * 15L;

    /// <summary>
    /// Writes the elements of the first <paramref name="count"/> rows whose bit is set, and up to 64 bytes past the
    /// last. Source and target do not overlap.
    /// </summary>
    public static void Apply<T>(T* source, ulong* words, int count, T* target) where T : unmanaged
    {
        int done = 0;
        if (Avx512Vbmi2.IsSupported && sizeof(T) <= sizeof(ulong))
        {
            done = count & -64;
            target += ApplyVector(source, words, done, target);
        }
        ApplyScalar(source + done, words + (done >> 6), count - done, target);
    }

    /// <summary>The same, run by run: where most rows stay, runs are long.</summary>
    internal static void ApplyScalar<T>(T* source, ulong* words, int count, T* target) where T : unmanaged
    {
        for (int first = 0; first < count; first += 64)
        {
            ulong word = words[first >> 6];
            if (count - first < 64) word &= (1UL << (count - first)) - 1;
            for (T* from = source + first; word != 0;)
            {
                int gap = BitOperations.TrailingZeroCount(word);
                word >>= gap;
                int run = BitOperations.TrailingZeroCount(~word);
                new ReadOnlySpan<T>(from + gap, run).CopyTo(new Span<T>(target, run));
                target += run;
                from += gap + run;
                // A shift by 64 would be one by 0.
                word = run == 64 ? 0 : word >> run;
            }
        }
    }

    /// <summary>
    /// Bits instead of elements: bit j of the target is the bit of the j-th row of the mask. Behind the last are zeros
    /// up to the end of its word.
    /// </summary>
    public static void ApplyBits(ulong* source, ulong* words, int count, ulong* target)
    {
        int filled = 0;
        ulong open = 0;
        for (int first = 0; first < count; first += 64)
        {
            ulong word = words[first >> 6];
            if (count - first < 64) word &= (1UL << (count - first)) - 1;
            int more = BitOperations.PopCount(word);
            if (more == 0) continue;
            ulong bits = Extract(source[first >> 6], word);
            open |= bits << filled;
            if (filled + more < 64)
            {
                filled += more;
                continue;
            }
            *target++ = open;
            open = filled == 0 ? 0 : bits >> (64 - filled);
            filled += more - 64;
        }
        if (filled > 0) *target = open;
    }

    /// <summary>The bits of a number at the places of a mask, side by side.</summary>
    private static ulong Extract(ulong bits, ulong mask)
    {
        if (Bmi2.X64.IsSupported) return Bmi2.X64.ParallelBitExtract(bits, mask);
        ulong extracted = 0;
        for (int i = 0; mask != 0; i++, mask &= mask - 1)
            extracted |= (bits >> BitOperations.TrailingZeroCount(mask) & 1) << i;
        return extracted;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Sums over the rows of a batch, all of them or those whose bit is set. Unsigned lanes up to 32 bits and signed ones
/// up to 32 bits cannot overflow 64 bits in a batch; 64-bit lanes sum to 128. Doubles are summed pairwise.
/// </summary>
internal static unsafe class Sums
{
    /// <summary>The sum of unsigned lanes of 8, 16 or 32 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Sum(byte* values, int count)
    {
        ulong sum = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            while (i <= count - 64)
            {
                // 16-bit lanes hold 128 pairs of bytes, then they are widened.
                Vector512<ushort> part = Vector512<ushort>.Zero;
                int end = Math.Min(count - 63, i + (128 * 64));
                for (; i < end; i += 64)
                {
                    (Vector512<ushort> low, Vector512<ushort> high) = Vector512.Widen(Vector512.Load(values + i));
                    part += low + high;
                }
                sum += SumLanes(part);
            }
        }
        for (; i < count; i++) sum += values[i];
        return sum;
    }

    /// <summary>The sum of unsigned 16-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Sum(ushort* values, int count)
    {
        ulong sum = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            while (i <= count - 32)
            {
                Vector512<uint> part = Vector512<uint>.Zero;
                int end = Math.Min(count - 31, i + (32_768 * 32));
                for (; i < end; i += 32)
                {
                    (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(Vector512.Load(values + i));
                    part += low + high;
                }
                sum += SumLanes(part);
            }
        }
        for (; i < count; i++) sum += values[i];
        return sum;
    }

    /// <summary>The sum of unsigned 32-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static ulong Sum(uint* values, int count)
    {
        ulong sum = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ulong> part = Vector512<ulong>.Zero;
            for (; i <= count - 16; i += 16)
            {
                (Vector512<ulong> low, Vector512<ulong> high) = Vector512.Widen(Vector512.Load(values + i));
                part += low + high;
            }
            sum = Vector512.Sum(part);
        }
        for (; i < count; i++) sum += values[i];
        return sum;
    }

    /// <summary>The sum of signed 16-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Sum(short* values, int count)
    {
        long sum = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            while (i <= count - 32)
            {
                Vector512<int> part = Vector512<int>.Zero;
                int end = Math.Min(count - 31, i + (32_768 * 32));
                for (; i < end; i += 32)
                {
                    (Vector512<int> low, Vector512<int> high) = Vector512.Widen(Vector512.Load(values + i));
                    part += low + high;
                }
                (Vector512<long> lower, Vector512<long> upper) = Vector512.Widen(part);
                sum += Vector512.Sum(lower + upper);
            }
        }
        for (; i < count; i++) sum += values[i];
        return sum;
    }

    /// <summary>The sum of signed 32-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long Sum(int* values, int count)
    {
        long sum = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<long> part = Vector512<long>.Zero;
            for (; i <= count - 16; i += 16)
            {
                (Vector512<long> low, Vector512<long> high) = Vector512.Widen(Vector512.Load(values + i));
                part += low + high;
            }
            sum = Vector512.Sum(part);
        }
        for (; i < count; i++) sum += values[i];
        return sum;
    }

    /// <summary>The exact sum of signed 64-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static Int128 Sum(long* values, int count)
    {
        // value = 2^32 high + low with low unsigned: both halves sum in 64 bits for fewer than 2^31 rows.
        long high = 0;
        ulong low = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<long> highs = Vector512<long>.Zero;
            Vector512<ulong> lows = Vector512<ulong>.Zero;
            Vector512<ulong> keep = Vector512.Create((ulong)uint.MaxValue);
            for (; i <= count - 8; i += 8)
            {
                Vector512<long> v = Vector512.Load(values + i);
                highs += Vector512.ShiftRightArithmetic(v, 32);
                lows += v.AsUInt64() & keep;
            }
            high = Vector512.Sum(highs);
            low = Vector512.Sum(lows);
        }
        for (; i < count; i++)
        {
            high += values[i] >> 32;
            low += (uint)values[i];
        }
        return ((Int128)high << 32) + low;
    }

    /// <summary>The exact sum of unsigned 64-bit lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static UInt128 Sum(ulong* values, int count)
    {
        ulong high = 0, low = 0;
        for (int i = 0; i < count; i++)
        {
            high += values[i] >> 32;
            low += (uint)values[i];
        }
        return ((UInt128)high << 32) + low;
    }

    /// <summary>
    /// The sum of doubles in a fixed order: eight lanes side by side, then these pairwise, in blocks of 1,024.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(double* values, int count)
    {
        const int Block = 1024;
        if (count > Block)
        {
            int half = (count / 2 + Block - 1) / Block * Block;
            return Sum(values, half) + Sum(values + half, count - half);
        }
        // Same lanes and order on every processor, so that the answer is the same.
        double a0 = 0, a1 = 0, a2 = 0, a3 = 0, a4 = 0, a5 = 0, a6 = 0, a7 = 0;
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<double> part = Vector512<double>.Zero;
            for (; i <= count - 8; i += 8) part += Vector512.Load(values + i);
            (a0, a1, a2, a3, a4, a5, a6, a7) = (part[0], part[1], part[2], part[3], part[4], part[5], part[6], part[7]);
        }
        for (; i <= count - 8; i += 8)
        {
            a0 += values[i];
            a1 += values[i + 1];
            a2 += values[i + 2];
            a3 += values[i + 3];
            a4 += values[i + 4];
            a5 += values[i + 5];
            a6 += values[i + 6];
            a7 += values[i + 7];
        }
        double tail = 0;
        for (; i < count; i++) tail += values[i];
        return ((a0 + a4) + (a2 + a6)) + ((a1 + a5) + (a3 + a7)) + tail;
    }

    /// <summary>
    /// The sum over the set rows: lanes of other rows count as zero. For integer lanes; the result wraps in 64 bits
    /// only where the lanes are 64 bits wide.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static long SumMasked<T>(T* values, ulong* mask, int count) where T : unmanaged, IBinaryInteger<T>
    {
        long sum = 0;
        int first = 0;
        if (Vector512.IsHardwareAccelerated && (typeof(T) == typeof(byte) || typeof(T) == typeof(ushort)))
        {
            first = count & -64;
            sum = typeof(T) == typeof(byte)
                ? SumWords((byte*)values, mask, first >> 6) : SumWords((ushort*)values, mask, first >> 6);
        }
        else if (Vector512.IsHardwareAccelerated &&
            (typeof(T) == typeof(uint) || typeof(T) == typeof(int) || sizeof(T) == 8))
        {
            Vector512<long> part = Vector512<long>.Zero;
            for (; first <= count - 64; first += 64)
            {
                ulong word = mask[first >> 6];
                if (word == 0) continue;
                part += sizeof(T) == 8 ? SumGroup((long*)values + first, word)
                    : typeof(T) == typeof(uint) ? SumGroup((uint*)values + first, word).AsInt64()
                    : SumGroup((int*)values + first, word);
            }
            sum = Vector512.Sum(part);
        }
        for (; first < count; first += 64)
        {
            int n = Math.Min(64, count - first);
            ulong word = mask[first >> 6];
            if (n < 64) word &= (1UL << n) - 1;
            T* at = values + first;
            for (; word != 0; word &= word - 1) sum += long.CreateTruncating(at[BitOperations.TrailingZeroCount(word)]);
        }
        return sum;
    }

    /// <summary>64 rows a word; 16-bit lanes hold 128 pairs of bytes, then they are widened.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long SumWords(byte* values, ulong* mask, int wordCount)
    {
        ulong sum = 0;
        Vector512<ushort> low = Vector512.Create((ushort)byte.MaxValue);
        for (int w = 0; w < wordCount;)
        {
            Vector512<ushort> part = Vector512<ushort>.Zero;
            for (int end = Math.Min(wordCount, w + 128); w < end; w++)
            {
                Vector512<ushort> kept = (Vector512.Load(values + (w * 64)) & MaskLanes.Bytes(mask[w])).AsUInt16();
                part += (kept & low) + (kept >> 8);
            }
            sum += SumLanes(part);
        }
        return (long)sum;
    }

    /// <summary>The same for lanes of 16 bits, of which 32-bit lanes hold 32,768 pairs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static long SumWords(ushort* values, ulong* mask, int wordCount)
    {
        ulong sum = 0;
        Vector512<uint> low = Vector512.Create((uint)ushort.MaxValue);
        for (int w = 0; w < wordCount;)
        {
            Vector512<uint> part = Vector512<uint>.Zero;
            for (int end = Math.Min(wordCount, w + 16_384); w < end; w++)
            {
                ushort* at = values + (w * 64);
                Vector512<uint> first = (Vector512.Load(at) & MaskLanes.Shorts((uint)mask[w])).AsUInt32();
                Vector512<uint> second =
                    (Vector512.Load(at + 32) & MaskLanes.Shorts((uint)(mask[w] >> 32))).AsUInt32();
                part += (first & low) + (first >> 16) + (second & low) + (second >> 16);
            }
            sum += SumLanes(part);
        }
        return (long)sum;
    }

    /// <summary>64 rows, those that are not set as zeros.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> SumGroup(long* values, ulong word)
    {
        Vector512<long> sum = Vector512<long>.Zero;
        for (int i = 0; i < 64; i += 8, word >>= 8)
            sum += Vector512.Load(values + i) & MaskLanes.Quads(word).AsInt64();
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> SumGroup(uint* values, ulong word)
    {
        Vector512<ulong> sum = Vector512<ulong>.Zero;
        for (int i = 0; i < 64; i += 16, word >>= 16)
        {
            Vector512<uint> kept = Vector512.Load(values + i) & MaskLanes.Words((uint)word);
            (Vector512<ulong> low, Vector512<ulong> high) = Vector512.Widen(kept);
            sum += low + high;
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<long> SumGroup(int* values, ulong word)
    {
        Vector512<long> sum = Vector512<long>.Zero;
        for (int i = 0; i < 64; i += 16, word >>= 16)
        {
            Vector512<int> kept = Vector512.Load(values + i) & MaskLanes.Words((uint)word).AsInt32();
            (Vector512<long> low, Vector512<long> high) = Vector512.Widen(kept);
            sum += low + high;
        }
        return sum;
    }

    /// <summary>The sum of doubles over the set rows.</summary>
    public static double SumMasked(double* values, ulong* mask, int count)
    {
        double sum = 0;
        for (int first = 0; first < count; first += 64)
        {
            int n = Math.Min(64, count - first);
            ulong word = mask[first >> 6];
            if (n < 64) word &= (1UL << n) - 1;
            double part = 0;
            if (word == ulong.MaxValue) part = Sum(values + first, 64);
            else for (; word != 0; word &= word - 1) part += values[first + BitOperations.TrailingZeroCount(word)];
            sum += part;
        }
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SumLanes(Vector512<ushort> lanes)
    {
        (Vector512<uint> low, Vector512<uint> high) = Vector512.Widen(lanes);
        return SumLanes(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong SumLanes(Vector512<uint> lanes)
    {
        (Vector512<ulong> low, Vector512<ulong> high) = Vector512.Widen(lanes);
        return Vector512.Sum(low + high);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>Running sums, wrapping in the lane: what delta encodings decode by.</summary>
internal static unsafe class PrefixSum
{
    /// <summary><c>values[i] = start + values[0] + ... + values[i]</c>, in place. Returns the last.</summary>
    public static T Apply<T>(T* values, int count, T start) where T : unmanaged, IBinaryInteger<T>
    {
        int done = 0;
        if (Avx512F.IsSupported)
        {
            if (sizeof(T) == sizeof(uint)) done = ApplyVector((uint*)values, count, uint.CreateTruncating(start));
            else if (sizeof(T) == sizeof(ulong)) done =
                ApplyVector((ulong*)values, count, ulong.CreateTruncating(start));
        }
        return ApplyScalar(values, done, count, done == 0 ? start : values[done - 1]);
    }

    /// <summary>
    /// <c>values[i] = start + values[0] + ... + values[i - 1]</c>, in place: the last value given is not looked at.
    /// </summary>
    public static void ApplyExclusive<T>(T* values, int count, T start) where T : unmanaged, IBinaryInteger<T>
    {
        int done = 0;
        if (Avx512F.IsSupported)
        {
            if (sizeof(T) == sizeof(uint))
            {
                done = ApplyExclusiveVector((uint*)values, count, Unsafe.BitCast<T, uint>(start), out uint next);
                start = Unsafe.BitCast<uint, T>(next);
            }
            else if (sizeof(T) == sizeof(ulong))
            {
                done = ApplyExclusiveVector((ulong*)values, count, Unsafe.BitCast<T, ulong>(start), out ulong next);
                start = Unsafe.BitCast<ulong, T>(next);
            }
        }
        ApplyExclusiveScalar(values, done, count, start);
    }

    /// <summary>The meaning; also does what the vector form leaves over.</summary>
    internal static T ApplyScalar<T>(T* values, int first, int count, T start) where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = first; i < count; i++)
        {
            start = unchecked(start + values[i]);
            values[i] = start;
        }
        return start;
    }

    /// <summary>The meaning of the exclusive form; also does what the vector form leaves over.</summary>
    internal static void ApplyExclusiveScalar<T>(T* values, int first, int count, T start)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = first; i < count; i++)
        {
            T value = values[i];
            values[i] = start;
            start = unchecked(start + value);
        }
    }

    /// <summary>Only an addition depends on the vector before; the sums inside vectors overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ApplyExclusiveVector(uint* values, int count, uint start, out uint next)
    {
        Vector512<uint> carry = Vector512.Create(start);
        Vector512<uint> last = Vector512.Create(15u);
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            Vector512<uint> sums = Vector512.Load(values + i);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 15);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 14);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 12);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 8);
            (Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 15) + carry).Store(values + i);
            carry += Avx512F.PermuteVar16x32(sums, last);
        }
        next = carry[0];
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ApplyExclusiveVector(ulong* values, int count, ulong start, out ulong next)
    {
        Vector512<ulong> carry = Vector512.Create(start);
        Vector512<ulong> last = Vector512.Create(7UL);
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector512<ulong> sums = Vector512.Load(values + i);
            sums += Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 7);
            sums += Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 6);
            sums += Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 4);
            (Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 7) + carry).Store(values + i);
            carry += Avx512F.PermuteVar8x64(sums, last);
        }
        next = carry[0];
        return i;
    }

    /// <summary>Adds the lanes moved up by 1, 2, 4 and 8 places (Hillis and Steele), then the sum so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ApplyVector(uint* values, int count, uint start)
    {
        Vector512<uint> carry = Vector512.Create(start);
        Vector512<uint> last = Vector512.Create(15u);
        int i = 0;
        for (; i <= count - 16; i += 16)
        {
            Vector512<uint> sums = Vector512.Load(values + i);
            // Lanes move up and zeros come in below.
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 15);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 14);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 12);
            sums += Avx512F.AlignRight32(sums, Vector512<uint>.Zero, 8);
            sums += carry;
            sums.Store(values + i);
            carry = Vector512.Shuffle(sums, last);
        }
        return i;
    }

    /// <summary>Adds the lanes moved up by 1, 2 and 4 places, then the sum so far.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ApplyVector(ulong* values, int count, ulong start)
    {
        Vector512<ulong> carry = Vector512.Create(start);
        Vector512<ulong> last = Vector512.Create(7UL);
        int i = 0;
        for (; i <= count - 8; i += 8)
        {
            Vector512<ulong> sums = Vector512.Load(values + i);
            sums += Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 7);
            sums += Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 6);
            sums += Avx512F.AlignRight64(sums, Vector512<ulong>.Zero, 4);
            sums += carry;
            sums.Store(values + i);
            carry = Vector512.Shuffle(sums, last);
        }
        return i;
    }
}

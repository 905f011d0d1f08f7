using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>Running sums, wrapping in the lane: what delta encodings decode by.</summary>
internal static unsafe class PrefixSum
{
    /// <summary><c>values[i] = start + values[0] + ... + values[i]</c>, in place. Returns the last.</summary>
    public static T Apply<T>(T* values, int count, T start) where T : unmanaged, IBinaryInteger<T>
    {
        int done = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            if (sizeof(T) == sizeof(uint)) done = ApplyVector((uint*)values, count, uint.CreateTruncating(start));
            else if (sizeof(T) == sizeof(ulong)) done =
                ApplyVector((ulong*)values, count, ulong.CreateTruncating(start));
        }
        return ApplyScalar(values, done, count, done == 0 ? start : values[done - 1]);
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
            // Indexes past the end give 0.
            sums += Vector512.Shuffle(sums, Vector512.Create(16u, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
            sums += Vector512.Shuffle(sums, Vector512.Create(16u, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
            sums += Vector512.Shuffle(sums, Vector512.Create(16u, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
            sums += Vector512.Shuffle(sums, Vector512.Create(16u, 16, 16, 16, 16, 16, 16, 16, 0, 1, 2, 3, 4, 5, 6, 7));
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
            sums += Vector512.Shuffle(sums, Vector512.Create(8UL, 0, 1, 2, 3, 4, 5, 6));
            sums += Vector512.Shuffle(sums, Vector512.Create(8UL, 8, 0, 1, 2, 3, 4, 5));
            sums += Vector512.Shuffle(sums, Vector512.Create(8UL, 8, 8, 8, 0, 1, 2, 3));
            sums += carry;
            sums.Store(values + i);
            carry = Vector512.Shuffle(sums, last);
        }
        return i;
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>Smallest and largest of integer lanes, all rows or those whose bit is set.</summary>
internal static unsafe class Extremes
{
    /// <summary>Smallest and largest; at least one value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static (T Min, T Max) Find<T>(T* values, int count) where T : unmanaged, IBinaryInteger<T>
    {
        T min = values[0], max = values[0];
        int i = 0;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported && count >= Vector512<T>.Count)
        {
            Vector512<T> low = Vector512.Load(values), high = low;
            for (i = Vector512<T>.Count; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> v = Vector512.Load(values + i);
                low = Vector512.Min(low, v);
                high = Vector512.Max(high, v);
            }
            // By halves: going through all lanes costs more than thirty-two values.
            Vector256<T> low256 = Vector256.Min(low.GetLower(), low.GetUpper());
            Vector256<T> high256 = Vector256.Max(high.GetLower(), high.GetUpper());
            Vector128<T> low128 = Vector128.Min(low256.GetLower(), low256.GetUpper());
            Vector128<T> high128 = Vector128.Max(high256.GetLower(), high256.GetUpper());
            for (int lane = 0; lane < Vector128<T>.Count; lane++)
            {
                min = T.Min(min, low128[lane]);
                max = T.Max(max, high128[lane]);
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported && count >= Vector256<T>.Count)
        {
            Vector256<T> low = Vector256.Load(values), high = low;
            for (i = Vector256<T>.Count; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                Vector256<T> v = Vector256.Load(values + i);
                low = Vector256.Min(low, v);
                high = Vector256.Max(high, v);
            }
            for (int lane = 0; lane < Vector256<T>.Count; lane++)
            {
                min = T.Min(min, low[lane]);
                max = T.Max(max, high[lane]);
            }
        }
        for (; i < count; i++)
        {
            min = T.Min(min, values[i]);
            max = T.Max(max, values[i]);
        }
        return (min, max);
    }

    /// <summary>Smallest and largest of the set rows; false when none is set.</summary>
    public static bool TryFindMasked<T>(T* values, ulong* mask, int count, out T min, out T max)
        where T : unmanaged, IBinaryInteger<T>
    {
        min = max = default;
        bool any = false;
        for (int first = 0; first < count; first += 64)
        {
            int n = Math.Min(64, count - first);
            ulong word = mask[first >> 6];
            if (n < 64) word &= (1UL << n) - 1;
            if (word == 0) continue;
            if (!any)
            {
                min = max = values[first + BitOperations.TrailingZeroCount(word)];
                any = true;
            }
            if (word == ulong.MaxValue)
            {
                (T low, T high) = Find(values + first, 64);
                min = T.Min(min, low);
                max = T.Max(max, high);
                continue;
            }
            for (; word != 0; word &= word - 1)
            {
                T value = values[first + BitOperations.TrailingZeroCount(word)];
                min = T.Min(min, value);
                max = T.Max(max, value);
            }
        }
        return any;
    }
}

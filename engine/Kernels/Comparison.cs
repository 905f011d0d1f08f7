using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>A test of two values; the vector forms give all ones where it holds.</summary>
internal interface IComparison<T> where T : unmanaged
{
    static abstract bool Apply(T x, T y);

    static abstract Vector256<T> Apply(Vector256<T> x, Vector256<T> y);

    static abstract Vector512<T> Apply(Vector512<T> x, Vector512<T> y);
}

/// <summary>
/// Comparisons to mask words, 64 rows to a word; bits past the last row become 0. <c>and</c> keeps only rows that were
/// set before, else the words are overwritten.
/// </summary>
internal static unsafe class Comparison
{
    /// <summary><c>mask[i] = f(x[i], y[i])</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mask<T, TTest>(T* x, T* y, int count, ulong* mask, bool and)
        where T : unmanaged where TTest : struct, IComparison<T>
    {
        int w = 0;
        int words = count >> 6;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            for (; w < words; w++, x += 64, y += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector512<T>.Count)
                {
                    word |= TTest.Apply(Vector512.Load(x + i), Vector512.Load(y + i)).ExtractMostSignificantBits() << i;
                }
                mask[w] = and ? mask[w] & word : word;
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
        {
            for (; w < words; w++, x += 64, y += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector256<T>.Count)
                {
                    word |= (ulong)TTest.Apply(Vector256.Load(x + i), Vector256.Load(y + i))
                        .ExtractMostSignificantBits() << i;
                }
                mask[w] = and ? mask[w] & word : word;
            }
        }
        for (int left = count - (w * 64); left > 0; left -= 64, w++, x += 64, y += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, left);
            for (int i = 0; i < n; i++) word |= (TTest.Apply(x[i], y[i]) ? 1UL : 0) << i;
            mask[w] = and ? mask[w] & word : word;
        }
    }

    /// <summary><c>mask[i] = f(x[i], y)</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Mask<T, TTest>(T* x, T y, int count, ulong* mask, bool and)
        where T : unmanaged where TTest : struct, IComparison<T>
    {
        int w = 0;
        int words = count >> 6;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            Vector512<T> all = Vector512.Create(y);
            for (; w < words; w++, x += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector512<T>.Count)
                {
                    word |= TTest.Apply(Vector512.Load(x + i), all).ExtractMostSignificantBits() << i;
                }
                mask[w] = and ? mask[w] & word : word;
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
        {
            Vector256<T> all = Vector256.Create(y);
            for (; w < words; w++, x += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector256<T>.Count)
                {
                    word |= (ulong)TTest.Apply(Vector256.Load(x + i), all).ExtractMostSignificantBits() << i;
                }
                mask[w] = and ? mask[w] & word : word;
            }
        }
        for (int left = count - (w * 64); left > 0; left -= 64, w++, x += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, left);
            for (int i = 0; i < n; i++) word |= (TTest.Apply(x[i], y) ? 1UL : 0) << i;
            mask[w] = and ? mask[w] & word : word;
        }
    }

    /// <summary>
    /// <c>mask[i] = first &lt;= x[i] &lt;= first + span</c> over unsigned lanes (wrapping): one subtraction and one
    /// comparison. Signed lanes are passed as the unsigned ones of their size, which wrap alike.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RangeMask<T>(T* x, T first, T span, int count, ulong* mask, bool and)
        where T : unmanaged, IUnsignedNumber<T>, IBinaryInteger<T>
    {
        int w = 0;
        int words = count >> 6;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<T> low = Vector512.Create(first), most = Vector512.Create(span);
            for (; w < words; w++, x += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector512<T>.Count)
                {
                    word |= Vector512.LessThanOrEqual(Vector512.Load(x + i) - low, most)
                        .ExtractMostSignificantBits() << i;
                }
                mask[w] = and ? mask[w] & word : word;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Vector256<T> low = Vector256.Create(first), most = Vector256.Create(span);
            for (; w < words; w++, x += 64)
            {
                ulong word = 0;
                for (int i = 0; i < 64; i += Vector256<T>.Count)
                {
                    word |= (ulong)Vector256.LessThanOrEqual(Vector256.Load(x + i) - low, most)
                        .ExtractMostSignificantBits() << i;
                }
                mask[w] = and ? mask[w] & word : word;
            }
        }
        for (int left = count - (w * 64); left > 0; left -= 64, w++, x += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, left);
            for (int i = 0; i < n; i++) word |= (unchecked(x[i] - first) <= span ? 1UL : 0) << i;
            mask[w] = and ? mask[w] & word : word;
        }
    }
}

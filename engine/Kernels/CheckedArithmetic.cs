using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Integer arithmetic that notices overflow. The result wraps, and where a row overflows its bit is set in the overflow
/// words, so that the caller can leave out rows that are NULL or not selected before it raises 22003. The common case,
/// no overflow at all, is one vector pass that returns false and writes no words. The result must not overlap an
/// operand.
/// </summary>
internal static unsafe class CheckedArithmetic
{
    /// <summary><c>result[i] = x[i] + y[i]</c>; true when a row overflowed, and then the words are written.</summary>
    public static bool Add<T>(T* x, T* y, int count, T* result, ulong* overflow)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
            Run<T, AddOverflow<T>>(x, y, count, result, overflow);

    /// <summary><c>result[i] = x[i] - y[i]</c>; true when a row overflowed, and then the words are written.</summary>
    public static bool Subtract<T>(T* x, T* y, int count, T* result, ulong* overflow)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> =>
        Run<T, SubtractOverflow<T>>(x, y, count, result, overflow);

    /// <summary><c>result[i] = x[i] * y[i]</c>; true when a row overflowed, and then the words are written.</summary>
    public static bool Multiply<T>(T* x, T* y, int count, T* result, ulong* overflow)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        // Products cannot overflow when the significant bits of both sides, and the sign, fit together.
        int signBits = T.MinValue < T.Zero ? 1 : 0;
        if (CountBits(x, count) + CountBits(y, count) + signBits <= sizeof(T) * 8)
        {
            ElementWise.Apply<T, Multiply<T>>(x, y, count, result);
            return false;
        }
        bool any = false;
        for (int i = 0; i < count; i++) any |= !TryMultiply(x[i], y[i], out result[i]);
        if (!any) return false;
        Clear(overflow, count);
        for (int i = 0; i < count; i++)
        {
            if (!TryMultiply(x[i], y[i], out _)) overflow[i >> 6] |= 1UL << i;
        }
        return true;
    }

    /// <summary>True when a value lies outside the bounds; the words always get the bits of those rows.</summary>
    public static bool FindOutside<T>(T* values, int count, T lower, T upper, ulong* outside)
        where T : unmanaged, IBinaryInteger<T>
    {
        bool any = false;
        for (int w = 0; w < count; w += 64)
        {
            ulong word = 0;
            int n = Math.Min(64, count - w);
            for (int i = 0; i < n; i++) word |= (values[w + i] < lower || values[w + i] > upper ? 1UL : 0) << i;
            outside[w >> 6] = word;
            any |= word != 0;
        }
        return any;
    }

    /// <summary>The product, wrapping; false when it does not fit.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryMultiply<T>(T x, T y, out T product) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        product = unchecked(x * y);
        if (sizeof(T) <= sizeof(int))
        {
            long wide = long.CreateTruncating(x) * long.CreateTruncating(y);
            return T.MinValue < T.Zero || sizeof(T) < sizeof(int)
                ? wide == long.CreateTruncating(product)
                : (ulong)wide <= uint.MaxValue;
        }
        if (typeof(T) == typeof(long))
        {
            long high = Math.BigMul(long.CreateTruncating(x), long.CreateTruncating(y), out long low);
            return high == low >> 63;
        }
        if (typeof(T) == typeof(ulong))
        {
            return Math.BigMul(ulong.CreateTruncating(x), ulong.CreateTruncating(y), out _) == 0;
        }
        return TryMultiplyWide(Int128.CreateTruncating(x), Int128.CreateTruncating(y));
    }

    private static bool TryMultiplyWide(Int128 x, Int128 y)
    {
        bool isNegative = (x < 0) != (y < 0);
        UInt128 a = x < 0 ? (UInt128)(-x) : (UInt128)x;
        UInt128 b = y < 0 ? (UInt128)(-y) : (UInt128)y;
        ulong aHigh = (ulong)(a >> 64), bHigh = (ulong)(b >> 64);
        if (aHigh != 0 && bHigh != 0) return false;
        UInt128 low = (UInt128)(ulong)a * (ulong)b;
        UInt128 cross = ((UInt128)aHigh * (ulong)b) + ((UInt128)bHigh * (ulong)a);
        if (cross >> 64 != 0) return false;
        UInt128 sum = low + (cross << 64);
        if (sum < low) return false;
        UInt128 limit = (UInt128)Int128.MaxValue + (isNegative ? UInt128.One : UInt128.Zero);
        return sum <= limit;
    }

    private static bool Run<T, TFunction>(T* x, T* y, int count, T* result, ulong* overflow)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T> where TFunction : struct, IOverflowFunction<T>
    {
        bool any = false;
        int i = 0;
        if (Vector512<T>.IsSupported && Vector512.IsHardwareAccelerated)
        {
            Vector512<T> seen = Vector512<T>.Zero;
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> a = Vector512.Load(x + i), b = Vector512.Load(y + i), sum = TFunction.Apply(a, b);
                sum.Store(result + i);
                seen |= TFunction.Overflow(a, b, sum);
            }
            any = seen.ExtractMostSignificantBits() != 0;
        }
        else if (Vector256<T>.IsSupported && Vector256.IsHardwareAccelerated)
        {
            Vector256<T> seen = Vector256<T>.Zero;
            for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                Vector256<T> a = Vector256.Load(x + i), b = Vector256.Load(y + i), sum = TFunction.Apply(a, b);
                sum.Store(result + i);
                seen |= TFunction.Overflow(a, b, sum);
            }
            any = seen.ExtractMostSignificantBits() != 0;
        }
        for (; i < count; i++)
        {
            result[i] = TFunction.Apply(x[i], y[i]);
            any |= TFunction.Overflow(x[i], y[i], result[i]);
        }
        if (!any) return false;
        Clear(overflow, count);
        for (i = 0; i < count; i++)
        {
            if (TFunction.Overflow(x[i], y[i], result[i])) overflow[i >> 6] |= 1UL << i;
        }
        return true;
    }

    /// <summary>Bits of the widest value without its sign: the bits of x for x >= 0 and of ~x below.</summary>
    private static int CountBits<T>(T* values, int count) where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        bool isSigned = T.MinValue < T.Zero;
        T seen = T.Zero;
        int i = 0;
        if (Vector512<T>.IsSupported && Vector512.IsHardwareAccelerated)
        {
            Vector512<T> all = Vector512<T>.Zero;
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> v = Vector512.Load(values + i);
                all |= isSigned ? Vector512.Max(v, ~v) : v;
            }
            for (int lane = 0; lane < Vector512<T>.Count; lane++) seen |= all[lane];
        }
        for (; i < count; i++) seen |= isSigned && T.IsNegative(values[i]) ? ~values[i] : values[i];
        return (sizeof(T) * 8) - int.CreateTruncating(T.LeadingZeroCount(seen));
    }

    private static void Clear(ulong* words, int count) => new Span<ulong>(words, (count + 63) >> 6).Clear();

    /// <summary>A function whose overflow is told by the top bit of a formula over operands and result.</summary>
    private interface IOverflowFunction<T> : IElementWise<T> where T : unmanaged
    {
        static abstract bool Overflow(T x, T y, T result);

        static abstract Vector256<T> Overflow(Vector256<T> x, Vector256<T> y, Vector256<T> result);

        static abstract Vector512<T> Overflow(Vector512<T> x, Vector512<T> y, Vector512<T> result);
    }

    /// <summary>Signed: both operands have another sign than the sum. Unsigned: the sum is below an operand.</summary>
    private readonly struct AddOverflow<T> : IOverflowFunction<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Apply(T x, T y) => unchecked(x + y);

        public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => x + y;

        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x + y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Overflow(T x, T y, T result) =>
            T.MinValue < T.Zero ? T.IsNegative((x ^ result) & (y ^ result)) : result < x;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Overflow(Vector256<T> x, Vector256<T> y, Vector256<T> result) =>
            T.MinValue < T.Zero ? (x ^ result) & (y ^ result) : Vector256.LessThan(result, x);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Overflow(Vector512<T> x, Vector512<T> y, Vector512<T> result) =>
            T.MinValue < T.Zero ? (x ^ result) & (y ^ result) : Vector512.LessThan(result, x);
    }

    /// <summary>
    /// Signed: the operands differ in sign and the result has not the first one's. Unsigned: x is below y.
    /// </summary>
    private readonly struct SubtractOverflow<T> : IOverflowFunction<T>
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        public static T Apply(T x, T y) => unchecked(x - y);

        public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => x - y;

        public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => x - y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static bool Overflow(T x, T y, T result) =>
            T.MinValue < T.Zero ? T.IsNegative((x ^ y) & (x ^ result)) : x < y;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Overflow(Vector256<T> x, Vector256<T> y, Vector256<T> result) =>
            T.MinValue < T.Zero ? (x ^ y) & (x ^ result) : Vector256.LessThan(x, y);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<T> Overflow(Vector512<T> x, Vector512<T> y, Vector512<T> result) =>
            T.MinValue < T.Zero ? (x ^ y) & (x ^ result) : Vector512.LessThan(x, y);
    }
}

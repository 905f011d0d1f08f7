using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>x = y, of integers.</summary>
internal readonly struct IsEqual<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x == y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => Vector256.Equals(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.Equals(x, y);
}

/// <summary>x &lt;&gt; y, of integers.</summary>
internal readonly struct IsNotEqual<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x != y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => ~Vector256.Equals(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => ~Vector512.Equals(x, y);
}

/// <summary>x &lt; y, of integers.</summary>
internal readonly struct IsLess<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x < y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => Vector256.LessThan(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.LessThan(x, y);
}

/// <summary>x &lt;= y, of integers.</summary>
internal readonly struct IsLessOrEqual<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x <= y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => Vector256.LessThanOrEqual(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.LessThanOrEqual(x, y);
}

/// <summary>x > y, of integers.</summary>
internal readonly struct IsGreater<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x > y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => Vector256.GreaterThan(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.GreaterThan(x, y);
}

/// <summary>x >= y, of integers.</summary>
internal readonly struct IsGreaterOrEqual<T> : IComparison<T> where T : unmanaged, IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x >= y;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => Vector256.GreaterThanOrEqual(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => Vector512.GreaterThanOrEqual(x, y);
}

/// <summary>x = y, of floats as PostgreSQL orders them: NaN equals NaN, and -0 equals 0.</summary>
internal readonly struct IsFloatEqual<T> : IComparison<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x == y || (T.IsNaN(x) && T.IsNaN(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) =>
        Vector256.Equals(x, y) | (Vector256.IsNaN(x) & Vector256.IsNaN(y));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) =>
        Vector512.Equals(x, y) | (Vector512.IsNaN(x) & Vector512.IsNaN(y));
}

/// <summary>x &lt;&gt; y, of floats: NaN equals NaN.</summary>
internal readonly struct IsFloatNotEqual<T> : IComparison<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => !IsFloatEqual<T>.Apply(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => ~IsFloatEqual<T>.Apply(x, y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => ~IsFloatEqual<T>.Apply(x, y);
}

/// <summary>x &lt; y, of floats: NaN is above all others.</summary>
internal readonly struct IsFloatLess<T> : IComparison<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x < y || (T.IsNaN(y) && !T.IsNaN(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) =>
        Vector256.LessThan(x, y) | (Vector256.IsNaN(y) & ~Vector256.IsNaN(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) =>
        Vector512.LessThan(x, y) | (Vector512.IsNaN(y) & ~Vector512.IsNaN(x));
}

/// <summary>x &lt;= y, of floats: NaN is above all others and equals itself.</summary>
internal readonly struct IsFloatLessOrEqual<T> : IComparison<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => x <= y || T.IsNaN(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) =>
        Vector256.LessThanOrEqual(x, y) | Vector256.IsNaN(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) =>
        Vector512.LessThanOrEqual(x, y) | Vector512.IsNaN(y);
}

/// <summary>x > y, of floats: NaN is above all others.</summary>
internal readonly struct IsFloatGreater<T> : IComparison<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => IsFloatLess<T>.Apply(y, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => IsFloatLess<T>.Apply(y, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => IsFloatLess<T>.Apply(y, x);
}

/// <summary>x >= y, of floats: NaN is above all others and equals itself.</summary>
internal readonly struct IsFloatGreaterOrEqual<T> : IComparison<T> where T : unmanaged, IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Apply(T x, T y) => IsFloatLessOrEqual<T>.Apply(y, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<T> Apply(Vector256<T> x, Vector256<T> y) => IsFloatLessOrEqual<T>.Apply(y, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<T> Apply(Vector512<T> x, Vector512<T> y) => IsFloatLessOrEqual<T>.Apply(y, x);
}

using System.Numerics;
using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Kernels;

/// <summary>Integers of one width as integers of another, with a number added on the way.</summary>
internal static unsafe partial class Widening
{
    /// <summary>
    /// <c>target[i] = source[i] + add</c>, modulo the target's width: wider lanes are extended (with the sign where the
    /// source has one), narrower ones cut off.
    /// </summary>
    public static void Convert<TFrom, TTo>(TFrom* source, int count, TTo add, TTo* target)
        where TFrom : unmanaged, IBinaryInteger<TFrom>
        where TTo : unmanaged, IBinaryInteger<TTo>
    {
        int done = ConvertVectors(source, count, add, target);
        for (int i = done; i < count; i++) target[i] = unchecked(TTo.CreateTruncating(source[i]) + add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Is<T, TOther>() => typeof(T) == typeof(TOther);
}

using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// A function of two values, said once for one pair and once for a vector of pairs; both mean the same. As a struct
/// type argument it is inlined into the driver's loop.
/// </summary>
internal interface IElementWise<T> where T : unmanaged
{
    static abstract T Apply(T x, T y);

    static abstract Vector256<T> Apply(Vector256<T> x, Vector256<T> y);

    static abstract Vector512<T> Apply(Vector512<T> x, Vector512<T> y);
}

/// <summary>A function of one value, said once for one and once for a vector; both mean the same.</summary>
internal interface IElementWiseUnary<T> where T : unmanaged
{
    static abstract T Apply(T x);

    static abstract Vector256<T> Apply(Vector256<T> x);

    static abstract Vector512<T> Apply(Vector512<T> x);
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// The drivers of element-wise functions: whole vectors by Vector512, else Vector256, then the values left over by the
/// scalar form. The JIT compiles one loop per function and removes the branches that the processor does not have.
/// Results may overwrite an operand. Pointers need no alignment.
/// </summary>
internal static unsafe class ElementWise
{
    /// <summary><c>result[i] = f(x[i], y[i])</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T, TFunction>(T* x, T* y, int count, T* result)
        where T : unmanaged where TFunction : struct, IElementWise<T>
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                TFunction.Apply(Vector512.Load(x + i), Vector512.Load(y + i)).Store(result + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
        {
            for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                TFunction.Apply(Vector256.Load(x + i), Vector256.Load(y + i)).Store(result + i);
            }
        }
        for (; i < count; i++) result[i] = TFunction.Apply(x[i], y[i]);
    }

    /// <summary><c>result[i] = f(x[i], y)</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T, TFunction>(T* x, T y, int count, T* result)
        where T : unmanaged where TFunction : struct, IElementWise<T>
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            Vector512<T> all = Vector512.Create(y);
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                TFunction.Apply(Vector512.Load(x + i), all).Store(result + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
        {
            Vector256<T> all = Vector256.Create(y);
            for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                TFunction.Apply(Vector256.Load(x + i), all).Store(result + i);
            }
        }
        for (; i < count; i++) result[i] = TFunction.Apply(x[i], y);
    }

    /// <summary><c>result[i] = f(x, y[i])</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Apply<T, TFunction>(T x, T* y, int count, T* result)
        where T : unmanaged where TFunction : struct, IElementWise<T>
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            Vector512<T> all = Vector512.Create(x);
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                TFunction.Apply(all, Vector512.Load(y + i)).Store(result + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
        {
            Vector256<T> all = Vector256.Create(x);
            for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                TFunction.Apply(all, Vector256.Load(y + i)).Store(result + i);
            }
        }
        for (; i < count; i++) result[i] = TFunction.Apply(x, y[i]);
    }

    /// <summary><c>result[i] = f(x[i])</c></summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ApplyUnary<T, TFunction>(T* x, int count, T* result)
        where T : unmanaged where TFunction : struct, IElementWiseUnary<T>
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated && Vector512<T>.IsSupported)
        {
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                TFunction.Apply(Vector512.Load(x + i)).Store(result + i);
            }
        }
        else if (Vector256.IsHardwareAccelerated && Vector256<T>.IsSupported)
        {
            for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                TFunction.Apply(Vector256.Load(x + i)).Store(result + i);
            }
        }
        for (; i < count; i++) result[i] = TFunction.Apply(x[i]);
    }
}

using System.Numerics;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>Infinities and NaN among floats.</summary>
internal static unsafe class NonFinite
{
    /// <summary>
    /// True when a value is infinite or NaN: only these do not give 0 when subtracted from themselves.
    /// </summary>
    public static bool Any<T>(T* values, int count) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count)
            {
                Vector512<T> v = Vector512.Load(values + i);
                if (!Vector512.EqualsAll(v - v, Vector512<T>.Zero)) return true;
            }
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
            {
                Vector256<T> v = Vector256.Load(values + i);
                if (!Vector256.EqualsAll(v - v, Vector256<T>.Zero)) return true;
            }
        }
        for (; i < count; i++)
        {
            if (!T.IsFinite(values[i])) return true;
        }
        return false;
    }
}

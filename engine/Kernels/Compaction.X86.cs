using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

internal static unsafe partial class Compaction
{
    /// <summary>
    /// A register at a time for whole words of the mask; returns how many elements were written. Registers are
    /// compressed and then stored whole, since compressing into memory takes many times as long on AMD's processors.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ApplyVector<T>(T* source, ulong* words, int count, T* target) where T : unmanaged
    {
        T* next = target;
        for (int first = 0; first < count; first += 64)
        {
            ulong word = words[first >> 6];
            for (T* from = source + first; word != 0; from += Vector512<T>.Count)
            {
                ulong part = word;
                if (sizeof(T) > 1)
                {
                    part &= (1UL << Vector512<T>.Count) - 1;
                    word >>= Vector512<T>.Count;
                }
                else
                {
                    word = 0;
                }
                // Beside the last element kept there is room for a register less one element, which padding is.
                Keep(Vector512.Load(from), part).Store(next);
                next += BitOperations.PopCount(part);
            }
        }
        return (int)(next - target);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Keep<T>(Vector512<T> values, ulong bits) where T : unmanaged => sizeof(T) switch
    {
        1 => Avx512Vbmi2.Compress(Vector512<byte>.Zero, MaskLanes.Bytes(bits), values.AsByte()).As<byte, T>(),
        2 => Avx512Vbmi2.Compress(
            Vector512<ushort>.Zero, MaskLanes.Shorts((uint)bits), values.AsUInt16()).As<ushort, T>(),
        4 => Avx512F.Compress(Vector512<uint>.Zero, MaskLanes.Words((uint)bits), values.AsUInt32()).As<uint, T>(),
        _ => Avx512F.Compress(Vector512<ulong>.Zero, MaskLanes.Quads(bits), values.AsUInt64()).As<ulong, T>(),
    };
}

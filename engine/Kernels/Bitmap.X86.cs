using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

internal static unsafe partial class Bitmap
{
    /// <summary>
    /// Compresses 32 row numbers at a time by their bits; sparse words go bit by bit, which is faster then.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ToSelectionVector(ulong* words, int count, ushort* rows)
    {
        Vector512<ushort> numbers = Vector512<ushort>.Indices;
        Vector512<ushort> step = Vector512.Create((ushort)32);
        int n = 0;
        for (int first = 0; first < count; first += 64)
        {
            ulong word = words[first >> 6];
            if (count - first < 64) word &= (1UL << (count - first)) - 1;
            if (BitOperations.PopCount(word) < 6)
            {
                for (; word != 0; word &= word - 1) rows[n++] = (ushort)(first + BitOperations.TrailingZeroCount(word));
                numbers += step + step;
                continue;
            }
            uint low = (uint)word, high = (uint)(word >> 32);
            Avx512Vbmi2.Compress(Vector512<ushort>.Zero, MaskLanes.Shorts(low), numbers).Store(rows + n);
            n += BitOperations.PopCount(low);
            numbers += step;
            Avx512Vbmi2.Compress(Vector512<ushort>.Zero, MaskLanes.Shorts(high), numbers).Store(rows + n);
            n += BitOperations.PopCount(high);
            numbers += step;
        }
        return n;
    }
}

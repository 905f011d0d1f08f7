using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// Numbers of a fixed width in bits, lowest bit first, as Parquet packs levels, dictionary codes and differences.
/// <c>values[i] = bits[i * width .. (i + 1) * width]</c>
/// </summary>
internal static unsafe class BitUnpack
{
    /// <summary>Values of wider numbers could not be read past the end by the scalar form.</summary>
    private const int MaxRoundedWidth = 28;

    /// <summary>
    /// Unpacks numbers that start at any bit into bytes, 16 or 32 bits, which hold the width (0 to 32). 64 bytes past
    /// the last may be read, and up to 64 bytes past the last value written.
    /// </summary>
    public static void Unpack<T>(byte* source, long firstBit, int width, T* values, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (width == 0)
        {
            new Span<T>(values, count).Clear();
            return;
        }
        // Runs are taken in parts: the rest of a group of eight that a part began comes first.
        int head = 0;
        while (head < count && ((firstBit + ((long)head * width)) & 7) != 0) head++;
        if (head > 0) UnpackScalar(source, firstBit, width, values, head);
        count -= head;
        if (count == 0) return;
        // Whole vectors leave nothing over for the scalar form.
        if (Avx512Vbmi.IsSupported && width <= MaxRoundedWidth)
            count = (count + Vector512<T>.Count - 1) & -Vector512<T>.Count;
        BitPacking.Unpack(source + ((firstBit + ((long)head * width)) >> 3), width, T.Zero, count, values + head);
    }

    /// <summary>The same, one number at a time.</summary>
    public static void UnpackScalar<T>(byte* source, long firstBit, int width, T* values, int count) where T : unmanaged
    {
        ulong mask = (1UL << width) - 1;
        for (int i = 0; i < count; i++, firstBit += width)
        {
            // At most 7 + 32 bits of the eight bytes are looked at.
            ulong word = (Unsafe.ReadUnaligned<ulong>(source + (firstBit >> 3)) >> (int)(firstBit & 7)) & mask;
            values[i] = Unsafe.As<ulong, T>(ref word);
        }
    }
}

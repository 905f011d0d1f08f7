using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// Numbers of a fixed width in bits, lowest bit first, as Parquet packs levels, dictionary codes and differences.
/// <c>values[i] = bits[i * width .. (i + 1) * width]</c>
/// </summary>
internal static unsafe partial class BitUnpack
{
    /// <summary>
    /// Unpacks numbers that start at any bit into bytes, 16 or 32 bits, which hold the width (0 to 32). Eight bytes
    /// past the last may be read, and up to 64 bytes past the last value written.
    /// </summary>
    public static void Unpack<T>(byte* source, long firstBit, int width, T* values, int count) where T : unmanaged
    {
        if (width == 0)
        {
            new Span<T>(values, count).Clear();
            return;
        }
        int done = (firstBit & 7) == 0 && Avx512Vbmi.IsSupported && count >= 64
            ? UnpackVbmi(source + (firstBit >> 3), width, values, count) : 0;
        UnpackScalar(source, firstBit + ((long)done * width), width, values + done, count - done);
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

    /// <summary>Numbers of up to 64 bits; sixteen bytes past the last may be read.</summary>
    public static void UnpackWide(byte* source, int width, ulong* values, int count)
    {
        if (width == 0)
        {
            new Span<ulong>(values, count).Clear();
            return;
        }
        ulong mask = width == 64 ? ulong.MaxValue : (1UL << width) - 1;
        long bit = 0;
        for (int i = 0; i < count; i++, bit += width)
        {
            byte* at = source + (bit >> 3);
            int shift = (int)(bit & 7);
            ulong word = Unsafe.ReadUnaligned<ulong>(at) >> shift;
            // The bits that the shift pushed out are in the ninth byte.
            if (shift + width > 64) word |= (ulong)at[8] << (64 - shift);
            values[i] = word & mask;
        }
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Formats.Csv;

internal static unsafe partial class CsvIndexer
{
    /// <summary>
    /// Compresses the numbers 0 to 63 by the bits, widens them and stores sixteen at a time: no branch per separator.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AppendVbmi2(ulong bits, int position, int* target)
    {
        if (bits == 0) return;
        // Each byte of the mask lane gets the byte of the bits that holds its bit, and keeps that bit.
        Vector512<byte> spread = Avx512BW.Shuffle(Vector512.Create(bits).AsByte(), SpreadControl);
        Vector512<byte> mask = Vector512.Equals(spread & BitOfByte, BitOfByte);
        Vector512<byte> numbers = Avx512Vbmi2.Compress(Vector512<byte>.Zero, mask, Numbers);
        Vector512<int> start = Vector512.Create(position);
        int count = System.Numerics.BitOperations.PopCount(bits);
        (start + Avx512F.ConvertToVector512Int32(numbers.GetLower().GetLower())).Store(target);
        if (count <= 16) return;
        (start + Avx512F.ConvertToVector512Int32(numbers.GetLower().GetUpper())).Store(target + 16);
        if (count <= 32) return;
        (start + Avx512F.ConvertToVector512Int32(numbers.GetUpper().GetLower())).Store(target + 32);
        (start + Avx512F.ConvertToVector512Int32(numbers.GetUpper().GetUpper())).Store(target + 48);
    }

    private static Vector512<byte> Numbers => Vector512.CreateSequence<byte>(0, 1);

    private static Vector512<byte> BitOfByte => Vector512.Create(0x8040201008040201UL).AsByte();

    // Within a 16-byte lane that holds the eight bytes of the bits twice: lane l takes bytes 2 l and 2 l + 1.
    private static Vector512<byte> SpreadControl => Vector512.Create(
        0x0000000000000000UL, 0x0101010101010101UL, 0x0202020202020202UL, 0x0303030303030303UL,
        0x0404040404040404UL, 0x0505050505050505UL, 0x0606060606060606UL, 0x0707070707070707UL).AsByte();
}

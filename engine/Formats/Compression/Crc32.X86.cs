using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Formats.Compression;

internal static unsafe partial class Crc32
{
    /// <summary>Shorter texts go by tables.</summary>
    private const int LeastFoldedBytes = 128;

    /// <summary>
    /// Folds whole vectors by carry-less multiplication: a vector times x^512 modulo the polynomial can be added to the
    /// one 64 bytes on without a change of the remainder. Gopal et al., "Fast CRC Computation for Generic Polynomials
    /// Using PCLMULQDQ Instruction" (2009), whose constants for this polynomial these are.
    /// </summary>
    private static uint Fold(uint state, ref ReadOnlySpan<byte> bytes)
    {
        Vector128<ulong> by64Bytes = Vector128.Create(0x1_5444_2BD4UL, 0x1_C6E4_1596UL);
        Vector128<ulong> by16Bytes = Vector128.Create(0x1_7519_97D0UL, 0x0_CCAA_009EUL);
        int at = 64;
        Vector128<ulong> last;
        fixed (byte* from = bytes)
        {
            // The state is added to the first four bytes.
            Vector128<ulong> a = Load(from) ^ Vector128.CreateScalar((ulong)state);
            Vector128<ulong> b = Load(from + 16), c = Load(from + 32), d = Load(from + 48);
            for (; at <= bytes.Length - 64; at += 64)
            {
                a = Fold(a, by64Bytes) ^ Load(from + at);
                b = Fold(b, by64Bytes) ^ Load(from + at + 16);
                c = Fold(c, by64Bytes) ^ Load(from + at + 32);
                d = Fold(d, by64Bytes) ^ Load(from + at + 48);
            }
            last = Fold(Fold(Fold(a, by16Bytes) ^ b, by16Bytes) ^ c, by16Bytes) ^ d;
            for (; at <= bytes.Length - 16; at += 16) last = Fold(last, by16Bytes) ^ Load(from + at);
        }
        bytes = bytes[at..];
        // A text of sixteen bytes is left that has the same remainder.
        return AppendByTables(0, MemoryMarshal.AsBytes(new ReadOnlySpan<Vector128<ulong>>(in last)));
    }

    private static Vector128<ulong> Load(byte* at) => Vector128.Load(at).AsUInt64();

    private static Vector128<ulong> Fold(Vector128<ulong> value, Vector128<ulong> by) =>
        Pclmulqdq.CarrylessMultiply(value, by, 0x00) ^ Pclmulqdq.CarrylessMultiply(value, by, 0x11);
}

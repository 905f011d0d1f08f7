using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Bits of a mask as lanes: all ones where the bit is set, the lowest bit first. The JIT makes a mask register of it.
/// </summary>
internal static class MaskLanes
{
    /// <summary>64 bits as lanes of 8.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<byte> Bytes(ulong mask)
    {
        // Every eight bytes have the whole mask; lane i takes its byte i / 8 from its own sixteen.
        Vector512<byte> from = Vector512.Create(
            Vector256.Create(
                (byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1,
                18, 18, 18, 18, 18, 18, 18, 18, 19, 19, 19, 19, 19, 19, 19, 19),
            Vector256.Create(
                (byte)36, 36, 36, 36, 36, 36, 36, 36, 37, 37, 37, 37, 37, 37, 37, 37,
                54, 54, 54, 54, 54, 54, 54, 54, 55, 55, 55, 55, 55, 55, 55, 55));
        Vector512<byte> bits = Vector512.Create(0x8040201008040201UL).AsByte();
        return Vector512.Equals(Vector512.Shuffle(Vector512.Create(mask).AsByte(), from) & bits, bits);
    }

    /// <summary>32 bits as lanes of 16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ushort> Shorts(uint mask)
    {
        Vector512<ushort> bits = Vector512.Create(
            Vector256.Create((ushort)1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768),
            Vector256.Create((ushort)1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768));
        Vector512<ushort> spread =
            Vector512.Create(Vector256.Create((ushort)mask), Vector256.Create((ushort)(mask >> 16)));
        return Vector512.Equals(spread & bits, bits);
    }

    /// <summary>The lowest 16 bits as lanes of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<uint> Words(uint mask)
    {
        Vector512<uint> bits = Vector512.Create(
            1u, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768);
        return Vector512.Equals(Vector512.Create(mask) & bits, bits);
    }

    /// <summary>The lowest 8 bits as lanes of 64.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<ulong> Quads(ulong mask)
    {
        Vector512<ulong> bits = Vector512.Create(1UL, 2, 4, 8, 16, 32, 64, 128);
        return Vector512.Equals(Vector512.Create(mask) & bits, bits);
    }
}

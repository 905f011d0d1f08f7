using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>Asks for memory that is needed soon; nothing happens on processors without such an instruction.</summary>
internal static unsafe class Prefetch
{
    /// <summary>Asks for the cache line of an address, which need not be readable.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported) Sse.Prefetch0(address);
    }
}

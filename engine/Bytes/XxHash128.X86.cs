using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Bytes;

/// <content>
/// The lanes of a stripe at once. The platform's portable vectors have no product of 32-bit halves, which is the heart
/// of it, hence instructions of one processor family.
/// </content>
internal sealed partial class XxHash128
{
    /// <summary>Adds stripes that start with the secret's first byte; returns how many it did, all or none.</summary>
    internal static int AddStripesVector(Span<ulong> lanes, ReadOnlySpan<byte> stripes, int stripeCount)
    {
        if (stripeCount == 0 || !Avx2.IsSupported) return 0;
        // In range: a stripe is 64 bytes of the input, and stripe n meets the secret's bytes 8n to 8n + 64, n < 16.
        if (stripes.Length < stripeCount * StripeSize || stripeCount > BlockSize / StripeSize) return 0;
        ref byte input = ref MemoryMarshal.GetReference(stripes);
        ref byte secret = ref MemoryMarshal.GetReference(Secret);
        if (Avx512F.IsSupported)
        {
            Vector512<ulong> sums = Vector512.Create<ulong>(lanes);
            for (int i = 0; i < stripeCount; i++)
                sums = Add(sums, ref Unsafe.Add(ref input, i * StripeSize), ref Unsafe.Add(ref secret, i * 8));
            sums.CopyTo(lanes);
        }
        else
        {
            Vector256<ulong> first = Vector256.Create<ulong>(lanes), second = Vector256.Create<ulong>(lanes[4..]);
            for (int i = 0; i < stripeCount; i++)
            {
                ref byte stripe = ref Unsafe.Add(ref input, i * StripeSize);
                ref byte key = ref Unsafe.Add(ref secret, i * 8);
                first = Add(first, ref stripe, ref key);
                second = Add(second, ref Unsafe.Add(ref stripe, 32), ref Unsafe.Add(ref key, 32));
            }
            first.CopyTo(lanes);
            second.CopyTo(lanes[4..]);
        }
        return stripeCount;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(Vector512<ulong> sums, ref byte input, ref byte secret)
    {
        Vector512<ulong> values = Vector512.LoadUnsafe(ref input).AsUInt64();
        Vector512<ulong> keyed = values ^ Vector512.LoadUnsafe(ref secret).AsUInt64();
        // 0x4E exchanges the 64-bit halves of each 128 bits; the product takes the low 32 bits of each 64.
        Vector512<ulong> crossed = Avx512F.Shuffle(values.AsUInt32(), 0x4E).AsUInt64();
        return sums + crossed + Avx512F.Multiply(keyed.AsUInt32(), (keyed >>> 32).AsUInt32());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Add(Vector256<ulong> sums, ref byte input, ref byte secret)
    {
        Vector256<ulong> values = Vector256.LoadUnsafe(ref input).AsUInt64();
        Vector256<ulong> keyed = values ^ Vector256.LoadUnsafe(ref secret).AsUInt64();
        Vector256<ulong> crossed = Avx2.Shuffle(values.AsUInt32(), 0x4E).AsUInt64();
        return sums + crossed + Avx2.Multiply(keyed.AsUInt32(), (keyed >>> 32).AsUInt32());
    }
}

using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Unpacking by byte permutes: one loop body per lane size serves every width, since what differs between widths, two
/// control vectors, is data. After FastLanes' observation that decoding wants no branches, without its interleaved
/// layout.
/// </summary>
internal static unsafe partial class BitPacking
{
    /// <summary>
    /// How far ahead lines are asked for: what memory delivers at full speed until the first of them is there.
    /// </summary>
    private const int PrefetchBytes = 4096;

    // Per lane size (1, 2, 4, 8 bytes) and width: for VBMI two vectors of 64 bytes, for AVX2 two of 32 bytes.
    private static readonly Vector512<byte>* VbmiControls = MakeVbmiControls();
    private static readonly Vector256<byte>* Avx2Controls = MakeAvx2Controls();

    private static bool CanUnpackVbmi(int width, int laneBytes) => laneBytes switch
    {
        1 => width <= 8,
        2 => width <= 16,
        // All values of a quadword must end inside the eight bytes that are gathered for it.
        4 => width <= 29,
        _ => width is <= 57 or 58 or 60,
    };

    private static bool CanUnpackAvx2(int width, int laneBytes) => laneBytes switch
    {
        1 => width <= 8,
        2 => width <= 16,
        4 => width <= 25,
        _ => width <= 57,
    };

    /// <summary>
    /// vpermb gathers for each quadword the bytes its values begin in; vpmultishiftqb picks for each byte of a lane the
    /// eight bits at its place; an AND cuts to the width.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackVbmi<T>(byte* source, int width, T add, int count, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        Vector512<byte>* control = VbmiControls + ControlIndex(width, sizeof(T));
        Vector512<byte> permute = control[0], shift = control[1];
        Vector512<T> keep = Vector512.Create(T.CreateTruncating((1UL << width) - 1));
        Vector512<T> base512 = Vector512.Create(add);
        // A vector holds 64, 32, 16 or 8 values: always whole bytes of the source.
        int step = Vector512<T>.Count * width / 8;
        int i = 0;
        for (; i <= count - (4 * Vector512<T>.Count); i += 4 * Vector512<T>.Count, source += 4 * step)
        {
            // Blocks come from memory for the first time: the next ones are asked for ahead, a line at a time.
            Sse.Prefetch0(source + PrefetchBytes);
            if (step > 16) Sse.Prefetch0(source + PrefetchBytes + 64);
            if (step > 32) Sse.Prefetch0(source + PrefetchBytes + 128);
            if (step > 48) Sse.Prefetch0(source + PrefetchBytes + 192);
            Vector512<byte> bytes0 = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source), permute);
            Vector512<byte> bytes1 = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source + step), permute);
            Vector512<byte> bytes2 = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source + (2 * step)), permute);
            Vector512<byte> bytes3 = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source + (3 * step)), permute);
            T* to = target + i;
            Keep(Avx512Vbmi.MultiShift(shift, bytes0.AsUInt64()), keep, base512).Store(to);
            Keep(Avx512Vbmi.MultiShift(shift, bytes1.AsUInt64()), keep, base512).Store(to + Vector512<T>.Count);
            Keep(Avx512Vbmi.MultiShift(shift, bytes2.AsUInt64()), keep, base512).Store(to + (2 * Vector512<T>.Count));
            Keep(Avx512Vbmi.MultiShift(shift, bytes3.AsUInt64()), keep, base512).Store(to + (3 * Vector512<T>.Count));
        }
        for (; i <= count - Vector512<T>.Count; i += Vector512<T>.Count, source += step)
        {
            Vector512<byte> bytes = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source), permute);
            Keep(Avx512Vbmi.MultiShift(shift, bytes.AsUInt64()), keep, base512).Store(target + i);
        }
        return i;
    }

    /// <summary>
    /// 30 and 31 bits, of which two may end past the eight bytes gathered for them: eight values at a time in lanes of
    /// 64 bits, which are then cut to 32.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackVbmiNarrowed(byte* source, int width, uint add, int count, uint* target)
    {
        Vector512<byte>* control = VbmiControls + ControlIndex(width, sizeof(ulong));
        Vector512<byte> permute = control[0], shift = control[1];
        Vector512<ulong> keep = Vector512.Create((1UL << width) - 1), base512 = Vector512.Create((ulong)add);
        int i = 0;
        // Eight values are as many bytes as one has bits.
        for (; i <= count - 16; i += 16, source += 2 * width)
        {
            Sse.Prefetch0(source + PrefetchBytes);
            Vector512<byte> bytes0 = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source), permute);
            Vector512<byte> bytes1 = Avx512Vbmi.PermuteVar64x8(Vector512.Load(source + width), permute);
            Avx512F.ConvertToVector256UInt32(Keep(Avx512Vbmi.MultiShift(shift, bytes0.AsUInt64()), keep, base512))
                .Store(target + i);
            Avx512F.ConvertToVector256UInt32(Keep(Avx512Vbmi.MultiShift(shift, bytes1.AsUInt64()), keep, base512))
                .Store(target + i + 8);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<T> Keep<T>(Vector512<byte> lanes, Vector512<T> keep, Vector512<T> add)
        where T : unmanaged, IBinaryInteger<T> => (lanes.As<byte, T>() & keep) + add;

    /// <summary>vpshufb brings each value's bytes into its lane, a variable shift and an AND do the rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackAvx2<T>(byte* source, int width, T add, int count, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (sizeof(T) == sizeof(ulong)) return UnpackAvx2Wide(source, width, add, count, target);
        Vector256<byte>* control = Avx2Controls + ControlIndex(width, sizeof(uint));
        Vector256<byte> shuffle = control[0];
        Vector256<uint> shift = control[1].AsUInt32();
        Vector256<uint> keep = Vector256.Create((uint)((1UL << width) - 1));
        Vector256<T> base256 = Vector256.Create(add);
        // The second half of a vector begins after four values, which may be in the middle of a byte.
        int half = 4 * width >> 3;
        int i = 0;
        for (; i <= count - Vector256<T>.Count; i += Vector256<T>.Count)
        {
            Vector256<T> lanes;
            if (sizeof(T) == sizeof(uint))
            {
                lanes = Eight(source, half, shuffle, shift, keep).As<uint, T>();
                source += width;
            }
            else if (sizeof(T) == sizeof(ushort))
            {
                // Packing works within halves; the permute puts the quadwords in order.
                Vector256<ushort> packed = Avx2.PackUnsignedSaturate(
                    Eight(source, half, shuffle, shift, keep).AsInt32(),
                    Eight(source + width, half, shuffle, shift, keep).AsInt32());
                lanes = Avx2.Permute4x64(packed.AsUInt64(), 0b11_01_10_00).As<ulong, T>();
                source += 2 * width;
            }
            else
            {
                Vector256<short> first = Avx2.PackSignedSaturate(
                    Eight(source, half, shuffle, shift, keep).AsInt32(),
                    Eight(source + width, half, shuffle, shift, keep).AsInt32());
                Vector256<short> second = Avx2.PackSignedSaturate(
                    Eight(source + (2 * width), half, shuffle, shift, keep).AsInt32(),
                    Eight(source + (3 * width), half, shuffle, shift, keep).AsInt32());
                Vector256<byte> packed = Avx2.PackUnsignedSaturate(first, second);
                lanes = Avx2.PermuteVar8x32(packed.AsInt32(), Vector256.Create(0, 4, 1, 5, 2, 6, 3, 7)).As<int, T>();
                source += 4 * width;
            }
            (lanes + base256).Store(target + i);
        }
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<uint> Eight(
        byte* source, int half, Vector256<byte> shuffle, Vector256<uint> shift, Vector256<uint> keep)
    {
        Vector256<byte> bytes = Vector256.Create(Vector128.Load(source), Vector128.Load(source + half));
        return Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(bytes, shuffle).AsUInt32(), shift) & keep;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int UnpackAvx2Wide<T>(byte* source, int width, T add, int count, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        Vector256<byte>* control = Avx2Controls + ControlIndex(width, sizeof(ulong));
        Vector256<byte> shuffle = control[0];
        Vector256<ulong> shift = control[1].AsUInt64();
        Vector256<ulong> keep = Vector256.Create((1UL << width) - 1);
        Vector256<T> base256 = Vector256.Create(add);
        int i = 0;
        for (; i <= count - 8; i += 8, source += width)
        {
            // Four values and four more: the second four begin after 4*width bits, maybe in the middle of a byte.
            for (int part = 0; part < 2; part++)
            {
                int bit = part * 4 * width;
                byte* low = source + (bit >> 3);
                byte* high = source + ((bit + (2 * width)) >> 3);
                Vector256<byte> bytes = Vector256.Create(Vector128.Load(low), Vector128.Load(high));
                Vector256<byte> chosen = part == 0 ? shuffle : control[2];
                Vector256<ulong> by = part == 0 ? shift : control[3].AsUInt64();
                Vector256<ulong> lanes =
                    Avx2.ShiftRightLogicalVariable(Avx2.Shuffle(bytes, chosen).AsUInt64(), by) & keep;
                (lanes.As<ulong, T>() + base256).Store(target + i + (part * 4));
            }
        }
        return i;
    }

    /// <summary>Four vectors are set aside per lane size and width.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ControlIndex(int width, int laneBytes) =>
        ((BitOperations.Log2((uint)laneBytes) * 65) + width) * 4;

    private static Vector512<byte>* MakeVbmiControls()
    {
        if (!Avx512Vbmi.IsSupported) return null;
        // Lives as long as the process.
        byte* all = (byte*)NativeMemory.AlignedAlloc(4 * 65 * 4 * 64, 64);
        for (int laneBytes = 1; laneBytes <= 8; laneBytes *= 2)
        {
            int perQuad = 8 / laneBytes;
            for (int width = 1; width <= 64; width++)
            {
                byte* permute = all + (ControlIndex(width, laneBytes) * 64L);
                byte* shift = permute + 64;
                for (int quad = 0; quad < 8; quad++)
                {
                    int bit = quad * perQuad * width;
                    for (int b = 0; b < 8; b++) permute[(quad * 8) + b] = (byte)(((bit >> 3) + b) & 63);
                    for (int k = 0; k < perQuad; k++)
                    {
                        for (int b = 0; b < laneBytes; b++)
                        {
                            shift[(quad * 8) + (k * laneBytes) + b] = (byte)(((bit & 7) + (k * width) + (8 * b)) & 63);
                        }
                    }
                }
            }
        }
        return (Vector512<byte>*)all;
    }

    private static Vector256<byte>* MakeAvx2Controls()
    {
        if (!Avx2.IsSupported) return null;
        byte* all = (byte*)NativeMemory.AlignedAlloc(4 * 65 * 4 * 32, 64);
        for (int width = 1; width <= 57; width++)
        {
            if (width <= 25) MakeAvx2Control(all + (ControlIndex(width, 4) * 32L), width, 4, firstValue: 0);
            byte* wide = all + (ControlIndex(width, 8) * 32L);
            MakeAvx2Control(wide, width, 8, firstValue: 0);
            MakeAvx2Control(wide + 64, width, 8, firstValue: 4);
        }
        return (Vector256<byte>*)all;
    }

    /// <summary>A shuffle that brings the bytes of each lane's value to it, and the bits to shift it down by.</summary>
    private static void MakeAvx2Control(byte* control, int width, int laneBytes, int firstValue)
    {
        int perHalf = 16 / laneBytes;
        for (int half = 0; half < 2; half++)
        {
            int start = (firstValue + (half * perHalf)) * width;
            for (int k = 0; k < perHalf; k++)
            {
                int bit = start + (k * width);
                int fromByte = (bit >> 3) - (start >> 3);
                Debug.Assert(fromByte + laneBytes <= 16, "The value's bytes are not in the half that is loaded.");
                int lane = (half * 16) + (k * laneBytes);
                for (int b = 0; b < laneBytes; b++) control[lane + b] = (byte)(fromByte + b);
                new Span<byte>(control + 32 + lane, laneBytes).Clear();
                control[32 + lane] = (byte)(bit & 7);
            }
        }
    }
}

using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// Values of a fixed number of bits, one after the other, lowest bit first:
/// <code>
///   value i lies in bits i*width to i*width + width - 1 of the little-endian bit string
/// </code>
/// so every 64 values begin at a multiple of 8*width bytes. Unpacking adds a constant on the way (frame of reference):
/// <c>target[i] = add + packed[i]</c>, wrapping in the lane. Any width from 0 to the lane's bits.
/// </summary>
internal static unsafe partial class BitPacking
{
    /// <summary>Readable bytes that must follow the packed ones, since whole vectors are loaded.</summary>
    public const int PaddingBytes = 64;

    /// <summary>Bytes of a number of packed values.</summary>
    public static long SizeBytes(long count, int width) => ((count * width) + 7) >> 3;

    /// <summary>Bits that a value needs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int BitsFor(ulong largest) => 64 - BitOperations.LeadingZeroCount(largest);

    /// <summary>
    /// Unpacks values to lanes of 1, 2, 4 or 8 bytes. <see cref="PaddingBytes"/> bytes behind the packed ones must be
    /// readable. A width above the lane's bits keeps the low bits.
    /// </summary>
    public static void Unpack<T>(byte* source, int width, T add, int count, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        Debug.Assert((uint)width <= 64, "Width out of range.");
        if (width == 0)
        {
            new Span<T>(target, count).Fill(add);
            return;
        }
        if (width > sizeof(T) * 8)
        {
            UnpackScalar(source, width, add, 0, count, target);
            return;
        }
        int done = width == sizeof(T) * 8
            ? AddPlain((T*)source, add, count, target) : UnpackVector(source, width, add, count, target);
        if (done < count) UnpackScalar(source, width, add, done, count, target);
    }

    /// <summary>The meaning; also does what the vector form leaves over.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void UnpackScalar<T>(byte* source, int width, T add, int first, int count, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        ulong keep = width == 64 ? ulong.MaxValue : (1UL << width) - 1;
        for (int i = first; i < count; i++)
        {
            long bit = (long)i * width;
            byte* at = source + (bit >> 3);
            int shift = (int)(bit & 7);
            ulong value = Unsafe.ReadUnaligned<ulong>(at) >> shift;
            // The value reaches into a ninth byte.
            if (shift + width > 64) value |= (ulong)at[8] << (64 - shift);
            target[i] = add + Lane.Truncate<T>(value & keep);
        }
    }

    /// <summary>
    /// Packs <c>values[i] - subtract</c>, wrapping; their bits above the width must be 0. The target has
    /// <see cref="SizeBytes"/> bytes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ReadOnlySpan<long> values, long subtract, int width, Span<byte> target)
    {
        Debug.Assert(target.Length >= SizeBytes(values.Length, width), "Target too short.");
        if (width == 0 || values.IsEmpty) return;
        fixed (byte* start = target)
        fixed (long* from = values)
        {
            if (width == 64)
            {
                ElementWise.Apply<long, Subtract<long>>(from, subtract, values.Length, (long*)start);
                return;
            }
            // Several values make a word of at most 64 bits first: a word is put in its place once for all of them.
            int step = width <= 8 ? 8 : width <= 16 ? 4 : width <= 32 ? 2 : 1;
            int whole = values.Length - (values.Length % step);
            ulong pending = 0;
            int pendingBits = 0;
            byte* to = step switch
            {
                8 => PackWords(from, whole, new EightValues(), subtract, width, start, ref pending, ref pendingBits),
                4 => PackWords(from, whole, new FourValues(), subtract, width, start, ref pending, ref pendingBits),
                2 => PackWords(from, whole, new TwoValues(), subtract, width, start, ref pending, ref pendingBits),
                _ => PackWords(from, whole, new OneValue(), subtract, width, start, ref pending, ref pendingBits),
            };
            to = PackWords(
                from + whole, values.Length - whole, new OneValue(), subtract, width, to, ref pending, ref pendingBits);
            for (; pendingBits > 0; pendingBits -= 8, pending >>= 8) *to++ = (byte)pending;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* PackWords<TWord>(
        long* values, int count, TWord word, long subtract, int width, byte* to, ref ulong pending, ref int pendingBits)
        where TWord : struct, IPackedWord
    {
        ulong open = pending;
        int openBits = pendingBits;
        int bits = width * TWord.Count;
        for (int i = 0; i < count; i += TWord.Count)
        {
            ulong value = word.Make(values + i, subtract, width);
            open |= value << openBits;
            openBits += bits;
            if (openBits < 64) continue;
            Unsafe.WriteUnaligned(to, open);
            to += sizeof(ulong);
            openBits -= 64;
            // What did not fit; a shift by 64 would keep everything.
            open = openBits == 0 ? 0 : value >> (bits - openBits);
        }
        pending = open;
        pendingBits = openBits;
        return to;
    }

    /// <summary>Some neighbours as one word.</summary>
    private interface IPackedWord
    {
        static abstract int Count { get; }

        ulong Make(long* values, long subtract, int width);
    }

    private readonly struct OneValue : IPackedWord
    {
        public static int Count => 1;

        public ulong Make(long* values, long subtract, int width)
        {
            ulong value = (ulong)(values[0] - subtract);
            Debug.Assert(width == 64 || value >> width == 0, "Value wider than the width.");
            return value;
        }
    }

    private readonly struct TwoValues : IPackedWord
    {
        public static int Count => 2;

        public ulong Make(long* values, long subtract, int width) =>
            default(OneValue).Make(values, subtract, width) |
            default(OneValue).Make(values + 1, subtract, width) << width;
    }

    private readonly struct FourValues : IPackedWord
    {
        public static int Count => 4;

        public ulong Make(long* values, long subtract, int width) =>
            default(TwoValues).Make(values, subtract, width) |
            default(TwoValues).Make(values + 2, subtract, width) << (2 * width);
    }

    private readonly struct EightValues : IPackedWord
    {
        public static int Count => 8;

        public ulong Make(long* values, long subtract, int width) =>
            default(FourValues).Make(values, subtract, width) |
            default(FourValues).Make(values + 4, subtract, width) << (4 * width);
    }

    /// <summary>
    /// Returns how many values it did: a multiple of the vector length, 0 where the processor lacks the means.
    /// </summary>
    internal static int UnpackVector<T>(byte* source, int width, T add, int count, T* target)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (Avx512Vbmi.IsSupported && CanUnpackVbmi(width, sizeof(T)))
        {
            return UnpackVbmi(source, width, add, count, target);
        }
        if (Avx512Vbmi.IsSupported && sizeof(T) == sizeof(uint) && width < 32)
        {
            return UnpackVbmiNarrowed(source, width, uint.CreateTruncating(add), count, (uint*)target);
        }
        if (Avx2.IsSupported && CanUnpackAvx2(width, sizeof(T))) return UnpackAvx2(source, width, add, count, target);
        return 0;
    }

    /// <summary>Lanes that lie as they are read. Blocks come from memory for the first time, as in unpacking.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int AddPlain<T>(T* source, T add, int count, T* target) where T : unmanaged, IBinaryInteger<T>
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<T> base512 = Vector512.Create(add);
            for (; i <= count - (2 * Vector512<T>.Count); i += 2 * Vector512<T>.Count)
            {
                Sse.Prefetch0((byte*)(source + i) + PrefetchBytes);
                Sse.Prefetch0((byte*)(source + i) + PrefetchBytes + 64);
                (Vector512.Load(source + i) + base512).Store(target + i);
                (Vector512.Load(source + i + Vector512<T>.Count) + base512).Store(target + i + Vector512<T>.Count);
            }
        }
        ElementWise.Apply<T, Add<T>>(source + i, add, count - i, target + i);
        return count;
    }
}

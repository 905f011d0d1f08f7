using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ColFrag.Engine.Kernels;

/// <summary>
/// A bit per row in 64-bit words: bit i of word w is row 64 w + i. The layout of validity and of filter results. Unless
/// said otherwise, bits past the count are 0 when they were 0 before.
/// </summary>
internal static unsafe partial class Bitmap
{
    /// <summary>Words for a number of rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WordCount(int count) => (count + 63) >> 6;

    /// <summary>True when the row's bit is set.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsSet(ulong* words, int row) => (words[row >> 6] >> row & 1) != 0;

    /// <summary>Sets the first bits and clears the rest of the last word.</summary>
    public static void Fill(ulong* words, int count)
    {
        int full = count >> 6;
        new Span<ulong>(words, full).Fill(ulong.MaxValue);
        if ((count & 63) != 0) words[full] = (1UL << count) - 1;
    }

    /// <summary>Clears the words.</summary>
    public static void Clear(ulong* words, int count) => new Span<ulong>(words, WordCount(count)).Clear();

    /// <summary><c>x &amp;= y</c></summary>
    public static void And(ulong* x, ulong* y, int count) =>
        ElementWise.Apply<ulong, BitAnd<ulong>>(x, y, WordCount(count), x);

    /// <summary><c>x |= y</c></summary>
    public static void Or(ulong* x, ulong* y, int count) =>
        ElementWise.Apply<ulong, BitOr<ulong>>(x, y, WordCount(count), x);

    /// <summary><c>x &amp;= ~y</c></summary>
    public static void AndNot(ulong* x, ulong* y, int count)
    {
        int words = WordCount(count);
        for (int w = 0; w < words; w++) x[w] &= ~y[w];
    }

    /// <summary><c>result = ~x</c>, with the bits past the count 0.</summary>
    public static void Not(ulong* x, int count, ulong* result)
    {
        int words = WordCount(count);
        for (int w = 0; w < words; w++) result[w] = ~x[w];
        ClearTail(result, count);
    }

    /// <summary>Clears the bits of the last word past the count.</summary>
    public static void ClearTail(ulong* words, int count)
    {
        if ((count & 63) != 0) words[count >> 6] &= (1UL << count) - 1;
    }

    /// <summary>Number of bits set among the first.</summary>
    public static int CountSet(ulong* words, int count)
    {
        int set = 0;
        int full = count >> 6;
        for (int w = 0; w < full; w++) set += BitOperations.PopCount(words[w]);
        if ((count & 63) != 0) set += BitOperations.PopCount(words[full] & ((1UL << count) - 1));
        return set;
    }

    /// <summary>True when none of the first bits is set.</summary>
    public static bool IsEmpty(ulong* words, int count)
    {
        int full = count >> 6;
        if (new ReadOnlySpan<ulong>(words, full).ContainsAnyExcept(0UL)) return false;
        return (count & 63) == 0 || (words[full] & ((1UL << count) - 1)) == 0;
    }

    /// <summary>True when all of the first bits are set.</summary>
    public static bool IsFull(ulong* words, int count)
    {
        int full = count >> 6;
        if (new ReadOnlySpan<ulong>(words, full).ContainsAnyExcept(ulong.MaxValue)) return false;
        return (count & 63) == 0 || (~words[full] & ((1UL << count) - 1)) == 0;
    }

    /// <summary>
    /// Copies bits from any bit offset to the start of the target; bits past the count become 0. Reads one word more
    /// than it needs where the offset is not a multiple of 64 and the bits reach into that word.
    /// </summary>
    public static void Copy(ulong* source, long firstBit, int count, ulong* target)
    {
        ulong* from = source + (firstBit >> 6);
        int shift = (int)(firstBit & 63);
        int words = WordCount(count);
        if (shift == 0)
        {
            new ReadOnlySpan<ulong>(from, words).CopyTo(new Span<ulong>(target, words));
        }
        else
        {
            int last = (shift + count - 1) >> 6;
            for (int w = 0; w < words; w++)
            {
                ulong word = from[w] >> shift;
                if (w + 1 <= last) word |= from[w + 1] << (64 - shift);
                target[w] = word;
            }
        }
        ClearTail(target, count);
    }

    /// <summary>Writes bits to any bit offset of the target; bits outside the range stay as they are.</summary>
    public static void CopyTo(ulong* source, int count, ulong* target, long firstBit)
    {
        for (int i = 0; i < count; i += 64)
        {
            int n = Math.Min(64, count - i);
            ulong keep = n == 64 ? ulong.MaxValue : (1UL << n) - 1;
            ulong word = source[i >> 6] & keep;
            long at = firstBit + i;
            int shift = (int)(at & 63);
            ulong* to = target + (at >> 6);
            to[0] = (to[0] & ~(keep << shift)) | (word << shift);
            if (shift != 0 && shift + n > 64)
            {
                to[1] = (to[1] & ~(keep >> (64 - shift))) | (word >> (64 - shift));
            }
        }
    }

    /// <summary>A byte per row, 0 or 1, from bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ToBytes(ulong* words, int count, byte* target)
    {
        int i = 0;
        if (Vector512.IsHardwareAccelerated)
        {
            // Each byte takes the mask byte of its eight rows, then its own bit of it.
            Vector512<byte> spread = Vector512.Create(
                0x0000000000000000UL, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303,
                0x0404040404040404, 0x0505050505050505, 0x0606060606060606, 0x0707070707070707).AsByte();
            Vector512<byte> bits = Vector512.Create(0x8040201008040201UL).AsByte();
            for (; i <= count - 64; i += 64)
            {
                Vector512<byte> bytes = Vector512.Shuffle(Vector512.Create(words[i >> 6]).AsByte(), spread);
                (Vector512.Equals(bytes & bits, bits) & Vector512<byte>.One).Store(target + i);
            }
        }
        for (; i < count; i++) target[i] = (byte)(words[i >> 6] >> i & 1);
    }

    /// <summary>Bits from a byte per row, any other than 0 being true.</summary>
    public static void FromBytes(byte* bytes, int count, ulong* target) =>
        Comparison.Mask<byte, IsNotEqual<byte>>(bytes, (byte)0, count, target, and: false);

    /// <summary>
    /// The numbers of the set rows, in order; returns how many. The target has room for count + 32 entries, since whole
    /// vectors are stored.
    /// </summary>
    public static int ToSelection(ulong* words, int count, ushort* rows) =>
        Avx512Vbmi2.IsSupported ? ToSelectionVector(words, count, rows) : ToSelectionScalar(words, count, rows);

    /// <summary>The meaning: bit by bit, and a plain count up where a word is full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static int ToSelectionScalar(ulong* words, int count, ushort* rows)
    {
        int n = 0;
        for (int first = 0; first < count; first += 64)
        {
            ulong word = words[first >> 6];
            if (count - first < 64) word &= (1UL << (count - first)) - 1;
            if (word == ulong.MaxValue)
            {
                for (int i = 0; i < 64; i++) rows[n + i] = (ushort)(first + i);
                n += 64;
                continue;
            }
            for (; word != 0; word &= word - 1) rows[n++] = (ushort)(first + BitOperations.TrailingZeroCount(word));
        }
        return n;
    }
}

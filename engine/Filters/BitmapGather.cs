using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// The test of a bitmap for eight narrow values at a time: their words are gathered, and each shifted by its own bit.
/// </summary>
internal static unsafe class BitmapGather
{
    // Offsets are computed in 32 bits; up to here none can come round to another.
    private const long MostBits = 1L << 30;
    private const long FarthestBase = 1L << 31;
    private const int FewRows = 16;

    /// <summary>Clears the bits of rows that fail, of words as a whole; returns how many rows it did.</summary>
    public static int And(ColumnVector values, int count, ulong* mask, long first, long bitCount, ulong[] bits)
    {
        if (!Avx2.IsSupported || bitCount is 0 or > MostBits) return 0;
        Int128 distance = values.Base - first;
        if (distance < -FarthestBase || distance > FarthestBase) return 0;
        uint add = unchecked((uint)(long)distance);
        bool isBelow = distance < 0;
        fixed (ulong* words = bits)
        {
            return values.Lane switch
            {
                PhysicalType.UInt8 => And<Bytes>(values.Data, count, mask, add, isBelow, (uint)bitCount, words),
                PhysicalType.UInt16 => And<Shorts>(values.Data, count, mask, add, isBelow, (uint)bitCount, words),
                PhysicalType.UInt32 => And<Words>(values.Data, count, mask, add, isBelow, (uint)bitCount, words),
                _ => 0,
            };
        }
    }

    private static int And<TLoad>(
        byte* lane, int count, ulong* mask, uint add, bool isBelow, uint bitCount, ulong* words)
        where TLoad : struct, ILoad
    {
        int whole = count & ~63;
        Vector256<uint> adds = Vector256.Create(add);
        Vector256<uint> least = isBelow ? Vector256<uint>.Zero : adds;
        Vector256<uint> last = Vector256.Create(bitCount - 1);
        for (int w = 0; w < whole; w += 64)
        {
            ulong word = mask[w >> 6];
            if (word == 0) continue;
            if (System.Numerics.BitOperations.PopCount(word) < FewRows)
            {
                mask[w >> 6] = One<TLoad>(lane, w, word, add, isBelow, bitCount, words);
                continue;
            }
            ulong passing = 0;
            for (int i = 0; i < 64; i += 8)
            {
                Vector256<uint> offsets = TLoad.Load(lane, w + i) + adds;
                Vector256<uint> inside = Vector256.LessThanOrEqual(offsets, last) &
                    Vector256.GreaterThanOrEqual(offsets, least);
                Vector256<uint> near = Vector256.Min(offsets, last);
                Vector256<uint> found = Avx2.GatherVector256(
                    (uint*)words, Vector256.ShiftRightLogical(near, 5).AsInt32(), sizeof(uint));
                Vector256<uint> bit = Avx2.ShiftLeftLogicalVariable(
                    found, Vector256.Create(31u) - (near & Vector256.Create(31u)));
                passing |= (ulong)(bit & inside).ExtractMostSignificantBits() << i;
            }
            mask[w >> 6] = word & passing;
        }
        return whole;
    }

    private static ulong One<TLoad>(
        byte* lane, int first, ulong word, uint add, bool isBelow, uint bitCount, ulong* words)
        where TLoad : struct, ILoad
    {
        ulong kept = 0;
        for (ulong left = word; left != 0; left &= left - 1)
        {
            int i = System.Numerics.BitOperations.TrailingZeroCount(left);
            uint offset = unchecked(TLoad.LoadOne(lane, first + i) + add);
            bool isInside = offset < bitCount && (isBelow || offset >= add);
            if (isInside && (words[offset >> 6] >> (int)offset & 1) != 0) kept |= 1UL << i;
        }
        return kept;
    }

    /// <summary>Loads values of a lane as 32 bits.</summary>
    private interface ILoad
    {
        static abstract Vector256<uint> Load(byte* lane, int row);

        static abstract uint LoadOne(byte* lane, int row);
    }

    private readonly struct Bytes : ILoad
    {
        public static Vector256<uint> Load(byte* lane, int row) => Avx2.ConvertToVector256Int32(lane + row).AsUInt32();

        public static uint LoadOne(byte* lane, int row) => lane[row];
    }

    private readonly struct Shorts : ILoad
    {
        public static Vector256<uint> Load(byte* lane, int row) =>
            Avx2.ConvertToVector256Int32((ushort*)lane + row).AsUInt32();

        public static uint LoadOne(byte* lane, int row) => ((ushort*)lane)[row];
    }

    private readonly struct Words : ILoad
    {
        public static Vector256<uint> Load(byte* lane, int row) => Vector256.Load((uint*)lane + row);

        public static uint LoadOne(byte* lane, int row) => ((uint*)lane)[row];
    }
}

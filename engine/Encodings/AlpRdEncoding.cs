using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Floats without decimal structure, cut into their upper bits (sign, exponent, first digits), which repeat, and the
/// rest, which does not (ALP for real doubles; Afroozeh, Kuffo, Boncz 2023).
/// <code>
///   bytes    field
///   1        bits of the right part, R
///   node     left part of each value: its bits shifted right by R, unsigned
///   node     right part of each value: its lowest R bits
/// </code>
/// The left part is a stream like any other, so a dictionary or runs are found for it without a rule of its own.
/// </summary>
internal sealed unsafe class AlpRdEncoding : IFloatEncoding
{
    private const int MaxLeftBits = 16;

    public string Name => "alp-rd";

    public long? EstimateBytes(FloatStatistics statistics)
    {
        if (statistics.Count == 0) return null;
        (int right, int left) = FindCut(statistics);
        return 40 + ((long)statistics.Count * (right + left) / 8);
    }

    public void Encode(FloatStatistics statistics, EncodingContext context, ByteWriter target)
    {
        (int right, _) = FindCut(statistics);
        ulong keep = Keep(statistics);
        long[] parts = new long[statistics.Count];
        for (int i = 0; i < parts.Length; i++) parts[i] = (long)(((ulong)statistics.Bits[i] & keep) >> right);
        target.WriteByte((byte)right);
        EncodingChooser.WriteIntegers(parts, context.Inner, target);
        for (int i = 0; i < parts.Length; i++) parts[i] = statistics.Bits[i] & ((1L << right) - 1);
        EncodingChooser.WriteIntegers(parts, context.Inner, target);
    }

    public FloatDecoder Open(ref NodeReader source, int count)
    {
        int right = source.Bytes.ReadByte();
        source.Bytes.ThrowUnless(right is > 0 and < 64, "bits of the right part");
        IntegerDecoder left = EncodingRegistry.OpenIntegers(ref source, count);
        return new Decoder(right, left, EncodingRegistry.OpenIntegers(ref source, count));
    }

    /// <summary>The cut with the fewest bits on the sample, taking the left parts for a dictionary.</summary>
    private static (int Right, int LeftBits) FindCut(FloatStatistics statistics)
    {
        ulong keep = Keep(statistics);
        int step = Math.Max(1, statistics.Count / FloatStatistics.SampleCount);
        (int Right, int LeftBits) best = (statistics.ValueBits - 1, 1);
        HashSet<ulong> lefts = [];
        for (int right = statistics.ValueBits - MaxLeftBits; right < statistics.ValueBits; right++)
        {
            lefts.Clear();
            for (int i = 0; i < statistics.Count; i += step) lefts.Add(((ulong)statistics.Bits[i] & keep) >> right);
            int leftBits = BitPacking.BitsFor((ulong)lefts.Count - 1);
            if (right + leftBits < best.Right + best.LeftBits) best = (right, leftBits);
        }
        return best;
    }

    private static ulong Keep(FloatStatistics statistics) => statistics.IsSingle ? uint.MaxValue : ulong.MaxValue;

    private sealed class Decoder(int right, IntegerDecoder lefts, IntegerDecoder rights) : FloatDecoder(lefts.Count)
    {
        private const int Piece = 2048;

        public override long IndexBytes => lefts.IndexBytes + rights.IndexBytes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, double* target)
        {
            ulong* values = (ulong*)target;
            ulong* left = stackalloc ulong[Piece];
            rights.Decode(first, count, (ulong)rights.Base, (byte*)values, sizeof(ulong));
            for (int done = 0; done < count; done += Piece)
            {
                int rows = Math.Min(Piece, count - done);
                lefts.Decode(first + done, rows, (ulong)lefts.Base, (byte*)left, sizeof(ulong));
                int i = 0;
                if (Vector512.IsHardwareAccelerated)
                {
                    for (; i <= rows - 8; i += 8)
                    {
                        (Vector512.Load(values + done + i) | (Vector512.Load(left + i) << right)).Store(
                            values + done + i);
                    }
                }
                for (; i < rows; i++) values[done + i] |= left[i] << right;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, float* target)
        {
            uint* values = (uint*)target;
            uint* left = stackalloc uint[Piece];
            rights.Decode(first, count, (ulong)rights.Base, (byte*)values, sizeof(uint));
            for (int done = 0; done < count; done += Piece)
            {
                int rows = Math.Min(Piece, count - done);
                lefts.Decode(first + done, rows, (ulong)lefts.Base, (byte*)left, sizeof(uint));
                for (int i = 0; i < rows; i++) values[done + i] |= left[i] << right;
            }
        }
    }
}

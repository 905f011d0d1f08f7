using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Floats that are decimal numbers, kept as integers (ALP; Afroozeh, Kuffo, Boncz 2023).
/// <code>
///   bytes    field
///   1        exponent E, 0 to 18
///   1        factor F, 0 to E
///   node     integer of each value: value = integer * 10^F * 10^-E, both powers as doubles, in this order
///   varint   exceptions, X
///   node     their row numbers, X ascending integers
///   node     IEEE 754 bits of each, X integers; REAL sign-extended from 32 bits
/// </code>
/// A value is an exception when the formula does not give back its bits; its integer is then any. REAL is rounded from
/// the double that the formula gives.
/// </summary>
internal sealed unsafe class AlpEncoding : IFloatEncoding
{
    private const int MaxExponent = 18;

    // Integers up to here convert to double without loss.
    private const double MaxInteger = 1L << 53;

    private static readonly double[] Powers =
        [1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18];

    private static readonly double[] Inverses =
    [
        1e0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15, 1e-16,
        1e-17, 1e-18,
    ];

    public string Name => "alp";

    public long? EstimateBytes(FloatStatistics statistics) => FindBest(statistics) is { } best ? best.Bytes : null;

    public void Encode(FloatStatistics statistics, EncodingContext context, ByteWriter target)
    {
        (int exponent, int factor, _) = FindBest(statistics)!.Value;
        long[] integers = new long[statistics.Count];
        List<long> rows = [], bits = [];
        long filler = 0;
        for (int i = 0; i < integers.Length; i++)
        {
            if (TryEncode(statistics[i], exponent, factor, statistics.IsSingle, out integers[i]))
            {
                filler = integers[i];
                continue;
            }
            rows.Add(i);
            bits.Add(statistics.Bits[i]);
            // Repeats its neighbour, so that it widens no range and ends no run.
            integers[i] = filler;
        }
        if (rows.Count > 0 && rows[0] == 0) FillFront(integers, rows);
        target.WriteByte((byte)exponent);
        target.WriteByte((byte)factor);
        EncodingChooser.WriteIntegers(integers, context.Inner, target);
        target.WriteVarUInt64((ulong)rows.Count);
        EncodingChooser.WriteIntegers(rows.ToArray(), context.Inner with { Trace = null }, target);
        EncodingChooser.WriteIntegers(bits.ToArray(), context.Inner with { Trace = null }, target);
    }

    public FloatDecoder Open(ref NodeReader source, int count)
    {
        int exponent = source.Bytes.ReadByte(), factor = source.Bytes.ReadByte();
        source.Bytes.ThrowUnless(exponent <= MaxExponent && factor <= exponent, "exponent and factor");
        IntegerDecoder integers = EncodingRegistry.OpenIntegers(ref source, count);
        int exceptions = source.Bytes.ReadVarCount(count);
        long[] positions = EncodingRegistry.OpenIntegers(ref source, exceptions).DecodeAll();
        long[] bits = EncodingRegistry.OpenIntegers(ref source, exceptions).DecodeAll();
        ExceptionRows rows = ExceptionRows.Check(ref source, positions, count);
        return new Decoder(integers, Powers[factor], Inverses[exponent], rows, bits);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryEncode(double value, int exponent, int factor, bool isSingle, out long integer)
    {
        double scaled = Math.Round(value * Powers[exponent] * Inverses[factor]);
        integer = 0;
        if (!(Math.Abs(scaled) <= MaxInteger)) return false;
        integer = (long)scaled;
        double back = integer * Powers[factor] * Inverses[exponent];
        return isSingle
            ? BitConverter.SingleToInt32Bits((float)back) == BitConverter.SingleToInt32Bits((float)value)
            : BitConverter.DoubleToInt64Bits(back) == BitConverter.DoubleToInt64Bits(value);
    }

    /// <summary>Exceptions before the first good value take its integer.</summary>
    private static void FillFront(long[] integers, List<long> rows)
    {
        int first = 0;
        while (first < rows.Count && rows[first] == first) first++;
        if (first < integers.Length) integers.AsSpan(0, first).Fill(integers[first]);
    }

    /// <summary>
    /// The exponent and factor that take the fewest bytes on the sample; null when half of it are exceptions.
    /// </summary>
    private static (int Exponent, int Factor, long Bytes)? FindBest(FloatStatistics statistics)
    {
        double[] sample = statistics.Sample;
        if (sample.Length == 0) return null;
        double bestBits = double.PositiveInfinity;
        (int Exponent, int Factor) best = default;
        for (int exponent = MaxExponent; exponent >= 0; exponent--)
        {
            for (int factor = exponent; factor >= 0; factor--)
            {
                int exceptions = 0;
                long min = long.MaxValue, max = long.MinValue;
                foreach (double value in sample)
                {
                    if (TryEncode(value, exponent, factor, statistics.IsSingle, out long integer))
                    {
                        min = Math.Min(min, integer);
                        max = Math.Max(max, integer);
                    }
                    else if (++exceptions > sample.Length / 2)
                    {
                        break;
                    }
                }
                if (exceptions > sample.Length / 2) continue;
                double bits = Kernels.BitPacking.BitsFor((ulong)(max - min)) +
                    ((double)exceptions / sample.Length * (statistics.ValueBits + 16));
                if (bits >= bestBits) continue;
                bestBits = bits;
                best = (exponent, factor);
            }
        }
        if (double.IsInfinity(bestBits)) return null;
        return (best.Exponent, best.Factor, 24 + (long)(bestBits * statistics.Count / 8));
    }

    private sealed class Decoder(
        IntegerDecoder integers, double power, double inverse, ExceptionRows exceptions, long[] bits)
        : FloatDecoder(integers.Count)
    {
        public override long IndexBytes => integers.IndexBytes + exceptions.IndexBytes + (bits.Length * 8L);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, double* target)
        {
            // The integers lie where the doubles will.
            long* values = (long*)target;
            integers.Decode(first, count, (ulong)integers.Base, (byte*)values, sizeof(long));
            int i = 0;
            if (Vector512.IsHardwareAccelerated)
            {
                Vector512<double> up = Vector512.Create(power), down = Vector512.Create(inverse);
                for (; i <= count - 8; i += 8)
                {
                    (Vector512.ConvertToDouble(Vector512.Load(values + i)) * up * down).Store(target + i);
                }
            }
            for (; i < count; i++) target[i] = values[i] * power * inverse;
            (int start, int end) = exceptions.Find(first, count);
            for (i = start; i < end; i++) values[exceptions.Rows[i] - first] = bits[i];
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, float* target)
        {
            double[] wide = ArrayPool<double>.Shared.Rent(count);
            fixed (double* values = wide)
            {
                Decode(first, count, values);
                for (int i = 0; i < count; i++) target[i] = (float)values[i];
            }
            ArrayPool<double>.Shared.Return(wide);
            // The patches of the wide form were not doubles; here they are what they are.
            (int start, int end) = exceptions.Find(first, count);
            for (int i = start; i < end; i++) ((int*)target)[exceptions.Rows[i] - first] = (int)bits[i];
        }
    }
}

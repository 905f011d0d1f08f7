using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Offsets that have a common divisor are divided by it and encoded again.
/// <code>
///   bytes    field
///   varint   divisor, at least 2
///   node     quotient of each offset, not negative: value = base + divisor * quotient
/// </code>
/// Wins for whole hours kept in microseconds, prices in whole units kept in cents.
/// </summary>
internal sealed unsafe class ScaledEncoding : IIntegerEncoding
{
    public string Name => "scaled";

    public double CostFactor => 1.06;

    public long? EstimateBytes(IntegerStatistics statistics)
    {
        if (statistics.Divisor < 2) return null;
        ulong divisor = statistics.Divisor;
        return 12 + Math.Min(
            BitPacking.SizeBytes(statistics.Count, BitPacking.BitsFor(statistics.Range / divisor)),
            VectorFrames.EstimateBytes(
                statistics, 0, v => ((ulong)statistics.VectorMaxes[v] - (ulong)statistics.VectorMins[v]) / divisor));
    }

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        ulong divisor = statistics.Divisor;
        long[] quotients = new long[statistics.Count];
        ReadOnlySpan<long> values = statistics.Values;
        for (int i = 0; i < quotients.Length; i++)
        {
            quotients[i] = (long)(((ulong)values[i] - (ulong)statistics.Min) / divisor);
        }
        target.WriteVarUInt64(divisor);
        EncodingChooser.WriteIntegers(quotients, context.Inner, target);
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        ulong divisor = source.Bytes.ReadVarUInt64();
        source.Bytes.ThrowUnless(divisor >= 2, "divisor");
        return new Decoder(header, divisor, EncodingRegistry.OpenIntegers(ref source, header.Count));
    }

    private sealed class Decoder(in IntegerHeader header, ulong divisor, IntegerDecoder quotients)
        : IntegerDecoder(header)
    {
        public override long IndexBytes => quotients.IndexBytes;

        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            // Products wrap in the lane as the values do.
            quotients.Decode(first, count, (ulong)quotients.Base, (byte*)target, sizeof(T));
            ElementWise.Apply<T, Multiply<T>>(target, T.CreateTruncating(divisor), count, target);
            if (add != T.Zero) ElementWise.Apply<T, Add<T>>(target, add, count, target);
        }
    }
}

using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// The bit patterns of floats as integers.
/// <code>
///   bytes    field
///   node     IEEE 754 bits of each value; those of REAL sign-extended from 32 bits
/// </code>
/// So floats share the integers' constant, run-length, dictionary and sparse encodings; bit-packed to 64 bits it is the
/// plain form.
/// </summary>
internal sealed unsafe class FloatBitsEncoding : IFloatEncoding
{
    public string Name => "bits";

    public long? EstimateBytes(FloatStatistics statistics) =>
        (long)Math.Min(EncodingChooser.Choose(statistics.BitStatistics, 1).Cost, long.MaxValue / 2);

    public void Encode(FloatStatistics statistics, EncodingContext context, ByteWriter target) =>
        EncodingChooser.WriteIntegers(statistics.Bits, context.Inner, target);

    public FloatDecoder Open(ref NodeReader source, int count) =>
        new Decoder(EncodingRegistry.OpenIntegers(ref source, count));

    private sealed class Decoder(IntegerDecoder bits) : FloatDecoder(bits.Count)
    {
        public override long IndexBytes => bits.IndexBytes;

        public override bool IsConstant => bits.Bits == 0;

        public override void Decode(int first, int count, double* target) =>
            bits.Decode(first, count, (ulong)bits.Base, (byte*)target, sizeof(double));

        public override void Decode(int first, int count, float* target) =>
            bits.Decode(first, count, (ulong)bits.Base, (byte*)target, sizeof(float));
    }
}

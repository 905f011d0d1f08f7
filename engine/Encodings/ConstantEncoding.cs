using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// All values are equal: the base of the header says which, and there is no payload.
/// </summary>
internal sealed class ConstantEncoding : IIntegerEncoding
{
    public string Name => "constant";

    public double CostFactor => 0;

    public long? EstimateBytes(IntegerStatistics statistics) => statistics.Range == 0 ? 0 : null;

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        source.Bytes.ThrowUnless(header.Bits == 0, "bits of a constant");
        return new Decoder(header);
    }

    private sealed class Decoder(in IntegerHeader header) : IntegerDecoder(header)
    {
        protected override unsafe void DecodeLanes<T>(int first, int count, T add, T* target) =>
            new Span<T>(target, count).Fill(add);
    }
}

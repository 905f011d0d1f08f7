using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Offsets from the base (frame of reference), each in as many bits as the largest needs.
/// <code>
///   bytes           field
///   ceil(N*B/8)     offset of each of the N values, B = bits of the header, lowest bit first (see BitPacking)
/// </code>
/// The everyday encoding: decoding is a few instructions per 64 values, and 8, 16 and 32 bits are used where they lie.
/// </summary>
internal sealed unsafe class BitPackedEncoding : IIntegerEncoding
{
    public string Name => "bitpacked";

    public double CostFactor => 1;

    public long? EstimateBytes(IntegerStatistics statistics) => BitPacking.SizeBytes(statistics.Count, statistics.Bits);

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        Span<byte> packed = target.Append((int)BitPacking.SizeBytes(statistics.Count, statistics.Bits));
        BitPacking.Pack(statistics.Values, statistics.Min, statistics.Bits, packed);
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header) =>
        new Decoder(header, source.ReadPointer(BitPacking.SizeBytes(header.Count, header.Bits)));

    private sealed class Decoder(in IntegerHeader header, byte* packed) : IntegerDecoder(header)
    {
        public override byte* TryBorrow(int first, int laneBytes) =>
            Bits == laneBytes * 8 ? packed + ((long)first * laneBytes) : null;

        // The first value of a vector begins at a whole byte, since vectors are multiples of 64 values.
        protected override void DecodeLanes<T>(int first, int count, T add, T* target) =>
            BitPacking.Unpack(packed + ((long)first * Bits / 8), Bits, add, count, target);
    }
}

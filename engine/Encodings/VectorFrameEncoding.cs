using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Frame of reference per vector: each vector has a smallest value and a width of its own.
/// <code>
///   bytes           field
///   1               width of the frames, W
///   ceil(V*W/8)     frame of each of the V vectors: its smallest value less the base, packed
///   ...             widths and offsets from the frame (see VectorFrames)
/// </code>
/// Wins over one width for the block where values drift: dates of loaded days, growing ids, rare large values.
/// </summary>
internal sealed unsafe class VectorFrameEncoding : IIntegerEncoding
{
    public string Name => "frames";

    public double CostFactor => 1.02;

    public long? EstimateBytes(IntegerStatistics statistics) =>
        1 + BitPacking.SizeBytes(statistics.VectorCount, statistics.Bits) +
        VectorFrames.EstimateBytes(statistics, 0, v => Range(statistics, v));

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        int frameBits = statistics.VectorCount == 0 ? 0
            : BitPacking.BitsFor((ulong)statistics.VectorMins.Max() - (ulong)statistics.Min);
        target.WriteByte((byte)frameBits);
        VectorFrames.WriteVector(target, statistics.VectorMins, statistics.Min, frameBits);
        byte[] widths = VectorFrames.WriteWidths(target, statistics.VectorCount, v => Range(statistics, v));
        for (int v = 0; v < widths.Length; v++)
        {
            ReadOnlySpan<long> values = statistics.Values.Slice(v * context.VectorRows, statistics.RowsOf(v));
            VectorFrames.WriteVector(target, values, statistics.VectorMins[v], widths[v]);
        }
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        int vectors = source.VectorCount(header.Count);
        int width = source.Bytes.ReadByte();
        source.Bytes.ThrowUnless(width <= 64, "bit width");
        byte* packed = source.ReadPointer(BitPacking.SizeBytes(vectors, width));
        ulong[] frames = new ulong[vectors];
        fixed (ulong* target = frames) BitPacking.Unpack(packed, width, 0UL, vectors, target);
        return new Decoder(header, frames, VectorFrames.Read(ref source, header.Count, 0), source.VectorRows);
    }

    private static ulong Range(IntegerStatistics statistics, int vector) =>
        (ulong)statistics.VectorMaxes[vector] - (ulong)statistics.VectorMins[vector];

    private sealed class Decoder(in IntegerHeader header, ulong[] frames, VectorFrames packed, int vectorRows)
        : IntegerDecoder(header)
    {
        public override long IndexBytes => packed.IndexBytes + (frames.Length * 8L);

        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            for (int vector = first / vectorRows; count > 0; vector++)
            {
                int rows = Math.Min(vectorRows, count);
                packed.Unpack(vector, rows, unchecked(add + Lane.Truncate<T>(frames[vector])), target);
                target += rows;
                count -= rows;
            }
        }
    }
}

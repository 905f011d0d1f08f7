using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// The first value of each vector, and the differences between neighbours.
/// <code>
///   bytes           field
///   varint          smallest difference, zigzag
///   ceil(V*B/8)     first value of each of the V vectors less the base, packed; B = bits of the header
///   ...             widths, and differences less the smallest, n - 1 per vector of n rows (see VectorFrames)
/// </code>
/// Wins for sorted and slowly moving values. Sums run in lanes of the width that is asked for; they wrap alike.
/// </summary>
internal sealed unsafe class DeltaEncoding : IIntegerEncoding
{
    public string Name => "delta";

    public double CostFactor => 1.12;

    public long? EstimateBytes(IntegerStatistics statistics)
    {
        DeltaBounds deltas = statistics.Deltas;
        if (deltas.IsNone) return null;
        long smallest = deltas.Mins.Min();
        return 10 + BitPacking.SizeBytes(statistics.VectorCount, statistics.Bits) +
            VectorFrames.EstimateBytes(statistics, 1, v => (ulong)(deltas.Maxes[v] - smallest));
    }

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        DeltaBounds deltas = statistics.Deltas;
        ReadOnlySpan<long> values = statistics.Values;
        long smallest = deltas.Mins.Min();
        target.WriteVarInt64(smallest);
        long[] firsts = new long[statistics.VectorCount];
        for (int v = 0; v < firsts.Length; v++) firsts[v] = values[v * context.VectorRows];
        VectorFrames.WriteVector(target, firsts, statistics.Min, statistics.Bits);
        byte[] widths = VectorFrames.WriteWidths(target, firsts.Length, v => (ulong)(deltas.Maxes[v] - smallest));
        long[] differences = new long[context.VectorRows];
        for (int v = 0; v < widths.Length; v++)
        {
            ReadOnlySpan<long> vector = values.Slice(v * context.VectorRows, statistics.RowsOf(v));
            for (int i = 1; i < vector.Length; i++) differences[i - 1] = vector[i] - vector[i - 1];
            VectorFrames.WriteVector(target, differences.AsSpan(0, vector.Length - 1), smallest, widths[v]);
        }
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        long smallest = source.Bytes.ReadVarInt64();
        int vectors = source.VectorCount(header.Count);
        byte* packed = source.ReadPointer(BitPacking.SizeBytes(vectors, header.Bits));
        ulong[] firsts = new ulong[vectors];
        fixed (ulong* target = firsts) BitPacking.Unpack(packed, header.Bits, 0UL, vectors, target);
        return new Decoder(
            header, (ulong)smallest, firsts, VectorFrames.Read(ref source, header.Count, 1), source.VectorRows);
    }

    private sealed class Decoder(
        in IntegerHeader header, ulong smallest, ulong[] firsts, VectorFrames packed, int vectorRows)
        : IntegerDecoder(header)
    {
        public override long IndexBytes => packed.IndexBytes + (firsts.Length * 8L);

        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            for (int vector = first / vectorRows; count > 0; vector++)
            {
                int rows = Math.Min(vectorRows, count);
                packed.Unpack(vector, rows - 1, Lane.Truncate<T>(smallest), target);
                PrefixSum.ApplyExclusive(target, rows, unchecked(add + Lane.Truncate<T>(firsts[vector])));
                target += rows;
                count -= rows;
            }
        }
    }
}

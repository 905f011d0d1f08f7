using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// The first two values of each vector, and how the differences between neighbours change.
/// <code>
///   bytes           field
///   varint          smallest change of a difference, zigzag
///   V x 8           first value of each of the V vectors less the base
///   V x 8           first difference of each vector, signed; 0 where it has one row
///   ...             widths, and changes less the smallest, n - 2 per vector of n rows (see VectorFrames)
/// </code>
/// Wins for clocks that tick evenly: timestamps of sensors and logs (Gorilla, Pelkonen et al. 2015, without its bit
/// codes).
/// </summary>
internal sealed unsafe class DeltaOfDeltaEncoding : IIntegerEncoding
{
    public string Name => "delta2";

    public double CostFactor => 1.2;

    public long? EstimateBytes(IntegerStatistics statistics)
    {
        DeltaBounds changes = statistics.SecondDeltas;
        if (changes.IsNone || statistics.VectorRows < 2) return null;
        long smallest = changes.Mins.Min();
        return 10 + (statistics.VectorCount * 16L) +
            VectorFrames.EstimateBytes(statistics, 2, v => (ulong)(changes.Maxes[v] - smallest));
    }

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        DeltaBounds changes = statistics.SecondDeltas;
        ReadOnlySpan<long> values = statistics.Values;
        long smallest = changes.Mins.Min();
        target.WriteVarInt64(smallest);
        for (int v = 0; v < statistics.VectorCount; v++)
        {
            target.WriteInt64(values[v * context.VectorRows] - statistics.Min);
        }
        for (int v = 0; v < statistics.VectorCount; v++)
        {
            int first = v * context.VectorRows;
            target.WriteInt64(statistics.RowsOf(v) > 1 ? values[first + 1] - values[first] : 0);
        }
        byte[] widths = VectorFrames.WriteWidths(
            target, statistics.VectorCount, v => (ulong)(changes.Maxes[v] - smallest));
        long[] differences = new long[context.VectorRows];
        for (int v = 0; v < widths.Length; v++)
        {
            ReadOnlySpan<long> vector = values.Slice(v * context.VectorRows, statistics.RowsOf(v));
            for (int i = 2; i < vector.Length; i++)
            {
                differences[i - 2] = vector[i] - (2 * vector[i - 1]) + vector[i - 2];
            }
            VectorFrames.WriteVector(
                target, differences.AsSpan(0, Math.Max(0, vector.Length - 2)), smallest, widths[v]);
        }
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        long smallest = source.Bytes.ReadVarInt64();
        int vectors = source.VectorCount(header.Count);
        long[] firsts = source.Bytes.ReadInt64s(vectors).ToArray();
        long[] differences = source.Bytes.ReadInt64s(vectors).ToArray();
        VectorFrames packed = VectorFrames.Read(ref source, header.Count, 2);
        return new Decoder(header, smallest, firsts, differences, packed, source.VectorRows);
    }

    private sealed class Decoder(
        in IntegerHeader header, long smallest, long[] firsts, long[] differences, VectorFrames packed, int vectorRows)
        : IntegerDecoder(header)
    {
        public override long IndexBytes => packed.IndexBytes + (firsts.Length * 16L);

        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            for (int vector = first / vectorRows; count > 0; vector++)
            {
                int rows = Math.Min(vectorRows, count);
                // Changes sum to differences, differences to values.
                packed.Unpack(vector, Math.Max(0, rows - 2), Lane.Truncate<T>((ulong)smallest), target);
                PrefixSum.ApplyExclusive(target, rows - 1, Lane.Truncate<T>((ulong)differences[vector]));
                PrefixSum.ApplyExclusive(target, rows, unchecked(add + Lane.Truncate<T>((ulong)firsts[vector])));
                target += rows;
                count -= rows;
            }
        }
    }
}

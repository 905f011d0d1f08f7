using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// One value for almost all rows, and the rows that differ.
/// <code>
///   bytes    field
///   varint   the frequent value less the base
///   varint   rows that differ, E
///   node     their row numbers, E ascending integers
///   node     their values, E integers
/// </code>
/// Wins for flags and amounts that are nearly always 0.
/// </summary>
internal sealed unsafe class SparseEncoding : IIntegerEncoding
{
    public string Name => "sparse";

    public double CostFactor => 1.05;

    public long? EstimateBytes(IntegerStatistics statistics)
    {
        (_, int count) = statistics.Mode;
        int exceptions = statistics.Count - count;
        if (exceptions > statistics.Count / 8 || statistics.Range == 0) return null;
        // A row number costs about the bits of the gap before it and two more.
        int gapBits = BitPacking.BitsFor((ulong)(statistics.Count / (exceptions + 1))) + 2;
        return 30 + ((long)exceptions * (statistics.Bits + gapBits) / 8);
    }

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        (long mode, int count) = statistics.Mode;
        long[] rows = new long[statistics.Count - count], exceptions = new long[rows.Length];
        ReadOnlySpan<long> values = statistics.Values;
        int n = 0;
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] == mode) continue;
            rows[n] = i;
            exceptions[n++] = values[i];
        }
        target.WriteVarUInt64((ulong)mode - (ulong)statistics.Min);
        target.WriteVarUInt64((ulong)rows.Length);
        EncodingChooser.WriteIntegers(rows, context.Inner, target);
        EncodingChooser.WriteIntegers(exceptions, context.Inner, target);
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        ulong mode = source.Bytes.ReadVarUInt64();
        int count = source.Bytes.ReadVarCount(header.Count);
        long[] positions = EncodingRegistry.OpenIntegers(ref source, count).DecodeAll();
        long[] values = EncodingRegistry.OpenIntegers(ref source, count).DecodeAll();
        ExceptionRows rows = ExceptionRows.Check(ref source, positions, header.Count);
        for (int i = 0; i < count; i++) values[i] -= header.Base;
        return new Decoder(header, mode, rows, values);
    }

    private sealed class Decoder(in IntegerHeader header, ulong mode, ExceptionRows exceptions, long[] offsets)
        : IntegerDecoder(header)
    {
        public override long IndexBytes => exceptions.IndexBytes + (offsets.Length * 8L);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            new Span<T>(target, count).Fill(unchecked(add + Lane.Truncate<T>(mode)));
            (int start, int end) = exceptions.Find(first, count);
            ReadOnlySpan<int> rows = exceptions.Rows.AsSpan(start, end - start);
            ReadOnlySpan<long> values = offsets.AsSpan(start, end - start);
            // Rows were checked to lie in the block; those found lie in the range.
            for (int i = 0; i < rows.Length; i++)
            {
                target[rows[i] - first] = unchecked(add + Lane.Truncate<T>((ulong)values[i]));
            }
        }
    }
}

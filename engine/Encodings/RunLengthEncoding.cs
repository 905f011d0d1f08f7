using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Writes each run of equal values once, with its length.
/// <code>
///   bytes    field
///   varint   run count, R
///   node     value of each run, R integers
///   node     length of each run, R integers; they add up to the row count
/// </code>
/// Wins when runs are long: sorted keys, status columns. Filters test a run once.
/// </summary>
internal sealed unsafe class RunLengthEncoding : IIntegerEncoding
{
    public string Name => "runs";

    public double CostFactor => 1.05;

    public long? EstimateBytes(IntegerStatistics statistics)
    {
        // Shorter runs decode slower than they save.
        if (statistics.Count == 0 || statistics.RunCount > statistics.Count / 4) return null;
        long lengthBits = BitOperations.Log2((uint)(statistics.Count / statistics.RunCount)) + 2;
        return 20 + (statistics.RunCount * (statistics.Bits + lengthBits) / 8);
    }

    public void Encode(IntegerStatistics statistics, EncodingContext context, ByteWriter target)
    {
        long[] runValues = new long[statistics.RunCount], lengths = new long[statistics.RunCount];
        ReadOnlySpan<long> values = statistics.Values;
        int run = -1;
        for (int i = 0; i < values.Length; i++)
        {
            if (i == 0 || values[i] != values[i - 1]) runValues[++run] = values[i];
            lengths[run]++;
        }
        target.WriteVarUInt64((ulong)runValues.Length);
        EncodingChooser.WriteIntegers(runValues, context.Inner, target);
        EncodingChooser.WriteIntegers(lengths, context.Inner, target);
    }

    public IntegerDecoder Open(ref NodeReader source, in IntegerHeader header)
    {
        int runs = source.Bytes.ReadVarCount(header.Count);
        long[] values = EncodingRegistry.OpenIntegers(ref source, runs).DecodeAll();
        long[] lengths = EncodingRegistry.OpenIntegers(ref source, runs).DecodeAll();
        int[] ends = new int[runs];
        long end = 0;
        for (int run = 0; run < runs; run++)
        {
            source.Bytes.ThrowUnless(lengths[run] > 0 && lengths[run] <= header.Count - end, "run length");
            end += lengths[run];
            ends[run] = (int)end;
        }
        source.Bytes.ThrowUnless(end == header.Count, "runs do not add up to the row count");
        int[] starts = new int[source.VectorCount(header.Count)];
        for (int run = 0, vector = 0; vector < starts.Length; vector++)
        {
            while (ends[run] <= vector * source.VectorRows) run++;
            starts[vector] = run;
        }
        for (int run = 0; run < runs; run++) values[run] -= header.Base;
        return new Decoder(header, values, ends, starts, source.VectorRows);
    }

    private sealed class Decoder(in IntegerHeader header, long[] offsets, int[] ends, int[] starts, int vectorRows)
        : IntegerDecoder(header), IRunDecoder
    {
        public override long IndexBytes => (ends.Length * 12L) + (starts.Length * 4L);

        public int FindRun(int row) => starts[row / vectorRows];

        public int GetRunEnd(int run) => ends[run];

        public long GetRunValue(int run) => Base + offsets[run];

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            T* stop = target + count;
            int row = first, last = first + count;
            for (int run = FindRun(first); row < last; run++)
            {
                int length = Math.Min(ends[run], last) - row;
                T value = unchecked(add + Lane.Truncate<T>((ulong)offsets[run]));
                if (Vector256<T>.Count + (long)length <= stop - target && length <= 64)
                {
                    // Whole stores: what they write too much is the next run's, or overwritten by it.
                    Vector256<T> all = Vector256.Create(value);
                    for (int i = 0; i < length; i += Vector256<T>.Count) all.Store(target + i);
                }
                else
                {
                    new Span<T>(target, length).Fill(value);
                }
                target += length;
                row += length;
            }
        }
    }
}

/// <summary>A stream that knows its runs, so that a filter looks at each once.</summary>
internal interface IRunDecoder
{
    /// <summary>The run with a row that is the first of a vector.</summary>
    int FindRun(int row);

    /// <summary>The row after the run's last.</summary>
    int GetRunEnd(int run);

    /// <summary>The run's value.</summary>
    long GetRunValue(int run);
}

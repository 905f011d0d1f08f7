using System.Numerics;
using ColFrag.Engine.Bytes;

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
        return new Decoder(header, values, ends);
    }

    private sealed class Decoder(in IntegerHeader header, long[] values, int[] ends)
        : IntegerDecoder(header), IRunDecoder
    {
        public override long IndexBytes => ends.Length * 12L;

        public int FindRun(int row)
        {
            int at = Array.BinarySearch(ends, row);
            // Run r holds the rows below ends[r]: an exact hit is the run after.
            return at >= 0 ? at + 1 : ~at;
        }

        public int GetRunEnd(int run) => ends[run];

        public long GetRunValue(int run) => values[run];

        protected override void DecodeLanes<T>(int first, int count, T add, T* target)
        {
            int last = first + count;
            for (int run = FindRun(first); first < last; run++)
            {
                int end = Math.Min(ends[run], last);
                T value = unchecked(add + T.CreateTruncating(values[run] - Base));
                int length = end - first;
                if (length <= 16)
                {
                    // A short run is written in place: calling fill costs more than the run.
                    for (int i = 0; i < length; i++) target[i] = value;
                }
                else
                {
                    new Span<T>(target, length).Fill(value);
                }
                target += length;
                first = end;
            }
        }
    }
}

/// <summary>A stream that knows its runs, so that a filter looks at each once.</summary>
internal interface IRunDecoder
{
    /// <summary>The run with a row.</summary>
    int FindRun(int row);

    /// <summary>The row after the run's last.</summary>
    int GetRunEnd(int run);

    /// <summary>The run's value.</summary>
    long GetRunValue(int run);
}

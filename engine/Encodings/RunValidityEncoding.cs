using System.Numerics;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Kernels;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// Lengths of the runs of rows with and without a value, in turn.
/// <code>
///   bytes    field
///   varint   run count, R
///   node     length of each run; the first has values and may be empty, the others may not; they add up to N
/// </code>
/// Wins over a bitmap when NULLs come together, or hardly ever.
/// </summary>
internal sealed unsafe class RunValidityEncoding : IValidityEncoding
{
    public string Name => "null-runs";

    /// <summary>True when runs take fewer bytes than a bitmap: a length takes about two.</summary>
    public static bool Pays(ulong* validity, int count) => CountChanges(validity, count) < count / 32;

    public void Encode(ulong* validity, int count, EncodingContext context, ByteWriter target)
    {
        List<long> lengths = [];
        bool isValid = true;
        int start = 0;
        for (int row = 0; row < count; row++)
        {
            if (Bitmap.IsSet(validity, row) == isValid) continue;
            lengths.Add(row - start);
            start = row;
            isValid = !isValid;
        }
        lengths.Add(count - start);
        target.WriteVarUInt64((ulong)lengths.Count);
        EncodingChooser.WriteIntegers(lengths.ToArray(), context.Inner, target);
    }

    public ValidityDecoder Open(ref NodeReader source, int count)
    {
        int runs = source.Bytes.ReadVarCount(count + 1);
        long[] lengths = EncodingRegistry.OpenIntegers(ref source, runs).DecodeAll();
        int[] ends = new int[runs];
        long end = 0;
        for (int run = 0; run < runs; run++)
        {
            source.Bytes.ThrowUnless(
                lengths[run] >= (run == 0 ? 0 : 1) && lengths[run] <= count - end, "length of a run of NULLs");
            end += lengths[run];
            ends[run] = (int)end;
        }
        source.Bytes.ThrowUnless(end == count, "runs of NULLs do not add up to the row count");
        return new Decoder(ends);
    }

    private static int CountChanges(ulong* validity, int count)
    {
        int changes = 0;
        ulong previous = 1;
        for (int first = 0; first < count; first += 64)
        {
            int n = Math.Min(64, count - first);
            ulong word = validity[first >> 6];
            ulong keep = n == 64 ? ulong.MaxValue : (1UL << n) - 1;
            changes += BitOperations.PopCount((word ^ (word << 1 | previous)) & keep);
            previous = word >> 63;
        }
        return changes;
    }

    private sealed class Decoder(int[] ends) : ValidityDecoder
    {
        public override long IndexBytes => ends.Length * 4L;

        public override void Decode(int first, int count, ulong* words)
        {
            Bitmap.Clear(words, count);
            int last = first + count;
            int at = Array.BinarySearch(ends, first);
            int run = at >= 0 ? at + 1 : ~at;
            for (int row = first; row < last; run++)
            {
                // The first run may be empty; then its end is hit exactly and it is passed over.
                int end = Math.Min(ends[run], last);
                if ((run & 1) == 0) SetRange(words, row - first, end - first);
                row = end;
            }
        }

        private static void SetRange(ulong* words, int from, int to)
        {
            while (from < to)
            {
                int bit = from & 63;
                int n = Math.Min(64 - bit, to - from);
                words[from >> 6] |= (n == 64 ? ulong.MaxValue : (1UL << n) - 1) << bit;
                from += n;
            }
        }
    }
}

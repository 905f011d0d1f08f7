using System.Buffers;
using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// 128-bit integers as their upper and their lower halves.
/// <code>
///   bytes    field
///   node     upper 64 bits of each value, integers
///   node     lower 64 bits of each value, as signed integers
/// </code>
/// For UUIDs and sums that really need the width.
/// </summary>
internal sealed unsafe class WideSplitEncoding : IWideEncoding
{
    public string Name => "split128";

    public long? EstimateBytes(WideStatistics statistics) => 16L * statistics.Count;

    public void Encode(WideStatistics statistics, EncodingContext context, ByteWriter target)
    {
        long[] halves = new long[statistics.Count];
        ReadOnlySpan<Int128> values = statistics.Values;
        for (int i = 0; i < halves.Length; i++) halves[i] = (long)(values[i] >> 64);
        EncodingChooser.WriteIntegers(halves, context.Inner, target);
        for (int i = 0; i < halves.Length; i++) halves[i] = (long)(ulong)(values[i] & ulong.MaxValue);
        EncodingChooser.WriteIntegers(halves, context.Inner, target);
    }

    public WideDecoder Open(ref NodeReader source, int count)
    {
        IntegerDecoder upper = EncodingRegistry.OpenIntegers(ref source, count);
        return new Decoder(count, upper, EncodingRegistry.OpenIntegers(ref source, count));
    }

    private sealed class Decoder(int count, IntegerDecoder upper, IntegerDecoder lower) : WideDecoder(count)
    {
        public override long IndexBytes => upper.IndexBytes + lower.IndexBytes;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, Int128* target)
        {
            long[] lows = ArrayPool<long>.Shared.Rent(count);
            // The upper halves lie in the second half of the target: value i is written where halves below i lay.
            ulong* highs = (ulong*)target + count;
            upper.Decode(first, count, (ulong)upper.Base, (byte*)highs, sizeof(ulong));
            fixed (long* low = lows)
            {
                lower.Decode(first, count, (ulong)lower.Base, (byte*)low, sizeof(ulong));
                for (int i = 0; i < count; i++) target[i] = new Int128(highs[i], (ulong)low[i]);
            }
            ArrayPool<long>.Shared.Return(lows);
        }
    }
}

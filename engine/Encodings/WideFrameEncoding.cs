using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// 128-bit integers that lie within 63 bits of each other.
/// <code>
///   bytes    field
///   16       base: the smallest value
///   node     offset of each value from the base, integers that are not negative
/// </code>
/// Wide decimals and HUGEINT hold small numbers most of the time; then they are as fast as any integer.
/// </summary>
internal sealed unsafe class WideFrameEncoding : IWideEncoding
{
    public string Name => "frame128";

    public long? EstimateBytes(WideStatistics statistics)
    {
        if (statistics.Range > long.MaxValue) return null;
        return 16 + (((long)(128 - (int)UInt128.LeadingZeroCount(statistics.Range)) * statistics.Count) / 8);
    }

    public void Encode(WideStatistics statistics, EncodingContext context, ByteWriter target)
    {
        long[] offsets = new long[statistics.Count];
        ReadOnlySpan<Int128> values = statistics.Values;
        for (int i = 0; i < offsets.Length; i++) offsets[i] = (long)(values[i] - statistics.Min);
        target.WriteInt128(statistics.Min);
        EncodingChooser.WriteIntegers(offsets, context.Inner, target);
    }

    public WideDecoder Open(ref NodeReader source, int count)
    {
        Int128 smallest = source.Bytes.ReadInt128();
        IntegerDecoder offsets = EncodingRegistry.OpenIntegers(ref source, count);
        source.Bytes.ThrowUnless(offsets.Base >= 0 && offsets.Bits <= 63, "offsets of 128-bit integers");
        return new Decoder(count, smallest, offsets);
    }

    private sealed class Decoder(int count, Int128 smallest, IntegerDecoder offsets) : WideDecoder(count)
    {
        public override long IndexBytes => offsets.IndexBytes;

        public override Int128 Base => smallest + offsets.Base;

        public override IntegerDecoder Narrow => offsets;

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, Int128* target)
        {
            // The upper half of the target holds the offsets until they are widened from the front.
            ulong* narrow = (ulong*)target + count;
            offsets.Decode(first, count, 0, (byte*)narrow, sizeof(ulong));
            Int128 add = Base;
            for (int i = 0; i < count; i++) target[i] = add + narrow[i];
        }
    }
}

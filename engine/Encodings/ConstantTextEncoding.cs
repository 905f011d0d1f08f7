using ColFrag.Engine.Bytes;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// All texts are the same.
/// <code>
///   bytes    field
///   varint   length
///   ...      the text
/// </code>
/// </summary>
internal sealed unsafe class ConstantTextEncoding : ITextEncoding
{
    public string Name => "constant";

    public double CostFactor => 0;

    public long? EstimateBytes(TextStatistics statistics) => statistics.IsConstant ? statistics.MaxLength : null;

    public void Encode(TextStatistics statistics, EncodingContext context, ByteWriter target)
    {
        ReadOnlySpan<byte> text = statistics.Count == 0 ? default : statistics.Values[0].Span;
        target.WriteVarUInt64((ulong)text.Length);
        target.WriteBytes(text);
    }

    public TextDecoder Open(ref NodeReader source, int count)
    {
        int length = source.Bytes.ReadVarCount(int.MaxValue);
        return new Decoder(count, source.ReadPointer(length), length, source.Block);
    }

    private sealed class Decoder(int count, byte* text, int length, NativeBuffer block) : TextDecoder(count)
    {
        public override bool IsConstant => true;

        public override void Decode(int first, int count, ulong* mask, Utf8View* target, TextHeap heap)
        {
            heap.Keep(block);
            new Span<Utf8View>(target, count).Fill(new Utf8View(text, length));
        }

        public override bool TryMeasure(int first, int count, TextMeasure measure, int* lengths, out bool isAscii)
        {
            isAscii = System.Text.Ascii.IsValid(new ReadOnlySpan<byte>(text, length));
            new Span<int>(lengths, count).Fill(TextMeasurer.Of(new Utf8View(text, length), measure));
            return true;
        }
    }
}

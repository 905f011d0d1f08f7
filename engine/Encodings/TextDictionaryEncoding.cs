using System.Runtime.CompilerServices;
using ColFrag.Engine.Bytes;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Encodings;

/// <summary>
/// The distinct texts of a block, in byte order, and for each row the index of its text.
/// <code>
///   bytes    field
///   varint   distinct texts, D
///   node     the D texts
///   node     code of each row, 0 to D - 1
/// </code>
/// For texts that repeat within a block though the segment has too many for a dictionary of its own, and inside lists.
/// </summary>
internal sealed unsafe class TextDictionaryEncoding : ITextEncoding
{
    public string Name => "block-dictionary";

    public double CostFactor => 1.05;

    public long? EstimateBytes(TextStatistics statistics)
    {
        if (statistics.Count < 64 || statistics.DistinctShare > 0.7) return null;
        if (statistics.Distinct is not { } distinct) return null;
        double ratio = Math.Min(1, statistics.FsstRatio);
        return 40 + (long)(distinct.Bytes * ratio) + distinct.Count +
            (statistics.Count * (long)Kernels.BitPacking.BitsFor((ulong)distinct.Count) / 8);
    }

    public void Encode(TextStatistics statistics, EncodingContext context, ByteWriter target)
    {
        DistinctTexts distinct = statistics.Distinct!;
        target.WriteVarUInt64((ulong)distinct.Count);
        fixed (Utf8View* values = distinct.Sorted)
        {
            EncodingChooser.WriteTexts(
                new TextStatistics(values, distinct.Count, context.VectorRows), context.Inner, target);
        }
        EncodingChooser.WriteIntegers(distinct.Codes, context.Inner, target);
    }

    public TextDecoder Open(ref NodeReader source, int count)
    {
        int distinct = source.Bytes.ReadVarCount(count);
        source.Bytes.ThrowUnless(distinct > 0 || count == 0, "empty dictionary");
        TextDecoder texts = EncodingRegistry.OpenTexts(ref source, distinct);
        IntegerDecoder codes = EncodingRegistry.OpenIntegers(ref source, count);
        source.Bytes.ThrowUnless(CodeBatch.Fit(codes, uint.MaxValue), "dictionary codes");
        return new Decoder(texts, codes, source);
    }

    private sealed class Decoder(TextDecoder texts, IntegerDecoder codes, NodeReader source) : TextDecoder(codes.Count)
    {
        private readonly NativeBuffer _block = source.Block;
        private readonly MemoryAccount _account = source.Account;
        private readonly string _name = source.Bytes.Name;
        private readonly long _offset = source.Bytes.Offset;

        // Decoded once, when first used; a vector of its own that rows' views point into.
        private volatile DecodedTexts? _decoded;

        public override long IndexBytes => texts.IndexBytes + codes.IndexBytes + (texts.Count * 16L);

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public override void Decode(int first, int count, ulong* mask, Utf8View* target, TextHeap heap)
        {
            DecodedTexts decoded = _decoded ??= new DecodedTexts(texts, account: _account);
            heap.Keep(_block);
            decoded.Keep(heap);
            uint* batch = stackalloc uint[CodeBatch.Rows];
            for (int done = 0; done < count; done += CodeBatch.Rows)
            {
                int rows = Math.Min(CodeBatch.Rows, count - done);
                CodeBatch.Decode(codes, first + done, rows, texts.Count, batch, _name, _offset);
                for (int i = 0; i < rows; i++) target[done + i] = decoded.Views[batch[i]];
            }
        }
    }
}

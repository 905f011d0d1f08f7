using ColFrag.Engine.Encodings;
using ColFrag.Engine.Filters;
using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Texts or blobs that are not in the segment's dictionary.
/// <code>
///   bytes    field
///   node     text of each row, texts; empty where NULL
/// </code>
/// </summary>
internal sealed unsafe class TextBlock(ValidityDecoder validity, int rowCount, TextDecoder values)
    : BlockDecoder(validity, rowCount)
{
    public override long IndexBytes => base.IndexBytes + values.IndexBytes;

    /// <summary>Opens the values.</summary>
    public static TextBlock Open(ref NodeReader source, ValidityDecoder validity, int rowCount) =>
        new(validity, rowCount, EncodingRegistry.OpenTexts(ref source, rowCount));

    /// <inheritdoc/>
    public override bool TryFilter(ScanFilter filter, int first, int count, ulong* mask)
    {
        if (base.TryFilter(filter, first, count, mask)) return true;
        bool isEqual = filter is TextRangeFilter { EqualTo: not null };
        byte[]? text = ((isEqual ? filter : (filter as NotFilter)?.Inner) as TextRangeFilter)?.EqualTo;
        if (text is null || values is not ITextEqualityDecoder codes) return false;
        ulong* equal = stackalloc ulong[Batch.MaxRows / 64];
        Bitmap.Fill(equal, count);
        if (!codes.TryAndEqual(first, count, text, equal)) return false;
        if (isEqual) Bitmap.And(mask, equal, count);
        else Bitmap.AndNot(mask, equal, count);
        AndValid(first, count, mask);
        return true;
    }

    protected override bool TryMeasureTexts(int first, int count, TextMeasure measure, int* lengths) =>
        values.TryMeasure(first, count, measure, lengths, out _);

    protected override void ReadValues(
        int first, int count, ulong* mask, bool hasNulls, ColumnVector target, BlockReadContext context)
    {
        bool isConstant = values.IsConstant && !hasNulls;
        if (isConstant) target.ResetConstant(count);
        else target.ResetFlat(Capacity(count));
        context.Heap.Begin(target);
        values.Decode(first, isConstant ? 1 : count, isConstant ? null : mask, (Utf8View*)target.Data, context.Heap);
    }
}

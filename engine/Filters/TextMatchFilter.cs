using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>Any condition on one text.</summary>
internal sealed unsafe class TextMatchFilter(int column, TextPredicate predicate) : ScanFilter(column)
{
    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        Utf8View* texts = (Utf8View*)values.Data;
        for (int i = 0; i < count; i++)
        {
            if (Kernels.Bitmap.IsSet(mask, i) && !predicate(texts[i].Span)) mask[i >> 6] &= ~(1UL << i);
        }
    }
}

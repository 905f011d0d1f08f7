using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Filters;

/// <summary>
/// Any condition on one text. Where every text that passes has certain bytes in it, these are looked for first, in all
/// texts at once.
/// </summary>
internal sealed unsafe class TextMatchFilter(int column, TextPredicate predicate, byte[]? literal = null)
    : ScanFilter(column)
{
    private readonly TextContainsFilter? _hasLiteral =
        literal is { Length: > 1 } ? new TextContainsFilter(column, literal) : null;

    private protected override ZoneMatch CheckBounds(in ZoneRange zone) => ZoneMatch.Some;

    private protected override void AndValues(ColumnVector values, int count, ulong* mask)
    {
        _hasLiteral?.AndElements(values, count, mask);
        Utf8View* texts = (Utf8View*)values.Data;
        for (int i = 0; i < count; i++)
        {
            if (mask[i >> 6] == 0) i |= 63;
            else if (Kernels.Bitmap.IsSet(mask, i) && !predicate(texts[i].Span)) mask[i >> 6] &= ~(1UL << i);
        }
    }
}

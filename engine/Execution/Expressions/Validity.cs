using ColFrag.Engine.Kernels;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>Validity of results that are NULL where an operand is.</summary>
internal static unsafe class Validity
{
    /// <summary>True for a constant NULL: the result is NULL in every row.</summary>
    public static bool IsAllNull(this ColumnVector vector) => vector.IsConstant && !vector.IsValid(0);

    /// <summary>Gives the result the rows that both operands have; neither is a constant NULL.</summary>
    public static void Both(ColumnVector left, ColumnVector right, int count, ColumnVector result)
    {
        ulong* first = WordsOf(left);
        ulong* second = WordsOf(right);
        if (first is null && second is null) return;
        ulong* words = result.BeginValidity(Math.Max(count, 1));
        RowMask.FillOnes(words, count);
        if (first is not null) Bitmap.And(words, first, count);
        if (second is not null) Bitmap.And(words, second, count);
    }

    /// <summary>Gives the result the rows that the operand has; it is no constant NULL.</summary>
    public static void Same(ColumnVector operand, int count, ColumnVector result)
    {
        ulong* words = WordsOf(operand);
        if (words is null) return;
        new ReadOnlySpan<ulong>(words, Bitmap.WordCount(count))
            .CopyTo(new Span<ulong>(result.BeginValidity(Math.Max(count, 1)), Bitmap.WordCount(count)));
    }

    /// <summary>Clears the bits of rows without a value.</summary>
    public static void AndValid(this RowMask mask, ColumnVector vector)
    {
        if (vector.IsAllNull() || vector.Type.Kind == Types.TypeKind.Null) mask.ClearAll(mask.Count);
        else if (WordsOf(vector) is var words && words is not null) mask.And(words);
    }

    /// <summary>Clears the bits of rows with a value.</summary>
    public static void AndNull(this RowMask mask, ColumnVector vector)
    {
        if (vector.IsAllNull() || vector.Type.Kind == Types.TypeKind.Null) return;
        ulong* words = WordsOf(vector);
        if (words is null) mask.ClearAll(mask.Count);
        else Bitmap.AndNot(mask.Words, words, mask.Count);
    }

    /// <summary>A bit per row, or null when every row has a value.</summary>
    private static ulong* WordsOf(ColumnVector vector) => vector.IsConstant ? null : vector.Validity;
}

using System.Numerics;
using ColFrag.Engine.Functions.Text;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Expressions;

/// <summary>
/// x [NOT] LIKE pattern where the pattern comes from the row; equal patterns in a row are made ready once.
/// </summary>
internal sealed unsafe class LikeMask(
    Like expression, bool wanted, ScalarEvaluator operand, ScalarEvaluator pattern) : MaskExpression
{
    private LikePattern? _pattern;
    private byte[] _patternBytes = [];

    public override void AndInto(Batch batch, RowMask mask)
    {
        ColumnVector texts = operand.Evaluate(batch, mask);
        ColumnVector patterns = pattern.Evaluate(batch, mask);
        mask.AndValid(texts);
        mask.AndValid(patterns);
        for (int w = 0; w < mask.WordCount; w++)
        {
            for (ulong word = mask.Words[w]; word != 0; word &= word - 1)
            {
                int bit = BitOperations.TrailingZeroCount(word);
                int row = (w << 6) + bit;
                ReadOnlySpan<byte> bytes = patterns.GetUtf8(row).Span;
                if (_pattern is null || !bytes.SequenceEqual(_patternBytes))
                {
                    _patternBytes = bytes.ToArray();
                    _pattern = LikePattern.Compile(bytes, expression.Escape, expression.IsCaseInsensitive);
                }
                if (_pattern.IsMatch(texts.GetUtf8(row).Span) != wanted) mask.Words[w] &= ~(1UL << bit);
            }
        }
    }
}

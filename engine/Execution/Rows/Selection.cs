using System.Numerics;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Execution.Rows;

/// <summary>Row numbers of masks, as 32-bit integers.</summary>
internal static unsafe class Selection
{
    /// <summary>Writes the numbers of the selected rows in order; returns how many.</summary>
    public static int Write(RowMask mask, int* rows)
    {
        int n = 0;
        int words = mask.WordCount;
        for (int w = 0; w < words; w++)
        {
            ulong word = mask.Words[w];
            int firstRow = w << 6;
            while (word != 0)
            {
                rows[n++] = firstRow + BitOperations.TrailingZeroCount(word);
                word &= word - 1;
            }
        }
        return n;
    }
}

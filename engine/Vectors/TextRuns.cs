namespace ColFrag.Engine.Vectors;

/// <summary>The bytes of texts one behind the other.</summary>
internal static unsafe class TextRuns
{
    /// <summary>Bytes of all texts.</summary>
    public static long TotalLength(Utf8View* texts, int count)
    {
        long total = 0;
        for (int i = 0; i < count; i++) total += texts[i].Length;
        return total;
    }

    /// <summary>
    /// Copies the texts to where there is room for all; those that lie one behind the other go in one piece.
    /// </summary>
    public static void Copy(Utf8View* texts, int count, byte* target)
    {
        byte* run = null;
        long runLength = 0;
        for (int i = 0; i < count; i++)
        {
            int length = texts[i].Length;
            if (length == 0) continue;
            if (texts[i].Pointer != run + runLength)
            {
                Buffer.MemoryCopy(run, target, runLength, runLength);
                target += runLength;
                run = texts[i].Pointer;
                runLength = 0;
            }
            runLength += length;
        }
        Buffer.MemoryCopy(run, target, runLength, runLength);
    }
}

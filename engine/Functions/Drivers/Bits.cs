namespace ColFrag.Engine.Functions.Drivers;

/// <summary>Words of validity and masks.</summary>
internal static unsafe class Bits
{
    /// <summary><c>target &amp;= source</c> over the words of so many rows.</summary>
    public static void And(ulong* target, ulong* source, int count)
    {
        int words = (count + 63) >> 6;
        for (int w = 0; w < words; w++) target[w] &= source[w];
    }
}

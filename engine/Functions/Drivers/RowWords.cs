using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Functions.Drivers;

/// <summary>Words of rows that count.</summary>
internal static unsafe class RowWords
{
    /// <summary>Word w of mask AND validity, either of which may be absent, without bits past the last row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word(int w, int count, ulong* mask, ulong* validity)
    {
        int rest = count - (w << 6);
        ulong word = rest >= 64 ? ulong.MaxValue : (1UL << rest) - 1;
        if (mask is not null) word &= mask[w];
        if (validity is not null) word &= validity[w];
        return word;
    }
}

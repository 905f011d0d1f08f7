using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ColFrag.Engine.Vectors;

/// <summary>
/// A bit per row of a batch, 1 = selected. Bit i of word w is row 64 w + i; bits past the row count are 0.
/// The layout of validity and of filter results: combining them is one AND per 64 rows.
/// </summary>
internal sealed unsafe class RowMask : IDisposable
{
    private ulong* _words;

    public RowMask() => _words = (ulong*)NativeMemory.AlignedAlloc(Batch.MaxRows / 8, 64);

    ~RowMask() => Free();

    public ulong* Words => _words;

    /// <summary>Number of rows.</summary>
    public int Count { get; private set; }

    /// <summary>Number of words in use.</summary>
    public int WordCount => (Count + 63) >> 6;

    public bool this[int row]
    {
        get => (_words[row >> 6] >> row & 1) != 0;
        set
        {
            if (value) _words[row >> 6] |= 1UL << row;
            else _words[row >> 6] &= ~(1UL << row);
        }
    }

    /// <summary>Selects all of <paramref name="count"/> rows.</summary>
    public void SetAll(int count)
    {
        Count = count;
        FillOnes(_words, count);
    }

    /// <summary>Selects none of <paramref name="count"/> rows.</summary>
    public void ClearAll(int count)
    {
        Count = count;
        new Span<ulong>(_words, WordCount).Clear();
    }

    public void CopyFrom(RowMask other)
    {
        Count = other.Count;
        new ReadOnlySpan<ulong>(other._words, WordCount).CopyTo(new Span<ulong>(_words, WordCount));
    }

    /// <summary>Keeps the rows that are set in both.</summary>
    public void And(ulong* other)
    {
        int words = WordCount;
        for (int w = 0; w < words; w++) _words[w] &= other[w];
    }

    /// <summary>Number of selected rows.</summary>
    public int CountSet()
    {
        int set = 0;
        int words = WordCount;
        for (int w = 0; w < words; w++) set += BitOperations.PopCount(_words[w]);
        return set;
    }

    public bool IsEmpty => new ReadOnlySpan<ulong>(_words, WordCount).IndexOfAnyExcept(0UL) < 0;

    /// <summary>
    /// Writes the numbers of the selected rows in order; returns how many. The target holds Batch.MaxRows.
    /// </summary>
    public int ToSelection(ushort* rows)
    {
        int n = 0;
        int words = WordCount;
        for (int w = 0; w < words; w++)
        {
            ulong word = _words[w];
            int firstRow = w << 6;
            if (word == ulong.MaxValue)
            {
                for (int i = 0; i < 64; i++) rows[n + i] = (ushort)(firstRow + i);
                n += 64;
                continue;
            }
            while (word != 0)
            {
                rows[n++] = (ushort)(firstRow + BitOperations.TrailingZeroCount(word));
                word &= word - 1;
            }
        }
        return n;
    }

    /// <summary>Sets the first <paramref name="count"/> bits and clears the rest of the last word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FillOnes(ulong* words, int count)
    {
        int full = count >> 6;
        new Span<ulong>(words, full).Fill(ulong.MaxValue);
        if ((count & 63) != 0) words[full] = (1UL << count) - 1;
    }

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        NativeMemory.AlignedFree(_words);
        _words = null;
    }
}

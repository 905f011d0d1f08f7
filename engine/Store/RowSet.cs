using System.Numerics;

namespace ColFrag.Engine.Store;

/// <summary>
/// Rows of one snapshot by their ids: a bit per row, made for the segments that have any. Rows can be added by many
/// threads at once.
/// </summary>
internal sealed class RowSet(TableSnapshot snapshot)
{
    private readonly ulong[]?[] _segments = new ulong[snapshot.Segments.Length][];

    /// <summary>Adds a row; false when it was in already.</summary>
    public bool TryAdd(long rowId)
    {
        (int number, int row) = RowId.Split(rowId);
        ulong[] words = _segments[number] ?? Begin(number);
        ulong bit = 1UL << row;
        return (Interlocked.Or(ref words[row >> 6], bit) & bit) == 0;
    }

    /// <summary>Ids of all rows, in order.</summary>
    public IEnumerable<long> Ids()
    {
        for (int number = 0; number < _segments.Length; number++)
        {
            if (_segments[number] is not { } words) continue;
            for (int w = 0; w < words.Length; w++)
            {
                for (ulong word = words[w]; word != 0; word &= word - 1)
                {
                    yield return RowId.Of(number, (w << 6) + BitOperations.TrailingZeroCount(word));
                }
            }
        }
    }

    private ulong[] Begin(int number)
    {
        ulong[] words = new ulong[(snapshot.Segments[number].RowCount + 63) >> 6];
        return Interlocked.CompareExchange(ref _segments[number], words, null) ?? words;
    }
}

using System.Text.Unicode;
using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.H2o;

/// <summary>
/// The keys of one of the three joins: 1.1 n values, of which 0.9 n are on both sides, 0.1 n only on the left and 0.1 n
/// only on the right. The left side draws from its n values, a table on the right has each of its n values once.
/// </summary>
internal sealed class KeyLevel(long count, int number)
{
    private readonly Permutation _keys = new(Total(count), number);
    private readonly Permutation _rows = new(count, number + 16);
    private readonly long _shared = Shared(count);

    /// <summary>A key of the left side, any of them.</summary>
    public long Left(Scrambling random, long row, int purpose) =>
        _keys[(long)(random.Bits(row, purpose) % (ulong)count)] + 1;

    /// <summary>A key of the right side, any of them.</summary>
    public long Right(Scrambling random, long row, int purpose) =>
        RightAt((long)(random.Bits(row, purpose) % (ulong)count));

    /// <summary>The key of a row of the table on the right that has this key as its own.</summary>
    public long Own(long row) => RightAt(_rows[row]);

    /// <summary>A key as text: id17.</summary>
    public static void AppendText(RowBlock block, long key)
    {
        Span<byte> text = stackalloc byte[24];
        Utf8.TryWrite(text, $"id{key}", out int length);
        block.Text(text[..length]);
    }

    private static long Shared(long count) => (long)Math.Round(count * 0.9);

    private static long Total(long count) => count + (count - Shared(count));

    // Right-hand values lie at the shared places and behind the n of the left side.
    private long RightAt(long place) => _keys[place < _shared ? place : place + (count - _shared)] + 1;
}

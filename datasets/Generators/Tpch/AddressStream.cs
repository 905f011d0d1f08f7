using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Addresses: 10 to 40 letters, digits, blanks and commas; a random number gives five of them.</summary>
internal struct AddressStream(long seed)
{
    private const int Shortest = 10;
    private const int Longest = 40;

    /// <summary>One for the length, and eight for the letters of the longest.</summary>
    private const int NumbersPerRow = 9;

    private static readonly byte[] s_letters =
        "0123456789abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ,"u8.ToArray();

    private RandomStream _random = new(seed, NumbersPerRow);

    public void AppendTo(RowBlock rows)
    {
        Span<byte> text = stackalloc byte[Longest];
        int length = _random.Next(Shortest, Longest);
        int bits = 0;
        for (int i = 0; i < length; i++)
        {
            if (i % 5 == 0) bits = _random.Next(0, int.MaxValue);
            text[i] = s_letters[bits & 63];
            bits >>= 6;
        }
        rows.Text(text[..length]);
    }

    public void EndRow() => _random.EndRow();

    public void SkipRows(long rows) => _random.SkipRows(rows);
}

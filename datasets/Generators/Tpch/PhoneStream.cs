using System.Text.Unicode;
using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Telephone numbers; the country code is the nation's.</summary>
internal struct PhoneStream(long seed)
{
    private RandomStream _random = new(seed, 3);

    public void AppendTo(RowBlock rows, int nation)
    {
        Span<byte> text = stackalloc byte[15];
        int area = _random.Next(100, 999), exchange = _random.Next(100, 999), line = _random.Next(1000, 9999);
        Utf8.TryWrite(text, $"{10 + nation}-{area}-{exchange}-{line}", out int length);
        rows.Text(text[..length]);
    }

    public void EndRow() => _random.EndRow();

    public void SkipRows(long rows) => _random.SkipRows(rows);
}

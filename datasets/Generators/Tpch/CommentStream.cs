using ColFrag.Datasets.Making;

namespace ColFrag.Datasets.Generators.Tpch;

/// <summary>Comments: pieces of the text pool, 0.4 to 1.6 times an average length.</summary>
internal unsafe struct CommentStream(long seed, int averageLength, int perRow = 1)
{
    private readonly TextPool _pool = TextPool.Shared;
    private readonly int _shortest = (int)(averageLength * 0.4);
    private readonly int _longest = (int)(averageLength * 1.6);
    private RandomStream _random = new(seed, 2 * perRow);

    /// <summary>The next comment, in the pool.</summary>
    public ReadOnlySpan<byte> Next()
    {
        int start = _random.Next(0, TextPool.SizeBytes - _longest);
        int length = _random.Next(_shortest, _longest);
        return new ReadOnlySpan<byte>(_pool.Start + start, length);
    }

    /// <summary>Appends the next comment without copying it.</summary>
    public void AppendTo(RowBlock rows)
    {
        ReadOnlySpan<byte> text = Next();
        // The pool is native memory: nothing moves.
        fixed (byte* start = text) rows.ForeignText(start, text.Length);
    }

    public void EndRow() => _random.EndRow();

    public void SkipRows(long rows) => _random.SkipRows(rows);
}

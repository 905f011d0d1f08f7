using System.Collections.Immutable;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Storage;

/// <summary>
/// Rows on their way into a segment: a copy per column. Freed when everyone who shares it is done.
/// </summary>
/// <param name="columns">The columns.</param>
/// <param name="account">Counts the memory.</param>
/// <param name="keepsCodes">True to keep texts that come as codes as codes.</param>
internal sealed class SegmentStage(ImmutableArray<StoredColumn> columns, MemoryAccount account, bool keepsCodes = false)
    : IDisposable
{
    private readonly VectorAppender[] _columns =
        [.. columns.Select(c => new VectorAppender(c.Field.Type, account, keepsCodes))];
    private int _shares = 1;

    /// <summary>Rows.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of text in the column that has most.</summary>
    public long LargestTextBytes => _columns.Length == 0 ? 0 : _columns.Max(c => c.TextBytes);

    /// <summary>Appends rows that follow each other.</summary>
    public void Append(ColumnVector[] source, int first, int count)
    {
        for (int c = 0; c < _columns.Length; c++) _columns[c].Append(source[c], first, count);
        Count += count;
    }

    /// <summary>Appends rows by their numbers.</summary>
    public void Append(ColumnVector[] source, ReadOnlySpan<ushort> rows)
    {
        for (int c = 0; c < _columns.Length; c++) _columns[c].Append(source[c], rows);
        Count += rows.Length;
    }

    /// <summary>Appends rows of another stage, which must outlive this one, by their numbers.</summary>
    public void AppendShared(ColumnVector[] source, ReadOnlySpan<int> rows)
    {
        for (int c = 0; c < _columns.Length; c++) _columns[c].AppendShared(source[c], rows);
        Count += rows.Length;
    }

    /// <summary>One column as a flat vector that shares the memory.</summary>
    public ColumnVector ToVector(int column) => _columns[column].ToVector();

    /// <summary>One column as codes, where it came as such.</summary>
    public bool TryGetCodes(int column, out StagedCodes codes) => _columns[column].TryGetCodes(out codes);

    /// <summary>Lets so many others release it.</summary>
    public void Share(int holders) => _shares = holders;

    /// <summary>One holder is done.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _shares) == 0) Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (VectorAppender column in _columns) column.Dispose();
    }
}

using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>What the bytes before a position mean for the next one.</summary>
internal enum CsvState : byte
{
    /// <summary>At the first byte of a row.</summary>
    RowStart,

    /// <summary>Right after a delimiter.</summary>
    FieldStart,

    /// <summary>In a field without quotes.</summary>
    Unquoted,

    /// <summary>Inside of quotes.</summary>
    Quoted,

    /// <summary>After a quote inside of quotes: the end of the field, or the first half of a doubled quote.</summary>
    AfterQuote,

    /// <summary>After an escape byte inside of quotes.</summary>
    Escaped,

    /// <summary>In a line that does not count.</summary>
    Comment,
}

/// <summary>
/// Where the fields of a block of text end. Field f lies between <c>Ends[f - 1] + 1</c> and <c>Ends[f]</c>, where its
/// separator's last byte is; <c>Ends[-1]</c> is the byte before the first field. <c>RowEnds[r]</c> is the index of the
/// last field of row r.
/// </summary>
internal sealed unsafe class CsvIndex(MemoryAccount account) : IDisposable
{
    /// <summary>Entries before the first, so that it has a predecessor.</summary>
    private const int LeadingEntries = 16;

    /// <summary>Entries that may be written past the count: whole vectors are stored.</summary>
    public const int SlackEntries = 64;

    private NativeBuffer? _ends;
    private NativeBuffer? _rowEnds;

    public int* Ends { get; private set; }

    public int EndCount { get; set; }

    public int* RowEnds { get; private set; }

    public int RowCount { get; set; }

    /// <summary>
    /// True when quotes may be doubled or escaped somewhere, so that text in quotes must be looked through.
    /// </summary>
    public bool MayHaveEscapes { get; set; }

    /// <summary>Forgets the entries; the text begins at a position.</summary>
    public void Begin(int start, int expectedEntries)
    {
        EndCount = 0;
        RowCount = 0;
        MayHaveEscapes = false;
        Reserve(Math.Max(expectedEntries, 1024), Math.Max(expectedEntries / 8, 256));
        Ends[-1] = start - 1;
    }

    /// <summary>Makes room for as many entries more of both kinds.</summary>
    public void Reserve(int entries) => Reserve(entries, entries);

    public void Dispose()
    {
        _ends?.Release();
        _rowEnds?.Release();
        _ends = _rowEnds = null;
    }

    private void Reserve(int ends, int rows)
    {
        _ends = Grow(_ends, LeadingEntries + EndCount, ends);
        Ends = (int*)_ends.Pointer + LeadingEntries;
        _rowEnds = Grow(_rowEnds, RowCount, rows);
        RowEnds = (int*)_rowEnds.Pointer;
    }

    private NativeBuffer Grow(NativeBuffer? buffer, int used, int more)
    {
        long needed = (long)(used + more + SlackEntries) * sizeof(int);
        if (buffer is not null && buffer.Length >= needed) return buffer;
        NativeBuffer grown = NativeBuffer.Allocate(Math.Max(needed, (buffer?.Length ?? 0) * 2), account);
        if (buffer is null) return grown;
        Buffer.MemoryCopy(buffer.Pointer, grown.Pointer, grown.Length, (long)used * sizeof(int));
        buffer.Release();
        return grown;
    }
}

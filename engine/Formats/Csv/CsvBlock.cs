using ColFrag.Engine.Memory;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Some bytes of a file with the index of their fields, and which of their rows are to be delivered. The buffer is
/// replaced when vectors still point into it.
/// </summary>
internal sealed unsafe class CsvBlock(MemoryAccount account) : IDisposable
{
    /// <summary>
    /// Room behind the text for a line end that the file lacks; what kernels read past it is the buffer's own.
    /// </summary>
    private const int TailBytes = 8;

    private NativeBuffer? _buffer;

    /// <summary>The index of <see cref="Data"/>.</summary>
    public CsvIndex Index { get; } = new(account);

    public NativeBuffer Buffer => _buffer!;

    public byte* Data => _buffer!.Pointer;

    /// <summary>Bytes of text.</summary>
    public int Length { get; set; }

    /// <summary>Where in the file (or the decompressed text) the first byte is.</summary>
    public long FileOffset { get; set; }

    /// <summary>First row to deliver.</summary>
    public int FirstRow { get; set; }

    /// <summary>Row after the last to deliver.</summary>
    public int EndRow { get; set; }

    /// <summary>The row in which a quote was left open at the end of the file, or -1.</summary>
    public int OpenQuoteRow { get; set; } = -1;

    /// <summary>Lines before the first byte; -1 = not known.</summary>
    public long LinesBefore { get; set; } = -1;

    /// <summary>
    /// A buffer with room for so many bytes, that begins with <paramref name="keep"/> bytes of the present one from
    /// <paramref name="from"/> on.
    /// </summary>
    public void Reserve(int bytes, int from, int keep)
    {
        if (_buffer is not null && _buffer.IsExclusive && _buffer.Length >= bytes + TailBytes)
        {
            if (from > 0) System.Buffer.MemoryCopy(Data + from, Data, _buffer.Length, keep);
            return;
        }
        NativeBuffer grown = NativeBuffer.Allocate(bytes + TailBytes, account);
        if (_buffer is not null)
        {
            System.Buffer.MemoryCopy(Data + from, grown.Pointer, grown.Length, keep);
            _buffer.Release();
        }
        _buffer = grown;
    }

    /// <summary>Bytes that fit behind the text.</summary>
    public Span<byte> Free => new(Data + Length, (int)(_buffer!.Length - TailBytes) - Length);

    /// <summary>Ends the last row where the file has no line end there.</summary>
    public void EndLastRow(CsvState state)
    {
        if (state == CsvState.RowStart) return;
        if (state is CsvState.Quoted or CsvState.Escaped) OpenQuoteRow = Index.RowCount;
        Index.Reserve(1);
        Index.RowEnds[Index.RowCount++] = Index.EndCount;
        Index.Ends[Index.EndCount++] = Length;
    }

    /// <summary>Index of a row's first field.</summary>
    public int FirstField(int row) => row == 0 ? 0 : Index.RowEnds[row - 1] + 1;

    /// <summary>Position of a row's first byte in the block.</summary>
    public int RowStart(int row) => Index.Ends[FirstField(row) - 1] + 1;

    /// <summary>Position of a row's line end in the block.</summary>
    public int RowEnd(int row) => Index.Ends[Index.RowEnds[row]];

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
        Index.Dispose();
    }
}

using System.Runtime.CompilerServices;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// One column of some rows of a block: where each field lies. A field that its row lacks (padding) has a negative
/// length.
/// </summary>
internal readonly unsafe struct CsvFields
{
    /// <summary>The text.</summary>
    public readonly byte* Data;

    /// <summary>Number of rows.</summary>
    public readonly int Count;

    private readonly int* _ends;
    private readonly int* _firsts;
    private readonly int _column;
    private readonly int _delimiterTail;
    private readonly bool _isLast;

    /// <param name="data">The text.</param>
    /// <param name="ends">The index of field ends.</param>
    /// <param name="firsts">For each row, the index of its first field.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="column">Which field of each row.</param>
    /// <param name="delimiterTail">Bytes of the delimiter before its last.</param>
    /// <param name="isLast">True when a line end follows the field.</param>
    public CsvFields(byte* data, int* ends, int* firsts, int count, int column, int delimiterTail, bool isLast)
    {
        Data = data;
        Count = count;
        _ends = ends;
        _firsts = firsts;
        _column = column;
        _delimiterTail = isLast ? 0 : delimiterTail;
        _isLast = isLast;
    }

    /// <summary>Where a row's field begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Get(int row, out int length)
    {
        // Entries before the first exist, so that field 0 of the first row has a predecessor.
        int* end = _ends + _firsts[row] + _column;
        int start = end[-1] + 1;
        length = *end - start - _delimiterTail;
        if (_isLast && length > 0 && Data[*end - 1] == '\r') length--;
        return Data + start;
    }
}

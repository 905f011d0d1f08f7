using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Loads a text from front to back in blocks; the start of a row that a block cuts off moves to the next.
/// </summary>
internal sealed unsafe class CsvStreamLoader(CsvText text) : ICsvBlockLoader
{
    private const int BlockBytes = 1 << 20;

    private readonly ITextStream _stream = text.Input.OpenSequential();
    private bool _isStarted;
    private bool _isAtEnd;
    private CsvState _state;
    private int _restStart;

    public bool Load(CsvBlock block)
    {
        if (_isAtEnd) return false;
        if (!_isStarted)
        {
            _isStarted = true;
            SkipStart(block);
        }
        MoveRest(block);
        int fields = BlockBytes / 8;
        block.Index.Begin(0, fields);
        _state = CsvState.RowStart;
        int from = 0;
        while (true)
        {
            int room = block.Free.Length;
            int read = _stream.Read(block.Free);
            block.Length += read;
            _state = CsvIndexer.Run(block.Data, from, block.Length, _state, text.Dialect, block.Index);
            from = block.Length;
            if (read < room)
            {
                _isAtEnd = true;
                block.EndLastRow(_state);
                break;
            }
            if (block.Index.RowCount > 0) break;
            block.Reserve(block.Length + text.GrowFor(block, BlockBytes, 0), 0, block.Length);
        }
        block.FirstRow = 0;
        block.EndRow = block.Index.RowCount;
        _restStart = _isAtEnd ? block.Length : block.RowEnd(block.EndRow - 1) + 1;
        return block.EndRow > 0;
    }

    public void Dispose() => _stream.Dispose();

    private void SkipStart(CsvBlock block)
    {
        byte[] buffer = new byte[64 << 10];
        for (long left = text.DataStart; left > 0;)
        {
            int read = _stream.Read(buffer.AsSpan(0, (int)Math.Min(buffer.Length, left)));
            if (read == 0) break;
            left -= read;
        }
        block.FileOffset = text.DataStart;
        block.LinesBefore = text.Lines.LinesBeforeData;
        _restStart = 0;
    }

    private void MoveRest(CsvBlock block)
    {
        int rest = block.Length - _restStart;
        if (_restStart > 0) block.LinesBefore += text.Lines.Count(block, _restStart);
        block.FileOffset += _restStart;
        block.Reserve(rest + BlockBytes, _restStart, rest);
        block.Length = rest;
        block.OpenQuoteRow = -1;
    }
}

using System.Text.Json;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Formats.Csv;
using ColFrag.Engine.Formats.Input;

namespace ColFrag.Engine.Formats.Json;

/// <summary>
/// Loads values that do not keep to lines: the elements of one array, or values one after the other. In the index, each
/// value is the second field of a row; the first is what stands before it.
/// </summary>
internal sealed unsafe class JsonValueLoader(CsvText text, bool isArray) : ICsvBlockLoader
{
    private const int BlockBytes = 1 << 20;

    private static readonly JsonReaderOptions s_options =
        new() { MaxDepth = JsonPieceReader.MaxDepth, AllowMultipleValues = true };

    private readonly ITextStream _stream = text.Input.OpenSequential();
    private bool _isStarted;
    private bool _isInputAtEnd;
    private bool _isDone;
    private bool _isArrayOpen;
    private bool _wantsComma;
    private bool _isAfterComma;
    private int _next;

    public bool Load(CsvBlock block)
    {
        if (_isDone) return false;
        if (!_isStarted) block.LinesBefore = 0;
        MoveRest(block);
        block.Index.Begin(0, 1024);
        while (true)
        {
            Span<byte> free = block.Free;
            int read = _stream.Read(free);
            block.Length += read;
            _isInputAtEnd = read < free.Length;
            FindValues(block);
            if (_isInputAtEnd)
            {
                _isDone = true;
                break;
            }
            if (block.Index.RowCount > 0) break;
            MoveRest(block);
            block.Reserve(block.Length + text.GrowFor(block, BlockBytes, _next), 0, block.Length);
        }
        block.FirstRow = 0;
        block.EndRow = block.Index.RowCount;
        return block.EndRow > 0;
    }

    public void Dispose() => _stream.Dispose();

    private void FindValues(CsvBlock block)
    {
        ReadOnlySpan<byte> bytes = new(block.Data, block.Length);
        if (!_isStarted)
        {
            _isStarted = true;
            if (bytes.StartsWith<byte>([0xEF, 0xBB, 0xBF])) _next = 3;
        }
        while (SkipToValue(bytes, block))
        {
            Utf8JsonReader reader = new(bytes[_next..], _isInputAtEnd, new JsonReaderState(s_options));
            try
            {
                if (!reader.Read() || !reader.TrySkip()) return;
            }
            catch (JsonException error)
            {
                throw Malformed(block, _next + (int)reader.BytesConsumed, error.Message);
            }
            int start = _next;
            _next += (int)reader.BytesConsumed;
            // Spaces before a value belong to it for the reader; they are as good within.
            AddRow(block, start, _next);
            _wantsComma = isArray;
            _isAfterComma = false;
        }
    }

    // False when the text of the block, or the array, is at its end.
    private bool SkipToValue(ReadOnlySpan<byte> bytes, CsvBlock block)
    {
        for (; _next < bytes.Length; _next++)
        {
            byte b = bytes[_next];
            if (b is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t') continue;
            if (!isArray) return true;
            if (_isDone) throw Malformed(block, _next, "text follows the end of the array");
            if (!_isArrayOpen)
            {
                if (b != '[') throw Malformed(block, _next, "no array begins here");
                _isArrayOpen = true;
            }
            else if (b == ']')
            {
                if (_isAfterComma) throw Malformed(block, _next, "a value is missing");
                _isDone = true;
            }
            else if (!_wantsComma)
            {
                return true;
            }
            else if (b != ',')
            {
                throw Malformed(block, _next, "a comma is missing");
            }
            else
            {
                _wantsComma = false;
                _isAfterComma = true;
            }
        }
        if (_isInputAtEnd && isArray && !_isDone) throw Malformed(block, _next, "the array is not closed");
        return false;
    }

    private static void AddRow(CsvBlock block, int start, int end)
    {
        CsvIndex index = block.Index;
        index.Reserve(2);
        index.Ends[index.EndCount++] = start - 1;
        index.RowEnds[index.RowCount++] = index.EndCount;
        index.Ends[index.EndCount++] = end;
    }

    private void MoveRest(CsvBlock block)
    {
        if (_next > 0) block.LinesBefore += text.Lines.Count(block, _next);
        int rest = block.Length - _next;
        block.FileOffset += _next;
        block.Reserve(rest + BlockBytes, _next, rest);
        block.Length = rest;
        _next = 0;
    }

    private QueryException Malformed(CsvBlock block, int at, string what)
    {
        int position = Math.Min(at, block.Length);
        return new QueryException(
            SqlStates.BadCopyFileFormat,
            $"JSON: {what}: {text.Input.Path} line {text.Lines.LineAt(block.FileOffset + position, block)}, " +
                $"byte {block.FileOffset + position}",
            hint: "format = 'newline_delimited', 'array' or 'unstructured' says how values stand in the file.");
    }
}

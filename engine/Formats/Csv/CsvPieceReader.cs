using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Csv;

/// <summary>
/// Delivers the rows of one piece: takes up to a batch of rows from the block's index, then reads column after column.
/// Rows that fail are reported and taken out, and the rest is read again.
/// </summary>
internal sealed unsafe class CsvPieceReader : IPieceReader
{
    private readonly CsvText _text;
    private readonly CsvRowFormat _format;
    private readonly SourceCounters _counters;
    private readonly ICsvBlockLoader _loader;
    private readonly CsvBlock _block;
    private readonly CsvColumnReader[] _readers;
    private readonly int[] _columns;
    private readonly CsvRowErrors _errors;
    private readonly CsvTextHeap _heap;
    private readonly List<CsvFailure> _failures = [];
    private readonly NativeBuffer _firsts;
    private readonly int[] _rows = new int[Batch.MaxRows];
    private readonly bool _hasText;
    private int _nextRow;
    private bool _isDeferred;

    public CsvPieceReader(
        CsvText text, CsvRowFormat format, int piece, ReadOnlySpan<int> columns, SourceContext context,
        MemoryAccount account)
    {
        _text = text;
        _format = format;
        _counters = context.Counters;
        _columns = columns.ToArray();
        _readers =
        [
            .. _columns.Select(c => CsvColumnReader.Create(
                format.Columns[c], text.Dialect, c, context.Conversions, account)),
        ];
        _hasText = _columns.Any(c => format.Columns[c].Type.Kind is TypeKind.Varchar or TypeKind.Json);
        _errors = new CsvRowErrors(text, format, context);
        _block = new CsvBlock(account);
        _heap = new CsvTextHeap(new Arena(account));
        _firsts = NativeBuffer.Allocate(Batch.MaxRows * sizeof(int), account);
        _loader = text.OpenPiece(piece);
    }

    /// <inheritdoc/>
    public bool Read(Batch target, CancellationToken cancellationToken)
    {
        target.Reset();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_nextRow >= _block.EndRow)
            {
                // The vectors let go of the block before, so that its memory can be used again.
                foreach (ColumnVector column in target.Columns) column.ResetFlat(1);
                foreach (CsvColumnReader reader in _readers) reader.LetGo();
                if (!_loader.Load(_block)) return false;
                _nextRow = _block.FirstRow;
            }
            int count = TakeRows();
            int accepted = ReadColumns(target, count);
            _counters.AddRows(accepted, accepted);
            if (accepted == 0) continue;
            target.Count = accepted;
            return true;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _loader.Dispose();
        foreach (CsvColumnReader reader in _readers) reader.Dispose();
        _block.Dispose();
        _heap.Arena.Dispose();
        _firsts.Release();
    }

    private int* Firsts => (int*)_firsts.Pointer;

    /// <summary>Collects the next rows of the right shape: the index of the first field of each.</summary>
    private int TakeRows()
    {
        int fieldCount = _format.Columns.Length;
        int endCount = fieldCount + (_text.Dialect.HasTrailingDelimiter ? 1 : 0);
        int* rowEnds = _block.Index.RowEnds;
        int row = _nextRow, endRow = _block.EndRow, count = 0;
        int first = _block.FirstField(row);
        int* firsts = Firsts;
        int openQuoteRow = _block.OpenQuoteRow;
        while (row < endRow && count < Batch.MaxRows)
        {
            int next = rowEnds[row] + 1;
            firsts[count] = first;
            _rows[count] = row;
            if (next - first == endCount && fieldCount > 1 && row != openQuoteRow
                && !_text.Dialect.HasTrailingDelimiter) count++;
            else if (IsAccepted(row, ref firsts[count], count)) count++;
            if (_isDeferred) break;
            // Padding a row may have moved the index.
            rowEnds = _block.Index.RowEnds;
            first = next;
            row++;
        }
        _nextRow = row;
        _isDeferred = false;
        return count;
    }

    // Blank lines and comments are no rows; rows of another shape are padded or rejected.
    private bool IsAccepted(int row, ref int first, int countBefore)
    {
        CsvDialect dialect = _text.Dialect;
        int start = _block.RowStart(row), end = _block.RowEnd(row);
        int found = _block.Index.RowEnds[row] - first + 1, wanted = _format.Columns.Length;
        if (found == 1)
        {
            if (dialect.Comment >= 0 && start < end && _block.Data[start] == dialect.Comment) return false;
            bool isBlank = end <= start || (end == start + 1 && _block.Data[start] == '\r');
            if (isBlank && wanted > 1) return false;
        }
        if (row == _block.OpenQuoteRow)
        {
            RejectShape(row, Math.Min(found, wanted) - 1, CsvFailureKind.OpenQuote, countBefore);
            return false;
        }
        if (dialect.HasTrailingDelimiter && found == wanted + 1)
        {
            int last = _block.Index.Ends[_block.Index.RowEnds[row] - 1] + 1;
            if (last == end || (last + 1 == end && _block.Data[last] == '\r')) return true;
        }
        else if (!dialect.HasTrailingDelimiter && found == wanted)
        {
            return true;
        }
        if (found < wanted && _format.NullPadding)
        {
            first = Pad(first, found, wanted, end);
            return true;
        }
        RejectShape(row, -1, CsvFailureKind.FieldCount, countBefore);
        return false;
    }

    // Where the first error ends the read, the rows before are read first: one of them may be the first.
    private void RejectShape(int row, int column, CsvFailureKind kind, int countBefore)
    {
        _isDeferred = countBefore > 0 && _format.OnError == RowErrorAction.Stop;
        if (!_isDeferred) Reject(row, column, kind);
    }

    /// <summary>
    /// Writes the row again behind the index, with ends that make the fields it lacks of negative length.
    /// </summary>
    private int Pad(int first, int found, int wanted, int end)
    {
        CsvIndex index = _block.Index;
        index.Reserve(wanted + 1);
        int padded = index.EndCount + 1;
        int* ends = index.Ends + padded;
        ends[-1] = index.Ends[first - 1];
        for (int i = 0; i < found; i++) ends[i] = index.Ends[first + i];
        if (found > 0 && end > 0 && _block.Data[end - 1] == '\r') ends[found - 1]--;
        for (int i = found; i < wanted; i++) ends[i] = ends[i - 1];
        index.EndCount += wanted + 1;
        return padded;
    }

    private int ReadColumns(Batch target, int count)
    {
        while (count > 0)
        {
            foreach (ColumnVector column in target.Columns) column.ResetFlat(1);
            _heap.Arena.Reset();
            _heap.Block = _block.Buffer;
            _heap.MayHaveEscapes = _block.Index.MayHaveEscapes;
            _heap.IsUtf8 = _hasText && IsUtf8(count);
            _failures.Clear();
            for (int i = 0; i < _columns.Length; i++)
            {
                CsvFields fields = new(
                    _block.Data, _block.Index.Ends, Firsts, count, _columns[i], _text.Dialect.Delimiter.Length - 1,
                    isLast: _columns[i] == _format.Columns.Length - 1 && !_text.Dialect.HasTrailingDelimiter);
                _readers[i].Read(fields, target.Columns[i], _heap, _failures);
                foreach (NativeBuffer heapBlock in _heap.Arena.Blocks)
                {
                    if (_readers[i] is CsvTextReader) target.Columns[i].KeepAlive(heapBlock);
                }
            }
            if (_failures.Count == 0) return count;
            count = TakeOutFailures(count);
        }
        return 0;
    }

    // Rows are reported in order, each with its first column that failed.
    private int TakeOutFailures(int count)
    {
        _failures.Sort((a, b) => a.Row != b.Row ? a.Row.CompareTo(b.Row) : a.Column.CompareTo(b.Column));
        int* firsts = Firsts;
        int kept = 0, next = 0;
        for (int i = 0; i < count; i++)
        {
            if (next < _failures.Count && _failures[next].Row == i)
            {
                Reject(_rows[i], _failures[next].Column, _failures[next].Kind);
                while (next < _failures.Count && _failures[next].Row == i) next++;
                continue;
            }
            firsts[kept] = firsts[i];
            _rows[kept++] = _rows[i];
        }
        return kept;
    }

    private void Reject(int row, int column, CsvFailureKind kind)
    {
        _counters.AddRows(1, 0);
        _errors.Report(_block, row, column, kind);
    }

    private bool IsUtf8(int count)
    {
        int start = _block.RowStart(_rows[0]), end = _block.RowEnd(_rows[count - 1]);
        return System.Text.Unicode.Utf8.IsValid(new ReadOnlySpan<byte>(_block.Data + start, end - start));
    }
}

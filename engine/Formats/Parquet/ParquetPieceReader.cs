using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Parquet;

/// <summary>
/// Rows of a row group, column by column. What a column is not asked for is passed over when it is asked again, pages
/// at a time.
/// </summary>
internal sealed class ParquetPieceReader(
    ParquetColumnReader[] columns, RowRanges rows, bool endsChunks, SourceCounters counters) : IStagedReader
{
    /// <summary>Rows of each column before the ones to be read next.</summary>
    private readonly long[] _behind = new long[columns.Length];

    private int _nextRange;
    private long _row;
    private long _rangeEnd;
    private int _batchRows;

    /// <inheritdoc/>
    public bool Read(Batch target, CancellationToken cancellationToken)
    {
        if (!Begin(target, cancellationToken)) return false;
        for (int i = 0; i < columns.Length; i++) ReadColumn(target, i);
        return true;
    }

    /// <inheritdoc/>
    public bool ReadFirst(Batch target, bool[] isFirst, CancellationToken cancellationToken)
    {
        if (!Begin(target, cancellationToken)) return false;
        for (int i = 0; i < columns.Length; i++)
        {
            if (isFirst[i]) ReadColumn(target, i);
        }
        return true;
    }

    /// <inheritdoc/>
    public void ReadRest(Batch target, bool[] isFirst)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            if (!isFirst[i]) ReadColumn(target, i);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (ParquetColumnReader column in columns) column.Dispose();
    }

    /// <summary>Goes to the next rows, which every column is now before.</summary>
    private bool Begin(Batch target, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        target.Reset();
        long before = _row;
        if (_row == _rangeEnd)
        {
            if (_nextRange == rows.Ranges.Length)
            {
                End();
                return false;
            }
            (long first, long count) = rows.Ranges[_nextRange++];
            before = first;
            _rangeEnd = first + count;
        }
        _batchRows = (int)Math.Min(_rangeEnd - before, Batch.MaxRows);
        long passed = before + _batchRows - _row;
        for (int i = 0; i < _behind.Length; i++) _behind[i] += passed;
        _row = before + _batchRows;
        target.Count = _batchRows;
        counters.AddRows(_batchRows, _batchRows);
        return true;
    }

    private void ReadColumn(Batch target, int column)
    {
        long skipped = _behind[column] - _batchRows;
        if (skipped > 0) columns[column].Skip(skipped);
        columns[column].Read(target.Columns[column], _batchRows);
        _behind[column] = 0;
    }

    private void End()
    {
        if (!endsChunks) return;
        for (int i = 0; i < columns.Length; i++)
        {
            if (_behind[i] == 0) columns[i].ExpectEnd();
        }
    }
}

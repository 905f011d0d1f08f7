using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Formats.Arrow.CData;

/// <summary>
/// Rows of another library as a source: of an array, which can be read any number of times, or of a stream, which is
/// read once and released at its end.
/// </summary>
internal sealed class ImportedSource : ITableSource
{
    private readonly ImportedStream? _stream;
    private readonly ImportedBatch? _array;
    private int _readings;
    private bool _isDisposed;

    /// <summary>The rows of a stream, which is the source's from then on.</summary>
    public ImportedSource(ImportedStream stream)
    {
        _stream = stream;
        Schema = ArrowSource.SchemaOf(stream.Fields);
    }

    /// <summary>The rows of an array, which is the source's from then on.</summary>
    public ImportedSource(ArrowField[] columns, ImportedBatch array)
    {
        _array = array;
        Schema = ArrowSource.SchemaOf(columns);
    }

    public Schema Schema { get; }

    public long? RowCountEstimate => _array?.Rows.RowCount;

    public bool IsRowCountExact => _array is not null;

    public long? LengthBytes => null;

    public int PieceCount => 1;

    public SourceCounters Counters { get; } = new();

    public IPieceReader OpenPiece(int piece, ReadOnlySpan<int> columns, MemoryAccount account)
    {
        if (_isDisposed || (_stream is not null && Interlocked.Increment(ref _readings) > 1))
        {
            throw new QueryException(
                SqlStates.ObjectNotInPrerequisiteState, "The rows of an Arrow stream can be read only once",
                hint: "Import it again, or keep its rows with CREATE TABLE … AS.");
        }
        return new Reader(this, columns.ToArray());
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _stream?.Dispose();
        _array?.Dispose();
    }

    private sealed class Reader(ImportedSource source, int[] columns) : IPieceReader
    {
        private ImportedBatch? _batch = source._array;
        private ArrowVectorReader? _vectors;
        private long _row;

        public bool Read(Batch target, CancellationToken cancellationToken)
        {
            target.Reset();
            while (_batch is null || _row == _batch.Rows.RowCount)
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (source._stream is null) return false;
                _batch?.Dispose();
                _vectors = null;
                _row = 0;
                _batch = source._stream.Next();
                if (_batch is null) return false;
            }
            _vectors ??= new ArrowVectorReader(_batch.Rows, _batch.Dictionaries, SchemaImport.Source);
            int count = (int)Math.Min(Batch.MaxRows, _batch.Rows.RowCount - _row);
            for (int i = 0; i < columns.Length; i++)
                _vectors.Read(_batch.Rows.Columns[columns[i]], _row, count, target.Columns[i]);
            _row += count;
            target.Count = count;
            source.Counters.AddRows(count, count);
            return true;
        }

        public void Dispose()
        {
            if (source._stream is null) return;
            _batch?.Dispose();
            _batch = null;
            source._stream.Dispose();
        }
    }
}

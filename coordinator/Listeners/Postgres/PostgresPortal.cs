using System.Collections.Immutable;
using ColFrag.Engine;
using ColFrag.Engine.Formats.Postgres;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>A statement that Parse named, and what binding found; null for an empty text.</summary>
internal sealed record PostgresStatement(
    Statement? Parsed, IPreparedStatement? Prepared, ImmutableArray<int> ParameterIds)
{
    public Schema Schema => Prepared?.Schema ?? new Schema();
}

/// <summary>A bound statement at work: rows that were read and not sent yet wait here between two Executes.</summary>
internal sealed class PostgresPortal(
    PostgresStatement statement, ImmutableArray<Value> parameters, ImmutableArray<short> formats,
    Func<MomentText> moments) : IAsyncDisposable
{
    /// <summary>Rows from which writing them a column at a time pays.</summary>
    private const int ManyRows = 16;

    private ResultBatch? _batch;
    private PostgresRowEncoder? _encoder;
    private MomentText? _moments;
    private bool _isShown;
    private int _nextRow;

    public PostgresStatement Statement { get; } = statement;

    public ImmutableArray<Value> Parameters { get; } = parameters;

    /// <summary>The result, once it was started.</summary>
    public QueryResult? Result { get; set; }

    /// <summary>True after the last row was sent.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>1 where a column goes in binary.</summary>
    public short FormatOf(int column) => formats.Length switch
    {
        0 => 0,
        1 => formats[0],
        _ => formats[column],
    };

    /// <summary>Sends rows: all, or up to a limit. Returns how many.</summary>
    public async ValueTask<long> SendAsync(PostgresWriter target, long limit, CancellationToken cancellationToken)
    {
        long sent = 0;
        _moments ??= moments();
        while (sent < limit)
        {
            if (_batch is null || _nextRow == _batch.RowCount)
            {
                _nextRow = 0;
                _isShown = false;
                _batch = await Result!.ReadAsync(cancellationToken);
                if (_batch is null)
                {
                    IsComplete = true;
                    break;
                }
            }
            int end = (int)Math.Min(_batch.RowCount, _nextRow + (limit - sent));
            while (_nextRow < end)
            {
                int written = WriteRows(target, _batch, end - _nextRow);
                _nextRow += written;
                sent += written;
                // Rows may be large: a batch of them is not collected first.
                if (target.IsLarge) await target.FlushAsync(cancellationToken);
            }
        }
        return sent;
    }

    public ValueTask DisposeAsync()
    {
        _encoder?.Dispose();
        return Result?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    /// <summary>Writes rows from the next one on; returns how many.</summary>
    private int WriteRows(PostgresWriter target, ResultBatch batch, int count)
    {
        if (count < ManyRows)
        {
            WriteRow(target, batch, _nextRow, batch.ColumnCount);
            return 1;
        }
        _encoder ??= new PostgresRowEncoder(Result!.Schema, c => FormatOf(c) == 1, _moments!);
        if (!_isShown) _encoder.Show(batch.Batch);
        _isShown = true;
        return _encoder.Write(target.Body, _nextRow, count);
    }

    private void WriteRow(PostgresWriter target, ResultBatch batch, int row, int columnCount)
    {
        target.Begin('D');
        target.WriteInt16(columnCount);
        for (int column = 0; column < columnCount; column++)
        {
            ColumnVector vector = batch.Batch.Columns[column];
            if (FormatOf(column) == 1) PostgresBinaryFormat.Write(target.Body, vector, row);
            else PostgresTextFormat.Write(target.Body, vector, row, _moments!);
        }
        target.End();
    }
}

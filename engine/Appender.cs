using System.IO.Pipelines;
using System.Runtime.InteropServices;
using ColFrag.Engine.Formats;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Records;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine;

/// <summary>
/// Adds many rows of C# to a table in one go: they travel column by column and become visible together when
/// <see cref="CompleteAsync"/> ends. Disposed before that, it leaves nothing behind. The session is busy meanwhile.
/// </summary>
/// <typeparam name="T">A record, class or struct whose members are columns, by name; or the value of an only
/// column.</typeparam>
/// <example><code>
/// await using Appender&lt;Trip> appender = await connection.OpenAppenderAsync&lt;Trip>("trips");
/// foreach (Trip trip in trips) await appender.AppendAsync(trip);
/// await appender.CompleteAsync();
/// </code></example>
public sealed class Appender<T> : IAsyncDisposable
{
    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 1 << 22, resumeWriterThreshold: 1 << 21));
    private readonly ISession _session;
    private readonly Stream? _inputBefore;
    private readonly IReadOnlyList<ColumnFeed<T>> _feeds;
    private readonly Batch _batch;
    private readonly Arena _text = new(MemoryAccount.Untracked);
    private readonly TableFileWriter _writer;
    private readonly Task<long> _load;
    /// <summary>Values of nested columns, which make a vector together; null for other columns.</summary>
    private readonly List<Value>?[] _nested;
    private bool _isEnded;

    internal Appender(
        ISession session, QualifiedName table, IReadOnlyList<ColumnFeed<T>> feeds, CancellationToken cancellationToken)
    {
        _session = session;
        _feeds = feeds;
        _nested = [.. feeds.Select(f => f.Column.Type.IsNested ? new List<Value>() : null)];
        Schema schema = new(feeds.Select(f => f.Column with { IsNullable = true }));
        _batch = new Batch(schema);
        BeginBatch();
        _writer = TableFileWriter.Create(
            FileFormat.Arrow, null, _pipe.Writer.AsStream(), schema,
            new SourceOptions(KeyValuePair.Create("hugeint", Value.Text("decimal256"))));
        _inputBefore = session.CopyInput;
        session.CopyInput = _pipe.Reader.AsStream();
        string columns = string.Join(", ", feeds.Select(f => SqlNames.Quote(f.Column.Name)));
        string sql = $"COPY {table} ({columns}) FROM STDIN (FORMAT arrow)";
        _load = Task.Run(() => LoadAsync(sql, cancellationToken), CancellationToken.None);
    }

    /// <summary>Rows appended so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Adds a row.</summary>
    /// <exception cref="Errors.QueryException">A value does not fit its column.</exception>
    public ValueTask AppendAsync(T row, CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isEnded, this);
        int index = _batch.Count;
        for (int c = 0; c < _feeds.Count; c++)
        {
            if (_nested[c] is { } values)
            {
                // One of a row that did not fit is still there.
                if (values.Count > index) values.RemoveAt(index);
                values.Add(_feeds[c].ConvertedValueOf(row));
            }
            else
            {
                _feeds[c].Write(row, _batch.Columns[c], index, _text);
            }
        }
        _batch.Count++;
        RowCount++;
        return _batch.Count < Batch.MaxRows ? ValueTask.CompletedTask : FlushAsync(cancellationToken);
    }

    /// <summary>Commits the rows, or adds them to the open transaction, and returns how many there are.</summary>
    /// <exception cref="Errors.QueryException">A constraint does not hold; no row was added.</exception>
    public async Task<long> CompleteAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isEnded, this);
        if (_batch.Count > 0) await FlushAsync(cancellationToken);
        await _writer.FinishAsync(cancellationToken);
        _isEnded = true;
        await _pipe.Writer.CompleteAsync();
        return await _load;
    }

    /// <summary>Ends the load; rows that were not completed are forgotten.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            await _pipe.Writer.CompleteAsync(new OperationCanceledException("The appender was not completed"));
            // Whatever the load says now, nobody waits for it.
            await Task.WhenAny(_load);
        }
        await _writer.DisposeAsync();
        _batch.Dispose();
        _text.Dispose();
    }

    private async Task<long> LoadAsync(string sql, CancellationToken cancellationToken)
    {
        try
        {
            await using QueryResult result =
                await _session.ExecuteAsync(sql, null, cancellationToken);
            while (await result.ReadAsync(cancellationToken) is not null)
            {
            }
            return result.RowsAffected;
        }
        finally
        {
            _session.CopyInput = _inputBefore;
            // A load that fails must not leave the writer waiting for a reader.
            await _pipe.Reader.CompleteAsync();
        }
    }

    private async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        for (int c = 0; c < _nested.Length; c++)
        {
            if (_nested[c] is { } values)
                VectorBuilder.Build(_batch.Columns[c], CollectionsMarshal.AsSpan(values)[.._batch.Count], _text);
        }
        await _writer.WriteAsync(_batch, cancellationToken);
        BeginBatch();
        if (_load.IsFaulted) await _load;
    }

    private void BeginBatch()
    {
        _text.Reset();
        _batch.Count = 0;
        foreach (ColumnVector column in _batch.Columns) column.ResetFlat();
        foreach (List<Value>? values in _nested) values?.Clear();
    }
}

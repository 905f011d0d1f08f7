using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>The outcome of a statement that returns no rows.</summary>
internal sealed class OutcomeResult(string tag, long rowsAffected = -1, IReadOnlyList<string>? notices = null)
    : QueryResult
{
    public override Schema Schema { get; } = new();

    public override string CommandTag => tag;

    public override long RowsAffected => rowsAffected;

    public override IReadOnlyList<string> Notices => notices ?? [];

    public override ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default) =>
        new((ResultBatch?)null);

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>Rows that are known already: SHOW, EXPLAIN, DESCRIBE.</summary>
internal sealed class ValuesResult(
    Schema schema, IReadOnlyList<Value[]> rows, string tag, long rowsAffected = -1,
    IReadOnlyList<string>? notices = null)
    : QueryResult
{
    private readonly Arena _text = new(MemoryAccount.Untracked);
    private readonly ResultBatch _shown = new(schema.Count);
    private Batch? _batch;
    private int _next;

    public override Schema Schema => schema;

    public override string CommandTag => tag;

    public override long RowsAffected => rowsAffected;

    public override IReadOnlyList<string> Notices => notices ?? [];

    public override ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_next == rows.Count) return new((ResultBatch?)null);
        int count = Math.Min(Batch.MaxRows, rows.Count - _next);
        _batch ??= new Batch(schema);
        for (int c = 0; c < schema.Count; c++)
        {
            VectorBuilder.Build(_batch.Columns[c], [.. Enumerable.Range(_next, count).Select(r => rows[r][c])], _text);
        }
        _batch.Count = count;
        _next += count;
        return new(_shown.Show(_batch));
    }

    /// <summary>All rows of a result, which is disposed of.</summary>
    public static async ValueTask<ValuesResult> ReadAllAsync(QueryResult rows, CancellationToken cancellationToken)
    {
        await using QueryResult read = rows;
        List<Value[]> all = [];
        while (await read.ReadAsync(cancellationToken) is { } batch)
        {
            for (int r = 0; r < batch.RowCount; r++)
            {
                Value[] row = new Value[batch.ColumnCount];
                for (int c = 0; c < row.Length; c++) row[c] = batch.GetValue(c, r);
                all.Add(row);
            }
        }
        return new ValuesResult(read.Schema, all, read.CommandTag);
    }

    public override ValueTask DisposeAsync()
    {
        _batch?.Dispose();
        _text.Dispose();
        return ValueTask.CompletedTask;
    }
}

/// <summary>Rows that stream from a plan. Whoever disposes of it ends the statement.</summary>
internal sealed class StreamResult(
    Schema schema, RunningPlan plan, Func<bool, ValueTask> end, IReadOnlyList<string> notices)
    : QueryResult
{
    private readonly ResultBatch _shown = new(schema.Count);
    private long _rowCount;
    private bool _isEnded;

    /// <summary>Ends the statement when its time is over; null where it has as much as it wants.</summary>
    public CancellationTokenSource? Timeout { get; set; }

    public override Schema Schema => schema;

    public override string CommandTag => $"SELECT {_rowCount}";

    public override IReadOnlyList<string> Notices => notices;

    public override async ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (_isEnded) return null;
        try
        {
            Batch? batch = await plan.ReadAsync(cancellationToken);
            if (batch is null)
            {
                await EndAsync(true);
                return null;
            }
            _rowCount += batch.Count;
            return _shown.Show(batch);
        }
        catch (OperationCanceledException error)
        {
            bool isLate = Timeout?.IsCancellationRequested == true;
            await EndAsync(false);
            throw Session.Cancelled(isLate, error);
        }
        catch
        {
            await EndAsync(false);
            throw;
        }
    }

    public override ValueTask DisposeAsync() => EndAsync(true);

    private async ValueTask EndAsync(bool succeeded)
    {
        if (_isEnded) return;
        _isEnded = true;
        await plan.DisposeAsync();
        Timeout?.Dispose();
        await end(succeeded);
    }
}

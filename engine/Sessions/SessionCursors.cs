using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Engine.Sessions;

/// <summary>The cursors of a session: queries whose rows are fetched in parts. They go forward only.</summary>
internal sealed class SessionCursors
{
    private readonly Dictionary<string, SessionCursor> _byName = new(StringComparer.Ordinal);

    /// <summary>Keeps a running query under a name.</summary>
    public void Add(SessionCursor cursor) => _byName.Add(cursor.Name, cursor);

    /// <summary>Refuses a name that is taken.</summary>
    /// <exception cref="QueryException">42P03</exception>
    public void RequireNew(Identifier name)
    {
        if (!_byName.ContainsKey(name.Name)) return;
        throw new QueryException("42P03", $"Cursor already exists: \"{name.Name}\"", name.Position);
    }

    /// <summary>The cursor of that name.</summary>
    /// <exception cref="QueryException">34000: there is none.</exception>
    public SessionCursor Find(Identifier name) => _byName.TryGetValue(name.Name, out SessionCursor? cursor)
        ? cursor
        : throw new QueryException("34000", $"Cursor does not exist: \"{name.Name}\"", name.Position);

    /// <summary>FETCH and MOVE.</summary>
    public async ValueTask<QueryResult> FetchAsync(FetchStatement fetch, CancellationToken cancellationToken)
    {
        SessionCursor cursor = Find(fetch.Cursor);
        bool isForward = fetch.Direction is FetchDirection.Forward or FetchDirection.Relative;
        if (!isForward || fetch.Count < 0 || (fetch.Direction == FetchDirection.Relative && fetch.Count != 1))
        {
            throw new QueryException(
                "55000", "Cursor can only scan forward", fetch.Position,
                "Fetch with FORWARD, NEXT or ALL, or declare the cursor anew.");
        }
        long count = fetch.Count ?? long.MaxValue;
        if (!fetch.IsMove) return new CursorResult(cursor, count);
        long moved = 0;
        while (moved < count)
        {
            int taken = (await cursor.TakeAsync(count - moved, cancellationToken)).Count;
            if (taken == 0) break;
            moved += taken;
        }
        return new OutcomeResult($"MOVE {moved}");
    }

    /// <summary>CLOSE</summary>
    public async ValueTask<QueryResult> CloseAsync(CloseStatement close)
    {
        if (close.Cursor is null)
        {
            await CloseAllAsync(alsoHeld: true);
            return new OutcomeResult("CLOSE CURSOR ALL");
        }
        SessionCursor cursor = Find(close.Cursor);
        _byName.Remove(cursor.Name);
        await cursor.DisposeAsync();
        return new OutcomeResult("CLOSE CURSOR");
    }

    /// <summary>Closes those that end with the transaction, or all.</summary>
    public async ValueTask CloseAllAsync(bool alsoHeld)
    {
        foreach (SessionCursor cursor in _byName.Values.Where(c => alsoHeld || !c.IsHeld).ToList())
        {
            _byName.Remove(cursor.Name);
            await cursor.DisposeAsync();
        }
    }
}

/// <summary>A running query of which rows are taken when they are asked for.</summary>
/// <param name="name">Its name.</param>
/// <param name="result">The query's rows.</param>
/// <param name="isHeld">True where it outlives the transaction; its rows are all known then.</param>
internal sealed class SessionCursor(string name, QueryResult result, bool isHeld) : IAsyncDisposable
{
    private ResultBatch? _batch;
    private int _next;

    public string Name => name;

    public Schema Schema => result.Schema;

    public bool IsHeld => isHeld;

    /// <summary>The next rows, at most so many and at most a batch of them; none at the end.</summary>
    public async ValueTask<List<Value[]>> TakeAsync(long count, CancellationToken cancellationToken)
    {
        List<Value[]> rows = [];
        while (rows.Count == 0 && count > 0)
        {
            if (_batch is null || _next == _batch.RowCount)
            {
                _next = 0;
                _batch = await result.ReadAsync(cancellationToken);
                if (_batch is null) break;
            }
            int end = _next + (int)Math.Min(_batch.RowCount - _next, count);
            for (; _next < end; _next++)
            {
                Value[] row = new Value[_batch.ColumnCount];
                for (int c = 0; c < row.Length; c++) row[c] = _batch.GetValue(c, _next);
                rows.Add(row);
            }
        }
        return rows;
    }

    public ValueTask DisposeAsync() => result.DisposeAsync();
}

/// <summary>What one FETCH takes from a cursor.</summary>
internal sealed class CursorResult(SessionCursor cursor, long limit) : QueryResult
{
    private readonly Arena _text = new(MemoryAccount.Untracked);
    private readonly ResultBatch _shown = new(cursor.Schema.Count);
    private Batch? _batch;
    private long _taken;

    public override Schema Schema => cursor.Schema;

    public override string CommandTag => $"FETCH {_taken}";

    public override async ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
    {
        List<Value[]> rows = await cursor.TakeAsync(limit - _taken, cancellationToken);
        if (rows.Count == 0) return null;
        _taken += rows.Count;
        _text.Reset();
        _batch ??= new Batch(Schema);
        for (int c = 0; c < Schema.Count; c++)
        {
            VectorBuilder.Build(_batch.Columns[c], [.. rows.Select(row => row[c])], _text);
        }
        _batch.Count = rows.Count;
        return _shown.Show(_batch);
    }

    public override ValueTask DisposeAsync()
    {
        _batch?.Dispose();
        _text.Dispose();
        return ValueTask.CompletedTask;
    }
}

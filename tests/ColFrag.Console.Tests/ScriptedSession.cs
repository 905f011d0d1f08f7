using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;

namespace ColFrag.Console.Tests;

/// <summary>A session that answers statements from a list, so that the shell is tested without a database.</summary>
sealed class ScriptedSession : ISession
{
    private readonly Dictionary<string, Func<CancellationToken, QueryResult>> _answers = [];

    private readonly Dictionary<string, SemaphoreSlim> _hanging = [];

    /// <summary>Every statement that was run, in order.</summary>
    public List<string> Statements { get; } = [];

    public string DataSource { get; init; } = "/data/shop";

    public TransactionStatus TransactionStatus { get; set; }

    public Stream? CopyInput { get; set; }

    public Stream? CopyOutput { get; set; }

    public StatementOptions Options { get; set; } = StatementOptions.Default;

    public IEnumerable<(string Name, string Value)> ReportedSettings { get; set; } = [];

    public Action<string, string>? SettingChanged { get; set; }

    public ScriptedSession Answers(string sql, Schema schema, params Value[][] rows)
    {
        _answers[sql] = _ => new RowsResult(schema, rows, $"SELECT {rows.Length}");
        return this;
    }

    public ScriptedSession AnswersTag(string sql, string tag)
    {
        _answers[sql] = _ => new RowsResult(new Schema(), [], tag);
        return this;
    }

    public ScriptedSession Fails(string sql, Exception exception)
    {
        _answers[sql] = _ => throw exception;
        return this;
    }

    /// <summary>A statement that says when it has begun, and runs until it is cancelled.</summary>
    public ScriptedSession Hangs(string sql, SemaphoreSlim hasBegun)
    {
        _hanging[sql] = hasBegun;
        return this;
    }

    public async Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (_hanging.TryGetValue(sql, out SemaphoreSlim? hasBegun))
        {
            hasBegun.Release();
            await Task.Delay(Timeout.Infinite, cancellationToken);
        }
        Statements.Add(sql);
        return _answers.TryGetValue(sql, out Func<CancellationToken, QueryResult>? answer)
            ? answer(cancellationToken)
            : throw new QueryException(SqlStates.SyntaxError, $"No answer to: {sql}", 0);
    }

    public Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null,
        CancellationToken cancellationToken = default) =>
        throw new QueryException(SqlStates.FeatureNotSupported, "The shell prepares nothing");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Rows handed out in batches of three, so that formats meet more than one.</summary>
    private sealed class RowsResult(Schema schema, Value[][] rows, string tag) : QueryResult
    {
        private const int RowsPerBatch = 3;

        private readonly Arena _arena = new(MemoryAccount.Untracked);
        private readonly ResultBatch _shown = new(schema.Count);
        private Batch? _batch;
        private int _next;

        public override Schema Schema { get; } = schema;

        public override string CommandTag => tag;

        public override ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_next >= rows.Length) return ValueTask.FromResult<ResultBatch?>(null);
            _batch?.Dispose();
            _batch = new Batch(Schema) { Count = Math.Min(RowsPerBatch, rows.Length - _next) };
            for (int column = 0; column < Schema.Count; column++)
            {
                if (Schema[column].Type.IsNested)
                {
                    Value[] values = [.. rows.Skip(_next).Take(_batch.Count).Select(r => r[column])];
                    VectorBuilder.Build(_batch.Columns[column], values, _arena);
                    continue;
                }
                _batch.Columns[column].ResetFlat();
                _batch.Columns[column].Count = _batch.Count;
                for (int row = 0; row < _batch.Count; row++)
                {
                    Value value = rows[_next + row][column];
                    if (value.IsNull) _batch.Columns[column].SetNull(row);
                    else _batch.Columns[column].SetValue(row, value, _arena);
                }
            }
            _next += _batch.Count;
            return ValueTask.FromResult<ResultBatch?>(_shown.Show(_batch));
        }

        public override ValueTask DisposeAsync()
        {
            _batch?.Dispose();
            _arena.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

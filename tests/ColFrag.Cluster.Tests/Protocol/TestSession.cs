using System.Globalization;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Memory;
using ColFrag.Engine.Types;
using ColFrag.Engine.Vectors;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Cluster.Tests.Protocol;

/// <summary>A database that knows the few statements that sessions are tested with.</summary>
internal sealed class TestHost : ISessionHost
{
    private readonly Lock _lock = new();

    public Func<string, ScramVerifier?> Verifier { get; init; } = _ => null;

    public List<TestSession> Sessions { get; } = [];

    public ValueTask<ScramVerifier?> GetVerifierAsync(
        SessionHello hello, ClientOrigin origin, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Verifier(hello.User));

    public ValueTask<ISession> OpenAsync(SessionHello hello, CancellationToken cancellationToken)
    {
        if (hello.Database == "nosuch")
            throw new QueryException(SqlStates.UndefinedObject, $"Database does not exist: {hello.Database}");
        TestSession session = new(hello);
        lock (_lock) Sessions.Add(session);
        return ValueTask.FromResult<ISession>(session);
    }
}

internal sealed class TestSession(SessionHello hello) : ISession
{
    private readonly Dictionary<string, string> _settings = hello.Settings.ToDictionary(s => s.Name, s => s.Value);

    public string DataSource => "test";

    public TransactionStatus TransactionStatus { get; private set; }

    public Stream? CopyInput { get; set; }

    public Stream? CopyOutput { get; set; }

    public StatementOptions Options { get; set; } = StatementOptions.Default;

    public IEnumerable<(string Name, string Value)> ReportedSettings => _settings.Select(s => (s.Key, s.Value));

    public Action<string, string>? SettingChanged { get; set; }

    public bool IsDisposed { get; private set; }

    public int PreparedCount { get; private set; }

    /// <summary>Batches that a "numbers" statement has made.</summary>
    public int BatchCount;

    public async Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (TransactionStatus == TransactionStatus.Failed && sql != "rollback")
            throw new QueryException(SqlStates.InFailedTransaction, "The transaction has failed");
        try
        {
            return await RunAsync(sql, parameters ?? [], cancellationToken);
        }
        catch when (TransactionStatus == TransactionStatus.InTransaction)
        {
            TransactionStatus = TransactionStatus.Failed;
            throw;
        }
    }

    public Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null, CancellationToken cancellationToken = default)
    {
        if (sql == "wrong") throw new QueryException(SqlStates.SyntaxError, "Syntax error", 3);
        PreparedCount++;
        return Task.FromResult<IPreparedStatement>(new Prepared(this, sql, parameterTypes ?? []));
    }

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    private async Task<QueryResult> RunAsync(string sql, IReadOnlyList<Value> parameters, CancellationToken token)
    {
        string[] words = sql.Split(' ');
        switch (words[0])
        {
            case "numbers":
                return new Numbers(this, int.Parse(words[1], CultureInfo.InvariantCulture), token);
            case "parameters":
                return new Row([.. parameters]);
            case "error":
                throw new QueryException(SqlStates.UndefinedColumn, "Column does not exist: x", 6, "Perhaps y.");
            case "hang":
                await Task.Delay(Timeout.Infinite, token);
                return new Outcome("HANG");
            case "begin":
                TransactionStatus = TransactionStatus.InTransaction;
                return new Outcome("BEGIN");
            case "rollback":
                TransactionStatus = TransactionStatus.Idle;
                return new Outcome("ROLLBACK");
            case "set":
                SettingChanged?.Invoke(words[1], words[2]);
                return new Outcome("SET", notices: ["It was set."]);
            case "copyin":
                using (StreamReader reader = new(CopyInput!, leaveOpen: true))
                {
                    string text = await reader.ReadToEndAsync(token);
                    return new Outcome($"COPY {text.Length}", text.Length);
                }
            case "progress":
                for (int i = 1; i <= 3; i++) Options.Progress?.Report(new StatementProgress(i * 100, 300, i, 3));
                return new Outcome($"{Options.Consistency} {Options.Acknowledgement}");
            case "copyinfails":
                await CopyInput!.ReadExactlyAsync(new byte[10], token);
                throw new QueryException(SqlStates.BadCopyFileFormat, "Line 1 is wrong");
            case "copyout":
                int count = int.Parse(words[1], CultureInfo.InvariantCulture);
                for (int i = 0; i < count; i++) await CopyOutput!.WriteAsync(new byte[1000], token);
                return new Outcome($"COPY {count}", count);
            default:
                throw new QueryException(SqlStates.SyntaxError, $"Syntax error: {sql}", 0);
        }
    }

    private sealed class Prepared(TestSession session, string sql, IReadOnlyList<LogicalType?> types)
        : IPreparedStatement
    {
        public Schema Schema => new(new Field("n", LogicalType.BigInt));

        public IReadOnlyList<LogicalType> ParameterTypes => [.. types.Select(type => type ?? LogicalType.Varchar)];

        public Task<QueryResult> ExecuteAsync(
            IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
            session.ExecuteAsync(sql, parameters, cancellationToken);

        public ValueTask DisposeAsync()
        {
            session.PreparedCount--;
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Outcome(string tag, long rows = -1, string[]? notices = null) : QueryResult
    {
        public override Schema Schema { get; } = new();

        public override string CommandTag => tag;

        public override long RowsAffected => rows;

        public override IReadOnlyList<string> Notices => notices ?? [];

        public override ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default) => default;

        public override ValueTask DisposeAsync() => default;
    }

    /// <summary>The parameters as one row.</summary>
    private sealed class Row(Value[] values) : QueryResult
    {
        private readonly Arena _arena = new(MemoryAccount.Untracked);
        private readonly Batch _batch = new(new Schema(values.Select((value, i) => new Field($"p{i}", value.Type))));
        private bool _isRead;

        public override Schema Schema { get; } = new(values.Select((value, i) => new Field($"p{i}", value.Type)));

        public override string CommandTag => "SELECT 1";

        public override ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (_isRead) return default;
            _isRead = true;
            for (int i = 0; i < values.Length; i++) VectorBuilder.Build(_batch.Columns[i], [values[i]], _arena);
            _batch.Count = 1;
            return ValueTask.FromResult<ResultBatch?>(new ResultBatch(values.Length).Show(_batch));
        }

        public override ValueTask DisposeAsync()
        {
            _batch.Dispose();
            _arena.Dispose();
            return default;
        }
    }

    /// <summary>The numbers from 0, a hundred at a time.</summary>
    private sealed class Numbers(TestSession session, int count, CancellationToken token) : QueryResult
    {
        private static readonly Schema s_schema =
            new(new Field("n", LogicalType.BigInt), new Field("t", LogicalType.Varchar));
        private readonly Arena _arena = new(MemoryAccount.Untracked);
        private readonly Batch _batch = new(s_schema);
        private readonly ResultBatch _shown = new(2);
        private int _next;

        public override Schema Schema => s_schema;

        public override string CommandTag => $"SELECT {_next}";

        public override ValueTask<ResultBatch?> ReadAsync(CancellationToken cancellationToken = default)
        {
            token.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
            int rows = Math.Min(100, count - _next);
            if (rows == 0) return default;
            _arena.Reset();
            Value[] numbers = [.. Enumerable.Range(_next, rows).Select(i => Value.BigInt(i))];
            Value[] texts = [.. Enumerable.Range(_next, rows).Select(i => Value.Text($"number {i}"))];
            VectorBuilder.Build(_batch.Columns[0], numbers, _arena);
            VectorBuilder.Build(_batch.Columns[1], texts, _arena);
            _batch.Count = rows;
            _next += rows;
            Interlocked.Increment(ref session.BatchCount);
            return ValueTask.FromResult<ResultBatch?>(_shown.Show(_batch));
        }

        public override ValueTask DisposeAsync()
        {
            _batch.Dispose();
            _arena.Dispose();
            return default;
        }
    }
}

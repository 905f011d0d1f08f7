using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Batches;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;

namespace ColFrag.Protocol.Sessions;

/// <summary>One session at the server: runs what its client asks, one statement at a time.</summary>
internal sealed class ServedSession : IAsyncDisposable
{
    /// <summary>The most statements a client keeps prepared.</summary>
    private const int MaxPrepared = 4096;

    private readonly Lock _lock = new();
    private readonly ISession _session;
    private readonly Dictionary<long, IPreparedStatement> _prepared = [];
    private readonly List<SettingValue> _changedSettings = [];
    private long _lastPrepared;
    private long _runningNumber;
    private CancellationTokenSource? _running;

    public ServedSession(ISession session)
    {
        _session = session;
        _session.SettingChanged = (name, value) =>
        {
            lock (_lock) _changedSettings.Add(new SettingValue(name, value));
        };
    }

    /// <summary>Settings that clients want to be told about.</summary>
    public SettingValue[] AllSettings() =>
        [.. _session.ReportedSettings.Select(static setting => new SettingValue(setting.Name, setting.Value))];

    /// <summary>Runs a statement and sends what it gives.</summary>
    public async Task<IMessage> RunAsync(RunStatement request, RpcCall call)
    {
        using CancellationTokenSource stop = Begin(request.Number, call);
        ProgressSender? progress = request.WantsProgress ? new ProgressSender(call) : null;
        try
        {
            _session.Options = new StatementOptions
            {
                Consistency = request.Consistency, Acknowledgement = request.Acknowledgement, Progress = progress,
                KeepsShapes = true,
            };
            using CopyInputStream? input = request.HasCopyInput ? new CopyInputStream(call, stop.Token) : null;
            using CopyOutputStream? output = request.HasCopyOutput ? new CopyOutputStream(call, stop.Token) : null;
            _session.CopyInput = input;
            _session.CopyOutput = output;
            Task<QueryResult> running = request.Prepared == 0
                ? _session.ExecuteAsync(request.Sql, request.Parameters, stop.Token)
                : Find(request.Prepared).ExecuteAsync(request.Parameters, stop.Token);
            await using QueryResult result = await running;
            await SendAsync(result, call, stop.Token);
            if (output is not null) await output.FlushAsync(stop.Token);
            if (progress is not null) await progress.EndAsync();
            return Done(result.CommandTag, result.RowsAffected, result.Notices, null);
        }
        catch (Exception error)
        {
            if (progress is not null) await progress.EndAsync();
            return Done("", -1, [], Failure.From(error));
        }
        finally
        {
            _session.Options = StatementOptions.Default;
            _session.CopyInput = null;
            _session.CopyOutput = null;
            End();
        }
    }

    /// <summary>Parses and binds a statement.</summary>
    public async Task<IMessage> PrepareAsync(PrepareStatement request, RpcCall call)
    {
        using CancellationTokenSource stop = Begin(request.Number, call);
        try
        {
            IPreparedStatement statement = await _session.PrepareAsync(request.Sql, request.ParameterTypes, stop.Token);
            lock (_lock)
            {
                // The statement counts before it is refused, so that it is disposed of with the session.
                _prepared.Add(++_lastPrepared, statement);
                if (_prepared.Count <= MaxPrepared)
                    return new StatementPrepared(_lastPrepared, statement.Schema, statement.ParameterTypes);
            }
            throw new QueryException(
                SqlStates.ProgramLimitExceeded, $"Too many prepared statements: {MaxPrepared}",
                hint: "Dispose of those that are not needed any more.");
        }
        catch (Exception error)
        {
            return Done("", -1, [], Failure.From(error));
        }
        finally
        {
            End();
        }
    }

    /// <summary>Forgets a prepared statement.</summary>
    public async Task<IMessage> CloseAsync(CloseStatement request)
    {
        IPreparedStatement? statement;
        lock (_lock) _prepared.Remove(request.Prepared, out statement);
        if (statement is not null) await statement.DisposeAsync();
        return Messages.Done.Instance;
    }

    /// <summary>Stops the statement, if it still runs.</summary>
    public Task<IMessage> Cancel(CancelStatement request)
    {
        lock (_lock)
        {
            if (_runningNumber == request.Number) _running?.Cancel();
        }
        return Task.FromResult<IMessage>(Messages.Done.Instance);
    }

    /// <summary>Rolls back and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (IPreparedStatement statement in _prepared.Values) await statement.DisposeAsync();
        await _session.DisposeAsync();
    }

    private static async Task SendAsync(QueryResult result, RpcCall call, CancellationToken cancellationToken)
    {
        await call.SendAsync(new ResultHeader(result.Schema));
        using BatchSender sender = new(call);
        while (true)
        {
            ValueTask<ResultBatch?> next = result.ReadAsync(cancellationToken);
            // Rows that are there must not wait for rows that are not.
            if (!next.IsCompleted && sender.HasUnsent) await sender.FinishAsync(cancellationToken);
            if (await next is not ResultBatch batch) break;
            await sender.AddAsync(batch.Batch, cancellationToken);
        }
        await sender.FinishAsync(cancellationToken);
    }

    private CancellationTokenSource Begin(long number, RpcCall call)
    {
        lock (_lock)
        {
            if (_running is not null)
            {
                throw new ClusterException(
                    "A statement of this session is under way", isTransient: false, SqlStates.ObjectInUse,
                    "Dispose of its result first, or open another connection.");
            }
            _changedSettings.Clear();
            _runningNumber = number;
            _running = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
            return _running;
        }
    }

    private void End()
    {
        lock (_lock) _running = null;
    }

    private StatementDone Done(string commandTag, long rowsAffected, IReadOnlyList<string> notices, Failure? error)
    {
        lock (_lock)
        {
            return new StatementDone(
                commandTag, rowsAffected, notices, _session.TransactionStatus, [.. _changedSettings], error);
        }
    }

    private IPreparedStatement Find(long number)
    {
        lock (_lock)
        {
            return _prepared.TryGetValue(number, out IPreparedStatement? statement)
                ? statement
                : throw new QueryException(SqlStates.InvalidStatementName, "There is no such prepared statement");
        }
    }
}

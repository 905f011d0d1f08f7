using System.Collections.Immutable;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Formats.Postgres;
using ColFrag.Engine.Types;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// One client of the PostgreSQL protocol, version 3: start-up, then simple and extended queries over a session of ours.
/// Source: PostgreSQL documentation, "Frontend/Backend Protocol".
/// </summary>
internal sealed class PostgresConnection
{
    private const int MaxStatements = 10_000;
    private const int MaxPortals = 1_000;
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);
    private readonly PostgresServer _server;
    private readonly CancellationToken _closed;
    private readonly PostgresReader _reader;
    private readonly PostgresWriter _writer;
    private readonly ISession _session;
    private readonly Dictionary<string, PostgresStatement> _statements = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PostgresPortal> _portals = new(StringComparer.Ordinal);
    private readonly PostgresSettings _settings;
    private readonly Lock _lock = new();
    private CancellationTokenSource? _running;

    /// <summary>Takes over a client that was let in.</summary>
    public PostgresConnection(PostgresGreeted client, PostgresServer server, CancellationToken closed)
    {
        _server = server;
        _closed = closed;
        _reader = client.Reader;
        _writer = client.Writer;
        _session = client.Session;
        // Rows are written a column at a time, which flattens what must be flat.
        _session.Options = new StatementOptions { KeepsShapes = true };
        _settings = new PostgresSettings(_writer);
    }

    /// <summary>Serves the client until it leaves.</summary>
    public async Task RunAsync()
    {
        (int number, int secret) = _server.Cancellation.Add(this);
        try
        {
            await WelcomeAsync(number, secret);
            await ServeAsync();
        }
        catch (Exception error) when (error is ConnectionClosedException or IOException)
        {
            // The client has gone; what it ran is stopped below.
        }
        catch (OperationCanceledException)
        {
            await SayLastAsync(new QueryException(
                SqlStates.AdminShutdown, "terminating connection: the server stops"));
        }
        catch (Exception error)
        {
            // Whatever one client sends ends its own connection, never the server.
            await SayLastAsync(error);
        }
        finally
        {
            _server.Cancellation.Remove(number);
            await CloseAllAsync();
        }
    }

    private async ValueTask SayLastAsync(Exception error)
    {
        try
        {
            _writer.Abandon();
            PostgresErrors.Write(_writer, error, "FATAL");
            using CancellationTokenSource over = new();
            Task saying = _writer.FlushAsync(_closed).AsTask();
            await Task.WhenAny(saying, _server.Clock.Delay(s_lastWords, over.Token));
            await over.CancelAsync();
            // One who does not read is not waited for any longer.
            if (saying.IsCompleted) await saying;
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            // Gone.
        }
    }

    /// <summary>Stops the statement at work, if any.</summary>
    public void CancelStatement()
    {
        lock (_lock) _running?.Cancel();
    }

    private async ValueTask WelcomeAsync(int number, int secret)
    {
        _writer.Begin('R');
        _writer.WriteInt32(0);
        _writer.End();
        foreach ((string name, string value) in _session.ReportedSettings) _settings.Report(name, value);
        _session.SettingChanged = _settings.Report;
        _writer.Begin('K');
        _writer.WriteInt32(number);
        _writer.WriteInt32(secret);
        _writer.End();
        await ReadyAsync();
    }

    private ValueTask ReadyAsync()
    {
        _writer.Begin('Z');
        _writer.WriteByte((byte)(_session.TransactionStatus switch
        {
            TransactionStatus.InTransaction => 'T',
            TransactionStatus.Failed => 'E',
            _ => 'I',
        }));
        _writer.End();
        return _writer.FlushAsync(_closed);
    }

    private async Task ServeAsync()
    {
        bool skipsToSync = false;
        while (await _reader.ReadAsync(_server.Draining) is { } message)
        {
            switch (message.Type)
            {
                case 'X':
                    return;
                case 'S':
                    skipsToSync = false;
                    await ClosePortalsOfEndedAsync();
                    await ReadyAsync();
                    continue;
                case 'H':
                    await _writer.FlushAsync(_closed);
                    continue;
                case 'Q':
                    skipsToSync = false;
                    await QueryAsync(message.ReadText());
                    await ReadyAsync();
                    continue;
                case 'd' or 'c' or 'f':
                    // Left over from a COPY that ended early.
                    continue;
            }
            if (skipsToSync) continue;
            try
            {
                await ExtendedAsync(message);
            }
            catch (Exception error) when (IsForClient(error))
            {
                _writer.Abandon();
                PostgresErrors.Write(_writer, error);
                skipsToSync = true;
            }
        }
    }

    private bool IsForClient(Exception error) =>
        error is not (ConnectionClosedException or IOException) &&
        !(error is OperationCanceledException &&
            (_closed.IsCancellationRequested || _server.Stopping.IsCancellationRequested));

    // ---- Simple queries --------------------------------------------------------------------------------------------

    private async ValueTask QueryAsync(string sql)
    {
        int start = 0;
        bool isOwnTransaction = false;
        try
        {
            IReadOnlyList<Statement> statements = Parser.ParseStatements(sql);
            if (statements.Count == 0) _writer.Empty('I');
            if (statements.Count > 1 && _session.TransactionStatus == TransactionStatus.Idle &&
                !statements.Any(s => s is BeginStatement or CommitStatement or RollbackStatement or VacuumStatement))
            {
                isOwnTransaction = true;
                await RunSilentlyAsync("BEGIN");
            }
            foreach (Statement statement in statements)
            {
                start = statement.Range.Start;
                await QueryOneAsync(sql.Substring(start, statement.Range.Length), statement);
            }
            if (isOwnTransaction) await RunSilentlyAsync("COMMIT");
        }
        catch (Exception error) when (IsForClient(error))
        {
            _writer.Abandon();
            PostgresErrors.Write(
                _writer, error, statementStart: error is QueryException { SqlState: SqlStates.SyntaxError } &&
                    start == 0 ? 0 : start);
            if (isOwnTransaction) await RunSilentlyAsync("ROLLBACK");
        }
    }

    private async ValueTask RunSilentlyAsync(string sql)
    {
        QueryResult result = await _session.ExecuteAsync(sql);
        await result.DisposeAsync();
    }

    private async ValueTask QueryOneAsync(string sql, Statement statement)
    {
        CancellationToken cancel = StartWork();
        try
        {
            if (PostgresCopy.IsCopy(statement))
            {
                await CopyAsync(statement, cancel);
                return;
            }
            PostgresStatement simple = new(statement, null, []);
            await using PostgresPortal portal = new(simple, [], [], _settings.Moments);
            portal.Result = await DeallocateAsync(statement)
                ?? await _session.ExecuteAsync(sql, null, cancel);
            if (portal.Result.Schema.Count > 0)
            {
                WriteRowDescription(portal.Result.Schema, portal);
            }
            await portal.SendAsync(_writer, long.MaxValue, cancel);
            Complete(portal.Result);
        }
        finally
        {
            EndWork();
        }
    }

    // Statements that messages prepared and those of PREPARE have one space of names.
    private async ValueTask<QueryResult?> DeallocateAsync(Statement statement)
    {
        if (statement is not DeallocateStatement deallocate) return null;
        string[] names = deallocate.Name is { } one ? [one.Name] : [.. _statements.Keys.Where(n => n.Length > 0)];
        bool isFound = false;
        foreach (string name in names)
        {
            if (!_statements.Remove(name, out PostgresStatement? known)) continue;
            isFound = true;
            if (known.Prepared is not null) await known.Prepared.DisposeAsync();
        }
        return isFound && deallocate.Name is not null ? new OutcomeResult("DEALLOCATE") : null;
    }

    private async ValueTask CopyAsync(Statement statement, CancellationToken cancel)
    {
        PostgresCopy copy = new(_session, _reader, _writer, _closed);
        await using QueryResult result = await copy.RunAsync(statement, cancel);
        Complete(result);
    }

    private void Complete(QueryResult result)
    {
        foreach (string notice in result.Notices) PostgresErrors.WriteNotice(_writer, notice);
        _writer.Begin('C');
        _writer.WriteText(result.CommandTag);
        _writer.End();
    }

    // ---- Extended queries ------------------------------------------------------------------------------------------

    private async ValueTask ExtendedAsync(PostgresMessage message)
    {
        // These are over before a cancel request could come.
        switch (message.Type)
        {
            case 'B': await BindAsync(message); return;
            case 'D': Describe(message); return;
            case 'C': await CloseAsync(message); return;
            case 'P' or 'E': break;
            default: throw new QueryException(SqlStates.ProtocolViolation, $"Unknown message type: '{message.Type}'");
        }
        CancellationToken cancel = StartWork();
        try
        {
            if (message.Type == 'P') await ParseAsync(message, cancel);
            else await ExecuteAsync(message, cancel);
        }
        finally
        {
            EndWork();
        }
    }

    private async ValueTask ParseAsync(PostgresMessage message, CancellationToken cancel)
    {
        string name = message.ReadText();
        string sql = message.ReadText();
        int count = message.ReadCount(4);
        ImmutableArray<int>.Builder ids = ImmutableArray.CreateBuilder<int>(count);
        for (int i = 0; i < count; i++) ids.Add(message.ReadInt32());
        if (name.Length > 0 && _statements.ContainsKey(name))
        {
            throw new QueryException("42P05", $"Prepared statement already exists: \"{name}\"");
        }
        if (_statements.Count >= MaxStatements)
        {
            throw new QueryException(SqlStates.ProgramLimitExceeded, $"Too many prepared statements: {MaxStatements}");
        }
        IReadOnlyList<Statement> parsed = Parser.ParseStatements(sql);
        if (parsed.Count > 1)
        {
            throw new QueryException(
                SqlStates.SyntaxError, "Cannot insert multiple commands into a prepared statement",
                parsed[1].Range.Start);
        }
        Statement? statement = parsed.Count == 0 ? null : parsed[0];
        LogicalType?[] types = [.. ids.Select(PostgresTypes.FromId)];
        IPreparedStatement? prepared = statement is null
            ? null
            : await _session.PrepareAsync(sql, types, cancel);
        if (prepared is not null && TakeNumerics(ids, prepared, types))
        {
            await prepared.DisposeAsync();
            prepared = await _session.PrepareAsync(sql, types, cancel);
        }
        if (_statements.Remove(name, out PostgresStatement? old) && old.Prepared is not null)
        {
            await old.Prepared.DisposeAsync();
        }
        _statements.Add(name, new PostgresStatement(statement, prepared, ids.ToImmutable()));
        _writer.Empty('1');
    }

    // A NUMERIC has no scale before its value comes: its place says it, or where that has no opinion it gets a wide
    // one.
    private static bool TakeNumerics(
        ImmutableArray<int>.Builder ids, IPreparedStatement prepared, LogicalType?[] types)
    {
        bool isTaken = false;
        for (int i = 0; i < ids.Count; i++)
        {
            if (ids[i] != PostgresTypes.Numeric || prepared.ParameterTypes[i].Kind != TypeKind.Varchar) continue;
            types[i] = LogicalType.Decimal(LogicalType.MaxDecimalPrecision, 10);
            isTaken = true;
        }
        return isTaken;
    }

    private async ValueTask BindAsync(PostgresMessage message)
    {
        string portalName = message.ReadText();
        PostgresStatement statement = FindStatement(message.ReadText());
        int formatCount = message.ReadCount(2);
        short[] formats = new short[formatCount];
        for (int i = 0; i < formatCount; i++) formats[i] = message.ReadInt16();
        int count = message.ReadCount(4);
        IReadOnlyList<LogicalType> types = statement.Prepared?.ParameterTypes ?? [];
        if (count != types.Count)
        {
            throw new QueryException(
                SqlStates.ProtocolViolation, $"Wrong number of parameters: {count} given, {types.Count} needed");
        }
        ImmutableArray<Value>.Builder parameters = ImmutableArray.CreateBuilder<Value>(count);
        for (int i = 0; i < count; i++)
        {
            int length = message.ReadInt32();
            short format = formats.Length switch { 0 => 0, 1 => formats[0], _ => i < formats.Length ? formats[i]
                : (short)0 };
            string place = $"parameter ${i + 1}";
            // Text is handed on as text: the statement's own cast, whose rules are PostgreSQL's, reads it.
            parameters.Add(
                length < 0 ? Value.Null(types[i])
                : format == 1 ? PostgresBinaryReader.Read(message.ReadBytes(length), types[i], place)
                : PostgresBinaryReader.ReadText(message.ReadBytes(length), place));
        }
        int resultFormats = message.ReadCount(2);
        ImmutableArray<short>.Builder results = ImmutableArray.CreateBuilder<short>(resultFormats);
        for (int i = 0; i < resultFormats; i++) results.Add(message.ReadInt16());
        if (results.Count > 1 && results.Count != statement.Schema.Count)
        {
            throw new QueryException(SqlStates.ProtocolViolation, $"Wrong number of result formats: {results.Count}");
        }
        if (_portals.Remove(portalName, out PostgresPortal? old)) await old.DisposeAsync();
        if (_portals.Count >= MaxPortals)
        {
            throw new QueryException(SqlStates.ProgramLimitExceeded, $"Too many portals: {MaxPortals}");
        }
        _portals.Add(portalName, new PostgresPortal(
            statement, parameters.MoveToImmutable(), results.ToImmutable(), _settings.Moments));
        _writer.Empty('2');
    }

    private void Describe(PostgresMessage message)
    {
        char kind = (char)message.ReadByte();
        string name = message.ReadText();
        if (kind == 'S')
        {
            PostgresStatement statement = FindStatement(name);
            IReadOnlyList<LogicalType> types = statement.Prepared?.ParameterTypes ?? [];
            _writer.Begin('t');
            _writer.WriteInt16(types.Count);
            for (int i = 0; i < types.Count; i++)
            {
                int given = i < statement.ParameterIds.Length ? statement.ParameterIds[i] : 0;
                _writer.WriteInt32(given is not 0 and not PostgresTypes.Unknown ? given
                    : PostgresTypes.Of(types[i]).Id);
            }
            _writer.End();
            DescribeRows(statement.Schema, null);
            return;
        }
        PostgresPortal portal = FindPortal(name);
        DescribeRows(portal.Statement.Schema, portal);
    }

    private void DescribeRows(Schema schema, PostgresPortal? portal)
    {
        if (schema.Count == 0) _writer.Empty('n');
        else WriteRowDescription(schema, portal);
    }

    private void WriteRowDescription(Schema schema, PostgresPortal? portal)
    {
        _writer.Begin('T');
        _writer.WriteInt16(schema.Count);
        for (int i = 0; i < schema.Count; i++)
        {
            (int id, int size) = PostgresTypes.Of(schema[i].Type);
            _writer.WriteText(schema[i].Name);
            _writer.WriteInt32(0);
            _writer.WriteInt16(0);
            _writer.WriteInt32(id);
            _writer.WriteInt16(size);
            _writer.WriteInt32(PostgresTypes.ModifierOf(schema[i].Type));
            _writer.WriteInt16(portal?.FormatOf(i) ?? 0);
        }
        _writer.End();
    }

    private async ValueTask ExecuteAsync(PostgresMessage message, CancellationToken cancel)
    {
        PostgresPortal portal = FindPortal(message.ReadText());
        int limit = message.ReadInt32();
        if (portal.Statement.Prepared is not { } prepared)
        {
            _writer.Empty('I');
            return;
        }
        if (PostgresCopy.IsCopy(portal.Statement.Parsed!))
        {
            await CopyAsync(portal.Statement.Parsed!, cancel);
            return;
        }
        portal.Result ??= await prepared.ExecuteAsync(portal.Parameters, cancel);
        await portal.SendAsync(_writer, limit <= 0 ? long.MaxValue : limit, cancel);
        if (portal.IsComplete) Complete(portal.Result);
        else _writer.Empty('s');
    }

    private async ValueTask CloseAsync(PostgresMessage message)
    {
        char kind = (char)message.ReadByte();
        string name = message.ReadText();
        if (kind == 'S')
        {
            if (_statements.Remove(name, out PostgresStatement? statement) && statement.Prepared is not null)
            {
                await statement.Prepared.DisposeAsync();
            }
        }
        else if (_portals.Remove(name, out PostgresPortal? portal))
        {
            await portal.DisposeAsync();
        }
        _writer.Empty('3');
    }

    private PostgresStatement FindStatement(string name) =>
        _statements.TryGetValue(name, out PostgresStatement? statement)
            ? statement
            : throw new QueryException("26000", $"Prepared statement does not exist: \"{name}\"");

    private PostgresPortal FindPortal(string name) =>
        _portals.TryGetValue(name, out PostgresPortal? portal)
            ? portal
            : throw new QueryException("34000", $"Portal does not exist: \"{name}\"");

    // ---- Life of a statement ---------------------------------------------------------------------------------------

    private CancellationToken StartWork()
    {
        lock (_lock)
        {
            _running = CancellationTokenSource.CreateLinkedTokenSource(_server.Stopping, _closed);
            return _running.Token;
        }
    }

    private void EndWork()
    {
        lock (_lock)
        {
            _running?.Dispose();
            _running = null;
        }
    }

    private ValueTask ClosePortalsOfEndedAsync() =>
        _session.TransactionStatus == TransactionStatus.Idle ? ClosePortalsAsync() : ValueTask.CompletedTask;

    private async ValueTask ClosePortalsAsync()
    {
        foreach (PostgresPortal portal in _portals.Values) await portal.DisposeAsync();
        _portals.Clear();
    }

    private async ValueTask CloseAllAsync()
    {
        await ClosePortalsAsync();
        foreach (PostgresStatement statement in _statements.Values)
        {
            if (statement.Prepared is not null) await statement.Prepared.DisposeAsync();
        }
        _statements.Clear();
    }
}

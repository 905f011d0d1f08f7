using ColFrag.Engine.Errors;
using ColFrag.Engine.Execution;
using ColFrag.Engine.Formats.Input;
using ColFrag.Engine.Functions;
using ColFrag.Engine.Functions.Casts;
using ColFrag.Engine.Plan;
using ColFrag.Engine.Plan.Binding;
using ColFrag.Engine.Plan.Rules;
using ColFrag.Engine.Sql;
using ColFrag.Engine.Store;
using ColFrag.Engine.Types;

namespace ColFrag.Engine.Sessions;

/// <summary>
/// One user's conversation: settings, prepared statements, the transaction, statements one after another.
/// </summary>
internal sealed class Session : ISession
{
    private const int MaxTries = 100;
    private const int MaxLateKeys = 8;

    private readonly List<string> _notices = [];
    private readonly List<(string Name, TransactionState State)> _savepoints = [];
    private readonly Dictionary<string, NamedPrepared> _prepared = new(StringComparer.OrdinalIgnoreCase);
    private readonly SessionCursors _cursors = new();
    private Transaction? _open;
    private bool _hasFailed;
    private bool _isReadOnly;
    private long _lastRevision;
    private DateTime _transactionTime;
    private (long Settings, string[]? Path) _searchPath;

    public Session(SessionHost host)
    {
        Host = host;
        Temporary = new TemporarySchema(host);
        Kept = new KeptStatements(this);
        Settings.Changed = (name, value) => SettingChanged?.Invoke(name, value);
    }

    public SessionHost Host { get; }

    public SessionSettings Settings { get; } = new();

    /// <summary>Rows that readers of files rejected, outside of COPY.</summary>
    public SessionRejects Rejects { get; } = new();

    /// <summary>Its temporary tables.</summary>
    public TemporarySchema Temporary { get; }

    /// <summary>What it ran last.</summary>
    public KeptStatements Kept { get; }

    /// <summary>The values of SET VARIABLE.</summary>
    public Dictionary<string, Value> Variables { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Rows of other libraries of this process, by the names that they were given.</summary>
    public SessionImports Imports { get; } = new();

    /// <summary>What sequences gave it.</summary>
    public SessionSequences Sequences { get; } = new();

    /// <summary>True while nothing may be changed.</summary>
    public bool IsReadOnly => _open is null
        ? SettingRegistry.IsOn(Settings["default_transaction_read_only"].Text)
        : _isReadOnly || SettingRegistry.IsOn(Settings["transaction_read_only"].Text);

    /// <summary>Who talks.</summary>
    public string UserName => Settings["session_authorization"].Text;

    /// <summary>Where statements find files.</summary>
    public IInputFiles InputFiles => Host.InputFiles;

    public string DataSource => Host.DataSource;

    public Stream? CopyInput { get; set; }

    public Stream? CopyOutput { get; set; }

    public StatementOptions Options { get; set; } = StatementOptions.Default;

    public Action<string, string>? SettingChanged { get; set; }

    public IEnumerable<(string Name, string Value)> ReportedSettings =>
        Settings.List().Where(s => s.Setting.IsReported).Select(s => (s.Setting.Name, s.Value.Text));

    public TransactionStatus TransactionStatus =>
        _open is null ? TransactionStatus.Idle : _hasFailed ? TransactionStatus.Failed
            : TransactionStatus.InTransaction;

    /// <summary>Keeps a remark for the user of the statement at work.</summary>
    public void AddNotice(string text)
    {
        lock (_notices) _notices.Add(text);
    }

    /// <inheritdoc/>
    public async Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default)
    {
        if (Kept.Find(sql) is { } known)
            return await ExecuteAsync(known.Statement, parameters ?? [], null, cancellationToken, known.Plan);
        Statement? statement;
        try
        {
            statement = ParseOne(sql);
        }
        catch (QueryException)
        {
            // A text that is no statement ends a transaction block as any other error does.
            _hasFailed = _open is not null;
            throw;
        }
        if (statement is null) return new OutcomeResult("");
        KeptPlan? plan = statement is QueryStatement ? new KeptPlan(this) : null;
        QueryResult result = await ExecuteAsync(statement, parameters ?? [], null, cancellationToken, plan);
        if (plan is not null) Kept.Keep(new KeptStatement(sql, statement, plan));
        return result;
    }

    /// <inheritdoc/>
    public async Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null, CancellationToken cancellationToken = default)
    {
        try
        {
            return await PrepareOneAsync(sql, parameterTypes, cancellationToken);
        }
        catch (QueryException)
        {
            // What cannot be prepared ends a transaction block, as what cannot be run does.
            _hasFailed = _open is not null;
            throw;
        }
    }

    private async Task<IPreparedStatement> PrepareOneAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes, CancellationToken cancellationToken)
    {
        Statement statement = ParseOne(sql)
            ?? throw new QueryException(SqlStates.SyntaxError, "The statement is empty");
        RequireUsable(statement);
        await using StatementScope scope = await BeginAsync(cancellationToken);
        StatementBinder binder = new(scope.Catalog, scope.Info, parameterTypes);
        // The parameters of a cursor are those of its query.
        Statement described = await FillPivotsAsync(
            statement is DeclareCursorStatement declare ? new QueryStatement(declare.Query) : statement, scope,
            cancellationToken);
        BoundStatement bound = binder.Bind(described);
        Schema schema = statement switch
        {
            DeclareCursorStatement => new Schema(),
            FetchStatement { IsMove: false } fetch => _cursors.Find(fetch.Cursor).Schema,
            _ => UtilityStatements.SchemaOf(bound, this),
        };
        return new PreparedStatement(this, statement, schema, [.. bound.ParameterTypes]);
    }

    public async ValueTask DisposeAsync()
    {
        await _cursors.CloseAllAsync(alsoHeld: true);
        if (_open is not null) await _open.DisposeAsync();
        Imports.Dispose();
        _open = null;
        await Temporary.EndAsync(_lastRevision);
    }

    /// <summary>Runs one parsed statement.</summary>
    internal async Task<QueryResult> ExecuteAsync(
        Statement statement, IReadOnlyList<Value> parameters, IReadOnlyList<LogicalType?>? parameterTypes,
        CancellationToken cancellationToken, KeptPlan? kept = null)
    {
        lock (_notices) _notices.Clear();
        RequireUsable(statement);
        CancellationTokenSource? timeout = StartTimeout(ref cancellationToken);
        try
        {
            QueryResult result = await RunAsync(statement, parameters, parameterTypes, cancellationToken, kept);
            // Rows that are still to come have what is left of the time.
            if (result is StreamResult stream) (stream.Timeout, timeout) = (timeout, null);
            return result;
        }
        catch (OperationCanceledException error)
        {
            _hasFailed = _open is not null;
            throw Cancelled(timeout?.IsCancellationRequested == true, error);
        }
        catch (Exception)
        {
            _hasFailed = _open is not null;
            throw;
        }
        finally
        {
            timeout?.Dispose();
        }
    }

    /// <summary>Takes the remarks of the statement that ends.</summary>
    internal IReadOnlyList<string> TakeNotices()
    {
        lock (_notices)
        {
            string[] taken = [.. _notices];
            _notices.Clear();
            return taken;
        }
    }

    /// <summary>What functions may know, fixed for the statement.</summary>
    internal SessionInfo SessionInfoOf()
    {
        DateTime now = Host.Clock.UtcNow;
        return new SessionInfo
        {
            StatementMicroseconds = Microseconds(now),
            TransactionMicroseconds = Microseconds(_open is null ? now : _transactionTime),
            TimeZone = Settings["timezone"].Text,
            DateStyle = DateStyle.Parse(Settings["datestyle"].Text),
            RandomSeed = Host.Random.NextUInt64(),
            UserName = UserName,
            SearchPath = SearchPath(),
        };
    }

    // Statements are many and changes of settings few.
    private string[] SearchPath()
    {
        if (_searchPath.Path is null || _searchPath.Settings != Settings.Version)
        {
            string[] path = [.. Settings["search_path"].Text.Split(',').Select(s => s.Trim())];
            _searchPath = (Settings.Version, path);
        }
        return _searchPath.Path;
    }

    /// <summary>What a run of this session's statement needs.</summary>
    internal QueryEnvironment EnvironmentOf(
        SessionInfo info, IReadOnlyList<Value> parameters, ScanProgress? progress = null) => new()
    {
        Scheduler = Host.Scheduler,
        Memory = Host.Memory,
        Spill = Host.Spill,
        SpillRows = Settings.Number("spill_rows"),
        Session = info,
        Parameters = parameters,
        DisabledRules = OptimizerContext.ParseRules(Settings["disabled_rules"].Text),
        Progress = progress,
    };

    private static long Microseconds(DateTime time) => (time - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;

    private Statement? ParseOne(string sql)
    {
        int limit = (int)Settings.Number("max_statement_length");
        IReadOnlyList<Statement> statements =
            Parser.ParseStatements(sql, new ParserOptions { MaximumTextLength = limit });
        if (statements.Count <= 1) return statements.Count == 0 ? null : statements[0];
        throw new QueryException(
            SqlStates.SyntaxError, "Cannot run more than one statement in one call", statements[1].Range.Start);
    }

    private void RequireUsable(Statement statement)
    {
        if (TransactionStatus == TransactionStatus.Failed && statement is not (CommitStatement or RollbackStatement))
        {
            throw new QueryException(
                SqlStates.InFailedTransaction,
                "Current transaction is aborted, commands ignored until end of transaction block",
                hint: "ROLLBACK ends it.");
        }
    }

    private CancellationTokenSource? StartTimeout(ref CancellationToken cancellationToken)
    {
        long milliseconds = Settings.Number("statement_timeout");
        if (milliseconds == 0) return null;
        CancellationTokenSource timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(TimeSpan.FromMilliseconds(milliseconds));
        cancellationToken = timeout.Token;
        return timeout;
    }

    /// <summary>What a statement that was stopped says.</summary>
    internal static QueryException Cancelled(bool isLate, OperationCanceledException error) => new(
        SqlStates.QueryCanceled,
        isLate
            ? "Query cancelled: canceling statement due to statement timeout"
            : "Query cancelled: canceling statement due to user request",
        inner: error);

    private async Task<QueryResult> RunAsync(
        Statement statement, IReadOnlyList<Value> parameters, IReadOnlyList<LogicalType?>? parameterTypes,
        CancellationToken cancellationToken, KeptPlan? kept = null)
    {
        switch (statement)
        {
            case BeginStatement begin:
                return await BeginBlockAsync(begin, cancellationToken);
            case CommitStatement:
                return await CommitBlockAsync(cancellationToken);
            case RollbackStatement { Savepoint: { } savepoint }:
                return RollBackTo(savepoint);
            case RollbackStatement:
                return await RollBackBlockAsync();
            case SavepointStatement savepoint:
                _savepoints.Add((savepoint.Name.Name, RequireBlock("SAVEPOINT").Save()));
                return new OutcomeResult("SAVEPOINT");
            case ReleaseSavepointStatement release:
                int index = FindSavepoint(release.Name);
                _savepoints.RemoveRange(index, _savepoints.Count - index);
                return new OutcomeResult("RELEASE");
            case PrepareStatement prepare:
                return await PrepareByNameAsync(prepare, cancellationToken);
            case ExecuteStatement execute:
                return await ExecuteByNameAsync(execute, cancellationToken);
            case DeclareCursorStatement declare:
                return await DeclareAsync(declare, parameters, parameterTypes, cancellationToken);
            case FetchStatement fetch:
                return await _cursors.FetchAsync(fetch, cancellationToken);
            case CloseStatement close:
                return await _cursors.CloseAsync(close);
            case DeallocateStatement deallocate:
                if (deallocate.Name is null) _prepared.Clear();
                else if (!_prepared.Remove(deallocate.Name.Name)) throw NoPrepared(deallocate.Name);
                return new OutcomeResult("DEALLOCATE");
        }
        for (int tries = 1; ; tries++)
        {
            try
            {
                return await RunOnceAsync(statement, parameters, parameterTypes, cancellationToken, kept);
            }
            catch (QueryException error) when (CanRunAgain(statement, error, tries))
            {
                // Others were first; what they did is seen by the next try. Waiting a little keeps many from meeting
                // again.
                TimeSpan pause = TimeSpan.FromMicroseconds((long)(Host.Random.NextUInt64() % (ulong)(100 * tries)));
                await Host.Clock.Delay(pause, cancellationToken);
            }
        }
    }

    /// <summary>
    /// True for a single statement that lost against another transaction: run again it does what it would have done a
    /// moment later.
    /// </summary>
    private bool CanRunAgain(Statement statement, QueryException error, int tries)
    {
        if (_open is not null) return false;
        bool isChange =
            statement is InsertStatement or UpdateStatement or DeleteStatement or MergeStatement or TruncateStatement
                or AlterStatement or QueryStatement or RefreshStatement;
        if (!isChange) return false;
        if (error.SqlState == SqlStates.SerializationFailure) return tries < MaxTries;
        // Somebody may have added the key that ON CONFLICT did not find yet; or it is another key, which stays an
        // error.
        return error.SqlState == SqlStates.UniqueViolation && statement is InsertStatement { OnConflict: not null } &&
            tries < MaxLateKeys;
    }

    private async Task<QueryResult> RunOnceAsync(
        Statement statement, IReadOnlyList<Value> parameters, IReadOnlyList<LogicalType?>? parameterTypes,
        CancellationToken cancellationToken, KeptPlan? kept = null)
    {
        StatementScope scope = await BeginAsync(cancellationToken);
        bool isHandedOver = false;
        try
        {
            Kept.See(scope.Transaction.Base);
            StatementBinder binder = new(scope.Catalog, scope.Info, parameterTypes);
            BoundStatement? bound = kept?.Find(scope);
            if (bound is null)
            {
                Statement filled = await FillPivotsAsync(statement, scope, cancellationToken);
                bound = binder.Bind(filled);
                if (ReferenceEquals(filled, statement) && !binder.IsVolatile) kept?.Keep(bound, scope);
            }
            IReadOnlyList<Value> values = ParametersOf(bound, parameters, scope.Info);
            QueryEnvironment environment = EnvironmentOf(scope.Info, values, StatementChoices.ProgressOf(Options));
            StatementRunner runner = new(this, scope, binder, environment, IsReadOnly) { Kept = kept?.Operators };
            (QueryResult result, isHandedOver) = await runner.RunAsync(bound, cancellationToken);
            if (!isHandedOver) await scope.CommitAsync(cancellationToken);
            return result;
        }
        finally
        {
            if (!isHandedOver) await scope.DisposeAsync();
        }
    }

    private ValueTask<Statement> FillPivotsAsync(
        Statement statement, StatementScope scope, CancellationToken cancellationToken) =>
        new PivotValues(this, scope, EnvironmentOf(scope.Info, [])).FillAsync(statement, cancellationToken);

    private static IReadOnlyList<Value> ParametersOf(BoundStatement bound, IReadOnlyList<Value> given, SessionInfo info)
    {
        if (given.Count != bound.ParameterTypes.Count)
        {
            throw new QueryException(
                SqlStates.ProtocolViolation,
                $"Wrong number of parameters: {given.Count} given, {bound.ParameterTypes.Count} needed");
        }
        Value[] values = new Value[given.Count];
        for (int i = 0; i < values.Length; i++)
        {
            LogicalType type = bound.ParameterTypes[i];
            values[i] = given[i].IsNull ? Value.Null(type) : given[i];
            if (values[i].Type.Equals(type)) continue;
            if (CastFunctions.Find(values[i].Type, type, isTry: false) is null)
            {
                throw new QueryException(
                    SqlStates.DatatypeMismatch, $"Parameter ${i + 1} is {type}, to which {values[i].Type} has no cast");
            }
            try
            {
                values[i] = ExpressionEvaluator.EvaluateConstant(new Cast(new Constant(values[i]), type), info);
            }
            catch (QueryException error)
            {
                throw new QueryException(
                    error.SqlState, $"Parameter ${i + 1}: {error.Message}", hint: error.Hint, inner: error);
            }
        }
        return values;
    }

    // ---- Transactions ----------------------------------------------------------------------------------------------

    /// <summary>The transaction that a statement runs in: the open block's, or one of its own.</summary>
    private async ValueTask<StatementScope> BeginAsync(CancellationToken cancellationToken)
    {
        if (_open is not null) StatementChoices.RequireNone(Options);
        Transaction transaction = _open ?? await NewTransactionAsync(cancellationToken);
        return new StatementScope(this, transaction, isOwn: _open is null);
    }

    private ValueTask<Transaction> NewTransactionAsync(CancellationToken cancellationToken) =>
        StatementChoices.BeginAsync(Host.Tables, _lastRevision, Options, Settings, cancellationToken);

    /// <summary>Remembers what this session must see from now on.</summary>
    internal void Saw(long revision) => _lastRevision = Math.Max(_lastRevision, revision);

    private async Task<QueryResult> BeginBlockAsync(BeginStatement begin, CancellationToken cancellationToken)
    {
        if (_open is not null)
            return new OutcomeResult("BEGIN", notices: ["There is already a transaction in progress."]);
        if (begin.Modes.Isolation == IsolationLevel.Serializable)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "SERIALIZABLE is not supported", begin.Position,
                "REPEATABLE READ, the default here, gives each transaction one snapshot.");
        }
        _open = await NewTransactionAsync(cancellationToken);
        _transactionTime = Host.Clock.UtcNow;
        _isReadOnly = begin.Modes.IsReadOnly ?? SettingRegistry.IsOn(Settings["default_transaction_read_only"].Text);
        _hasFailed = false;
        Settings.BeginTransaction();
        return new OutcomeResult("BEGIN");
    }

    private async Task<QueryResult> CommitBlockAsync(CancellationToken cancellationToken)
    {
        if (_open is null) return new OutcomeResult("COMMIT", notices: ["There is no transaction in progress."]);
        if (_hasFailed) return await RollBackBlockAsync();
        Transaction transaction = _open;
        await _cursors.CloseAllAsync(alsoHeld: false);
        EndBlock();
        try
        {
            Temporary.BeforeCommit(transaction);
            CommitOutcome outcome = await transaction.CommitAsync(null, cancellationToken);
            Saw(outcome.Revision);
            Settings.EndTransaction(isCommitted: true);
            return new OutcomeResult("COMMIT");
        }
        catch
        {
            Settings.EndTransaction(isCommitted: false);
            throw;
        }
    }

    private async Task<QueryResult> RollBackBlockAsync()
    {
        if (_open is null) return new OutcomeResult("ROLLBACK", notices: ["There is no transaction in progress."]);
        Transaction transaction = _open;
        await _cursors.CloseAllAsync(alsoHeld: false);
        EndBlock();
        Settings.EndTransaction(isCommitted: false);
        await transaction.DisposeAsync();
        return new OutcomeResult("ROLLBACK");
    }

    /// <summary>SET TRANSACTION, and SET SESSION CHARACTERISTICS for the transactions to come.</summary>
    internal void SetModes(SetTransactionStatement set)
    {
        if (set.Modes.Isolation == IsolationLevel.Serializable)
        {
            throw new QueryException(
                SqlStates.FeatureNotSupported, "SERIALIZABLE is not supported", set.Position,
                "REPEATABLE READ, the default here, gives each transaction one snapshot.");
        }
        if (set.Modes.IsReadOnly is not { } isReadOnly) return;
        if (set.IsForSession) Settings.Set("default_transaction_read_only", isReadOnly ? "on" : "off");
        else if (_open is not null) _isReadOnly = isReadOnly;
    }

    /// <summary>Rows that are being read met an error, which ends a transaction block too.</summary>
    internal void FailBlock() => _hasFailed = _open is not null;

    private void EndBlock()
    {
        _open = null;
        _hasFailed = _isReadOnly = false;
        _savepoints.Clear();
    }

    private OutcomeResult RollBackTo(Identifier name)
    {
        Transaction transaction = RequireBlock("ROLLBACK TO SAVEPOINT");
        int index = FindSavepoint(name);
        transaction.RollBackTo(_savepoints[index].State);
        _savepoints.RemoveRange(index + 1, _savepoints.Count - index - 1);
        _hasFailed = false;
        return new OutcomeResult("ROLLBACK");
    }

    private Transaction RequireBlock(string what) => _open ??
        throw new QueryException("25P01", $"{what} can only be used in transaction blocks");

    private int FindSavepoint(Identifier name)
    {
        RequireBlock("SAVEPOINT");
        int index = _savepoints.FindLastIndex(s => s.Name == name.Name);
        return index >= 0
            ? index
            : throw new QueryException("3B001", $"Savepoint does not exist: \"{name.Name}\"", name.Position);
    }

    // ---- Cursors ---------------------------------------------------------------------------------------------------

    private async Task<QueryResult> DeclareAsync(
        DeclareCursorStatement declare, IReadOnlyList<Value> parameters, IReadOnlyList<LogicalType?>? parameterTypes,
        CancellationToken cancellationToken)
    {
        if (!declare.WithHold) RequireBlock("DECLARE CURSOR");
        _cursors.RequireNew(declare.Name);
        QueryResult rows = await RunOnceAsync(
            new QueryStatement(declare.Query), parameters, parameterTypes, cancellationToken);
        if (declare.WithHold) rows = await ValuesResult.ReadAllAsync(rows, cancellationToken);
        _cursors.Add(new SessionCursor(declare.Name.Name, rows, declare.WithHold));
        return new OutcomeResult("DECLARE CURSOR");
    }

    // ---- PREPARE and EXECUTE ---------------------------------------------------------------------------------------

    private async Task<QueryResult> PrepareByNameAsync(PrepareStatement prepare, CancellationToken cancellationToken)
    {
        if (_prepared.ContainsKey(prepare.Name.Name))
        {
            throw new QueryException(
                "42P05", $"Prepared statement already exists: \"{prepare.Name.Name}\"", prepare.Name.Position);
        }
        await using StatementScope scope = await BeginAsync(cancellationToken);
        Statement statement = await FillPivotsAsync(prepare.Statement, scope, cancellationToken);
        StatementBinder binder = new(scope.Catalog, scope.Info, TypesOf(prepare, scope));
        binder.Bind(statement);
        _prepared.Add(prepare.Name.Name, new NamedPrepared(prepare, binder.ParameterNames));
        return new OutcomeResult("PREPARE");
    }

    private async Task<QueryResult> ExecuteByNameAsync(ExecuteStatement execute, CancellationToken cancellationToken)
    {
        if (!_prepared.TryGetValue(execute.Name.Name, out NamedPrepared? prepared)) throw NoPrepared(execute.Name);
        PrepareStatement prepare = prepared.Statement;
        Value[] values;
        LogicalType?[] types;
        await using (StatementScope scope = await BeginAsync(cancellationToken))
        {
            types = [.. TypesOf(prepare, scope)];
            BindingContext context = new(scope.Catalog, scope.Info);
            values = [.. prepared.Ordered(execute).Select(a => OptionValues.ValueOf(a, context))];
        }
        return await RunAsync(prepare.Statement, values, types, cancellationToken);
    }

    private static IReadOnlyList<LogicalType?> TypesOf(PrepareStatement prepare, StatementScope scope)
    {
        BindingContext context = new(scope.Catalog, scope.Info);
        return [.. prepare.ParameterTypes.Select(t => (LogicalType?)TypeBinder.Bind(t, context))];
    }

    private static QueryException NoPrepared(Identifier name) =>
        new("26000", $"Prepared statement does not exist: \"{name.Name}\"", name.Position);
}

using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using ColFrag.Engine;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Data;

/// <summary>
/// A conversation with a database in this process, or with a server by native sessions. For one caller at a time.
/// </summary>
/// <example><code>
/// await using ColFragConnection connection = new("Data Source=shop");
/// await connection.OpenAsync();
/// </code></example>
public sealed class ColFragConnection : DbConnection
{
    private readonly EmbeddedDatabases.Lease? _shared;
    private ColFragConnectionStringBuilder _parts = [];
    private EmbeddedDatabases.Lease? _own;
    private ISession? _session;
    private ColFragTransaction? _transaction;
    private ColFragDataReader? _reader;
    private bool _hasQuery;
    private bool _isCounted;

    /// <summary>A connection that is told where to when it is opened.</summary>
    public ColFragConnection()
    {
    }

    /// <summary>A connection to what the string names.</summary>
    public ColFragConnection(string connectionString) => ConnectionString = connectionString;

    internal ColFragConnection(string connectionString, EmbeddedDatabases.Lease? shared)
        : this(connectionString) => _shared = shared;

    /// <inheritdoc/>
    [AllowNull]
    public override string ConnectionString
    {
        get => _parts.ConnectionString;
        set
        {
            if (_session is not null) throw new InvalidOperationException("The connection is open.");
            _parts = new ColFragConnectionStringBuilder(value ?? "");
        }
    }

    /// <inheritdoc/>
    public override string Database => _parts.Database.Length > 0 ? _parts.Database : "colfrag";

    /// <inheritdoc/>
    public override string DataSource => _session?.DataSource ?? (_parts.IsRemote ? _parts.Host : _parts.DataSource);

    /// <inheritdoc/>
    public override string ServerVersion => RequireSession() is { } session
        ? session.ReportedSettings.FirstOrDefault(s => s.Name == "server_version").Value ?? ""
        : "";

    /// <inheritdoc/>
    public override ConnectionState State => _session is null ? ConnectionState.Closed : ConnectionState.Open;

    /// <inheritdoc/>
    public override bool CanCreateBatch => true;

    /// <inheritdoc/>
    public override int ConnectionTimeout => _parts.Timeout;

    /// <summary>True where columns come as types that .NET has had from the start.</summary>
    internal bool HasBasicClrTypes => _parts.HasBasicClrTypes;

    /// <summary>Seconds that a command may take unless it says otherwise.</summary>
    internal int CommandTimeout => _parts.CommandTimeout;

    /// <inheritdoc/>
    protected override DbProviderFactory DbProviderFactory => ColFragFactory.Instance;

    /// <inheritdoc/>
    public override void Open() => OpenAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task OpenAsync(CancellationToken cancellationToken)
    {
        if (_session is not null) throw new InvalidOperationException("The connection is open.");
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            if (_parts.IsRemote)
            {
                _session = await OpenRemoteAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                // Opening a folder reads its catalog, which the caller's thread need not wait for.
                EmbeddedDatabases.Lease? lease = _shared ??
                    await Task.Run(() => _own = EmbeddedDatabases.Open(_parts), cancellationToken).ConfigureAwait(
                        false);
                _session = lease.Database.Connect();
                if (_parts.SearchPath.Length > 0) await RunAsync(
                    SearchPathStatement(), cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Engine.Errors.ColFragException error)
        {
            await CloseAsync().ConfigureAwait(false);
            throw new ColFragException(error);
        }
        ClientTelemetry.Count(1);
        _isCounted = true;
        OnStateChange(new StateChangeEventArgs(ConnectionState.Closed, ConnectionState.Open));
    }

    /// <inheritdoc/>
    public override void Close() => CloseAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public override async Task CloseAsync()
    {
        bool wasOpen = _session is not null;
        if (_reader is not null) await _reader.DisposeAsync().ConfigureAwait(false);
        _transaction = null;
        if (_session is not null) await _session.DisposeAsync().ConfigureAwait(false);
        _session = null;
        if (_own is not null) await _own.DisposeAsync().ConfigureAwait(false);
        _own = null;
        if (!wasOpen) return;
        if (_isCounted) ClientTelemetry.Count(-1);
        _isCounted = false;
        OnStateChange(new StateChangeEventArgs(ConnectionState.Open, ConnectionState.Closed));
    }

    /// <inheritdoc/>
    public override void ChangeDatabase(string databaseName)
    {
        if (databaseName != Database)
            throw new ColFragException(
                $"There is no database {databaseName} here", Engine.Errors.SqlStates.UndefinedObject);
    }

    /// <inheritdoc/>
    public override DataTable GetSchema() =>
        SchemaCollections.Get(this, DbMetaDataCollectionNames.MetaDataCollections, []);

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName) => SchemaCollections.Get(this, collectionName, []);

    /// <inheritdoc/>
    public override DataTable GetSchema(string collectionName, string?[] restrictionValues) =>
        SchemaCollections.Get(this, collectionName, restrictionValues ?? []);

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await CloseAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>A command of this connection.</summary>
    public new ColFragCommand CreateCommand() => new() { Connection = this };

    /// <summary>
    /// A table for LINQ; its queries run on this connection, which must be open and without a reader meanwhile.
    /// </summary>
    /// <inheritdoc cref="SessionQueries.Table{T}(ISession, string?)"/>
    public IQueryable<T> Table<T>(string? name = null) => SessionQueries.Table<T>(new ConnectionLinqSource(this), name);

    /// <summary>
    /// The session of an open connection, for what ADO.NET has no words for: batches whose columns are spans. It must be
    /// without a reader meanwhile.
    /// </summary>
    public ISession Session => RequireSession();

    /// <summary>The session; the connection is open.</summary>
    internal ISession RequireSession() =>
        _session ?? throw new InvalidOperationException("The connection is not open.");

    /// <summary>Lets one reader at a time use the session.</summary>
    internal void Begin(ColFragDataReader reader)
    {
        RequireNoReader();
        _reader = reader;
    }

    /// <summary>Frees the session for the next command.</summary>
    internal void End(ColFragDataReader reader)
    {
        if (ReferenceEquals(_reader, reader)) _reader = null;
    }

    internal void RequireNoReader()
    {
        if (_reader is not null) throw new InvalidOperationException(
            "A reader of this connection is open: close it first.");
        if (_hasQuery) throw new InvalidOperationException(
            "A LINQ query of this connection still reads rows: end its loop first.");
    }

    /// <summary>
    /// Writes the rows of a query as an Arrow IPC stream, which any Arrow library reads; nothing becomes objects.
    /// </summary>
    /// <returns>How many rows there were.</returns>
    public Task<long> CopyToArrowAsync(string query, Stream arrow, CancellationToken cancellationToken = default) =>
        UseSessionAsync(session => session.CopyToArrowAsync(query, arrow, cancellationToken));

    /// <summary>Does something with the session, which nobody else may use meanwhile.</summary>
    internal async Task<T> UseSessionAsync<T>(Func<ISession, Task<T>> work)
    {
        ISession session = BeginQuery();
        try
        {
            return await work(session).ConfigureAwait(false);
        }
        catch (Engine.Errors.ColFragException error)
        {
            throw new ColFragException(error);
        }
        finally
        {
            EndQuery();
        }
    }

    /// <summary>Lends the session to a LINQ query.</summary>
    internal ISession BeginQuery()
    {
        ISession session = RequireSession();
        RequireNoReader();
        _hasQuery = true;
        return session;
    }

    /// <summary>Takes the session back.</summary>
    internal void EndQuery() => _hasQuery = false;

    internal void Ended(ColFragTransaction transaction)
    {
        if (ReferenceEquals(_transaction, transaction)) _transaction = null;
    }

    /// <summary>Runs a statement without rows.</summary>
    internal async Task RunAsync(string sql, CancellationToken cancellationToken)
    {
        RequireNoReader();
        try
        {
            await using QueryResult result =
                await RequireSession().ExecuteAsync(sql, null, cancellationToken).ConfigureAwait(false);
        }
        catch (Engine.Errors.ColFragException error)
        {
            throw new ColFragException(error);
        }
    }

    /// <inheritdoc/>
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) =>
        BeginDbTransactionAsync(isolationLevel, CancellationToken.None).AsTask().GetAwaiter().GetResult();

    /// <inheritdoc/>
    protected override async ValueTask<DbTransaction> BeginDbTransactionAsync(
        IsolationLevel isolationLevel, CancellationToken cancellationToken)
    {
        if (_transaction is not null)
            throw new InvalidOperationException("A transaction is open; transactions do not nest, savepoints do.");
        if (isolationLevel is IsolationLevel.Serializable or IsolationLevel.Chaos)
            throw new NotSupportedException($"{isolationLevel} is not supported; a transaction has one snapshot.");
        await RunAsync("BEGIN", cancellationToken).ConfigureAwait(false);
        _transaction = new ColFragTransaction(this, IsolationLevel.Snapshot);
        return _transaction;
    }

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => CreateCommand();

    /// <inheritdoc/>
    protected override DbBatch CreateDbBatch() => new ColFragBatch { Connection = this };

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Close();
        base.Dispose(disposing);
    }

    private async Task<ISession> OpenRemoteAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, string> settings = [];
        if (_parts.SearchPath.Length > 0) settings["search_path"] = _parts.SearchPath;
        if (_parts.ApplicationName.Length > 0) settings["application_name"] = _parts.ApplicationName;
        SessionOptions options = new()
        {
            User = _parts.Username.Length > 0 ? _parts.Username : Environment.UserName,
            Password = _parts.Password.Length > 0 ? _parts.Password : null,
            Database = _parts.Database,
            Settings = settings,
            Tls = TlsOf(_parts),
        };
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (_parts.Timeout > 0) patience.CancelAfter(TimeSpan.FromSeconds(_parts.Timeout));
        ColFragException? failure = null;
        foreach (string address in ServerAddress.Of(_parts))
        {
            try
            {
                return await RemoteSession.ConnectAsync(address, options, patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                throw new ColFragException(
                    $"No connection to {address} within {_parts.Timeout} s",
                    Engine.Errors.SqlStates.ConnectionFailure, error);
            }
            catch (Engine.Errors.ColFragException error) when (!IsRefusal(error))
            {
                failure = new ColFragException(error);
            }
            catch (Exception error) when (error is IOException or System.Net.Sockets.SocketException)
            {
                failure = new ColFragException(
                    $"No connection to {address}: {error.Message}", Engine.Errors.SqlStates.ConnectionFailure, error);
            }
        }
        throw failure ?? new ColFragException("Host names no server", Engine.Errors.SqlStates.ConnectionFailure);
    }

    private static Protocol.Transport.ClientTls? TlsOf(ColFragConnectionStringBuilder parts)
    {
        try
        {
            return parts.Tls();
        }
        catch (Engine.Errors.ColFragException error)
        {
            throw new ColFragException(error);
        }
    }

    // A server that knows the user and refuses him speaks for all of them.
    private static bool IsRefusal(Engine.Errors.ColFragException error) =>
        error.SqlState.StartsWith("28", StringComparison.Ordinal);

    private string SearchPathStatement()
    {
        IEnumerable<string> schemas = _parts.SearchPath.Split(',', StringSplitOptions.TrimEntries)
            .Select(s => $"\"{s.Trim('"').Replace("\"", "\"\"", StringComparison.Ordinal)}\"");
        return $"SET search_path = {string.Join(", ", schemas)}";
    }
}

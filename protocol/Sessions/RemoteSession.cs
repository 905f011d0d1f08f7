using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Engine.Types;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Sessions;

/// <summary>
/// A session of a database in another process. When the connection breaks the session is lost, with its transaction;
/// every further call fails with a transient <see cref="ClusterException"/>.
/// </summary>
internal sealed class RemoteSession : ISession
{
    private readonly RpcConnection _connection;
    private readonly Dictionary<string, string> _settings = new(StringComparer.OrdinalIgnoreCase);
    private long _lastNumber;

    private RemoteSession(RpcConnection connection, string address, SessionWelcome welcome)
    {
        _connection = connection;
        DataSource = address;
        ServerSoftware = welcome.Software;
        foreach (SettingValue setting in welcome.Settings) _settings[setting.Name] = setting.Value;
    }

    /// <inheritdoc/>
    public string DataSource { get; }

    /// <summary>Name and release of the server.</summary>
    public string ServerSoftware { get; }

    /// <inheritdoc/>
    public TransactionStatus TransactionStatus { get; private set; }

    /// <inheritdoc/>
    public Stream? CopyInput { get; set; }

    /// <inheritdoc/>
    public Stream? CopyOutput { get; set; }

    /// <inheritdoc/>
    public StatementOptions Options { get; set; } = StatementOptions.Default;

    /// <inheritdoc/>
    public IEnumerable<(string Name, string Value)> ReportedSettings => _settings
        .OrderBy(static pair => pair.Key, StringComparer.Ordinal)
        .Select(static pair => (pair.Key, pair.Value));

    /// <inheritdoc/>
    public Action<string, string>? SettingChanged { get; set; }

    /// <summary>True while statements can be run.</summary>
    public bool IsOpen => _connection.IsOpen;

    /// <summary>Connects over sockets and opens a session.</summary>
    /// <param name="address"><c>host:port</c>, or <c>unix:</c> and the path of a socket.</param>
    /// <param name="options">Who asks, and how.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ColFragException">Nobody answers, or the server refuses.</exception>
    public static Task<RemoteSession> ConnectAsync(
        string address, SessionOptions options, CancellationToken cancellationToken = default) =>
        OpenAsync(
            new SocketTransport
            {
                Preface = SocketTransport.SessionPreface, ClientTls = options.Tls?.OptionsFor(address),
            },
            address, options, SystemClock.Instance, SystemRandom.Instance, cancellationToken);

    /// <summary>Connects and opens a session.</summary>
    /// <exception cref="ColFragException">Nobody answers, or the server refuses.</exception>
    public static async Task<RemoteSession> OpenAsync(
        ITransport transport, string address, SessionOptions options, IClock clock, IRandom random,
        CancellationToken cancellationToken = default)
    {
        SessionHello hello = new(
            ProtocolVersion.Oldest, ProtocolVersion.Newest, options.User, options.Database,
            [.. options.Settings.Select(static setting => new SettingValue(setting.Key, setting.Value))],
            Software.Name);
        ScramClient? scram =
            options.Password is string password ? new ScramClient(options.User, password, random) : null;
        bool hasProved = false;
        RpcConnection connection = await RpcConnection.OpenAsync(
            transport, address, hello, clock, RpcLimits.Default, scram is null ? null : Prove, cancellationToken);
        try
        {
            SessionWelcome welcome = connection.Welcome as SessionWelcome ?? throw new ClusterException(
                $"What answers at {address} gives no sessions", isTransient: false, SqlStates.ProtocolViolation);
            if (hasProved) scram!.Check(welcome.Proof.Span);
            return new RemoteSession(connection, address, welcome);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }

        Challenge Prove(Challenge question)
        {
            if (question.Mechanism != Scram.Mechanism)
            {
                throw new ClusterException(
                    $"The server wants {question.Mechanism}, this client can {Scram.Mechanism}", isTransient: false,
                    SqlStates.InvalidAuthorization);
            }
            if (question.Data.Length == 0) return new Challenge(Scram.Mechanism, scram!.First());
            hasProved = true;
            return new Challenge(Scram.Mechanism, scram!.Prove(question.Data.Span));
        }
    }

    /// <inheritdoc/>
    public Task<QueryResult> ExecuteAsync(
        string sql, IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
        RunAsync(sql, 0, parameters, cancellationToken);

    /// <inheritdoc/>
    public async Task<IPreparedStatement> PrepareAsync(
        string sql, IReadOnlyList<LogicalType?>? parameterTypes = null, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long number = ++_lastNumber;
        await using CancellationTokenRegistration registration = CancelOn(number, cancellationToken);
        IMessage reply = await _connection.CallAsync<IMessage>(
            new PrepareStatement(number, sql, parameterTypes ?? []), Timeout.InfiniteTimeSpan, CancellationToken.None);
        if (reply is StatementPrepared prepared) return new RemoteStatement(this, prepared);
        if (reply is StatementDone done) Take(done);
        throw new ClusterException(
            $"Unexpected answer from {DataSource} to a statement", isTransient: false, SqlStates.ProtocolViolation);
    }

    /// <summary>Closes the session; an open transaction is rolled back.</summary>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>Runs a text, or a prepared statement by its number.</summary>
    internal async Task<QueryResult> RunAsync(
        string sql, long prepared, IReadOnlyList<Value>? parameters, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long number = ++_lastNumber;
        StatementOptions options = Options;
        RunStatement request = new(
            number, sql, prepared, parameters ?? [], CopyInput is not null, CopyOutput is not null,
            options.Consistency, options.Acknowledgement, options.Progress is not null);
        // The call itself is not cancelled: its reply says what became of the transaction.
        RpcStream call = await _connection.StartAsync(request, Timeout.InfiniteTimeSpan, CancellationToken.None);
        RemoteResult result = new(this, call, number, CopyInput, CopyOutput) { Progress = options.Progress };
        try
        {
            await result.OpenAsync(cancellationToken);
            return result;
        }
        catch
        {
            await result.DisposeAsync();
            throw;
        }
    }

    /// <summary>Forgets a prepared statement at the server.</summary>
    internal async ValueTask ForgetAsync(long prepared)
    {
        if (IsOpen) await _connection.CallAsync<Done>(new CloseStatement(prepared), TimeSpan.FromSeconds(30));
    }

    /// <summary>Tells the server to stop a statement when the token says so.</summary>
    internal CancellationTokenRegistration CancelOn(long number, CancellationToken cancellationToken) =>
        cancellationToken.Register(() => _ = StopAsync(number));

    /// <summary>Tells the server to stop a statement; it ends as soon as its own reply comes.</summary>
    internal async Task StopAsync(long number)
    {
        try
        {
            await _connection.CallAsync<Done>(new CancelStatement(number), TimeSpan.FromSeconds(30));
        }
        catch (ColFragException)
        {
            // The statement's own call says what is wrong.
        }
    }

    /// <summary>Takes over what a statement left behind, and throws its error.</summary>
    internal void Take(StatementDone done)
    {
        TransactionStatus = done.Status;
        foreach (SettingValue setting in done.ChangedSettings)
        {
            _settings[setting.Name] = setting.Value;
            SettingChanged?.Invoke(setting.Name, setting.Value);
        }
        if (done.Error is Failure error) throw error.ToException();
    }

    private sealed class RemoteStatement(RemoteSession session, StatementPrepared prepared) : IPreparedStatement
    {
        public Schema Schema => prepared.Schema;

        public IReadOnlyList<LogicalType> ParameterTypes => prepared.ParameterTypes;

        public Task<QueryResult> ExecuteAsync(
            IReadOnlyList<Value>? parameters = null, CancellationToken cancellationToken = default) =>
            session.RunAsync("", prepared.Prepared, parameters, cancellationToken);

        public ValueTask DisposeAsync() => session.ForgetAsync(prepared.Prepared);
    }
}

using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>
/// The first messages of a connection: TLS, refusal of GSSAPI, cancel requests, the start-up message, the proof of who
/// the client is. Source: PostgreSQL documentation, "Message Flow", start-up.
/// </summary>
#pragma warning disable CA1001 // What it owns it hands to the client that was let in, or frees at the end of RunAsync.
internal sealed class PostgresHandshake(PostgresServer server, IDuplexPipe transport, ClientOrigin origin)
#pragma warning restore CA1001
{
    private const int ProtocolVersion3 = 196_608;
    private const int CancelRequest = 80_877_102;
    private const int TlsRequest = 80_877_103;
    private const int GssRequest = 80_877_104;
    private const int MaxRequests = 4;
    private const int MaxProofBytes = 4096;
    private IDuplexPipe _transport = transport;
    private SslStream? _secure;
    private bool _isProtected = origin.IsProtected;
    private PostgresReader _reader = new(transport.Input);
    private PostgresWriter _writer = new(transport.Output);

    /// <summary>True where the bytes go through TLS already.</summary>
    public bool IsSecure { get; init; }

    /// <summary>Greets the client; null when there is nothing to serve.</summary>
    public async Task<PostgresGreeted?> RunAsync(CancellationToken closed)
    {
        using CancellationTokenSource patience =
            CancellationTokenSource.CreateLinkedTokenSource(closed, server.Draining);
        using CancellationTokenSource greeted = new();
        _ = CancelAfterAsync(patience, greeted.Token);
        ISession? session = null;
        try
        {
            if (await ReadHelloAsync(patience.Token) is not { } hello)
            {
                await EndAsync();
                return null;
            }
            await AuthenticateAsync(hello, patience.Token);
            session = await server.Host.OpenAsync(hello, patience.Token);
            return new PostgresGreeted(_transport, _reader, _writer, _secure, session);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or AuthenticationException)
        {
            // Gone, too slow, or no TLS: nobody reads an answer.
        }
        catch (Exception error)
        {
            await RefuseAsync(error, closed);
        }
        finally
        {
            await greeted.CancelAsync();
        }
        if (session is not null) await session.DisposeAsync();
        await EndAsync();
        return null;
    }

    private async ValueTask EndAsync()
    {
        _writer.Dispose();
        if (_secure is not null) await _secure.DisposeAsync();
    }

    private async ValueTask RefuseAsync(Exception error, CancellationToken closed)
    {
        try
        {
            _writer.Abandon();
            PostgresErrors.Write(_writer, error, "FATAL");
            await _writer.FlushAsync(closed);
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException)
        {
            // Gone.
        }
    }

    private async Task CancelAfterAsync(CancellationTokenSource patience, CancellationToken greeted)
    {
        try
        {
            await server.Clock.Delay(RpcLimits.Default.HelloTimeout, greeted);
            await patience.CancelAsync();
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            // Greeted in time.
        }
    }

    // ---- Start-up --------------------------------------------------------------------------------------------------

    private async ValueTask<SessionHello?> ReadHelloAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < MaxRequests; i++)
        {
            if (await _reader.ReadStartupAsync(cancellationToken) is not { } message) return null;
            int code = message.ReadInt32();
            switch (code)
            {
                case TlsRequest when server.Certificate is not null && _secure is null && !IsSecure:
                    await SecureAsync(cancellationToken);
                    continue;
                case TlsRequest or GssRequest:
                    await _transport.Output.WriteAsync("N"u8.ToArray(), cancellationToken);
                    continue;
                case CancelRequest:
                    server.Cancellation.Cancel(message.ReadInt32(), message.ReadInt32());
                    return null;
                default:
                    return ReadStartup(code, message);
            }
        }
        throw new QueryException(SqlStates.ProtocolViolation, "Too many requests before the start-up message");
    }

    private async ValueTask SecureAsync(CancellationToken cancellationToken)
    {
        // What came in plain behind the request would be taken for a part of the secure conversation.
        if (_transport.Input.TryRead(out ReadResult early))
        {
            bool isEarly = !early.Buffer.IsEmpty;
            _transport.Input.AdvanceTo(early.Buffer.Start);
            if (isEarly)
            {
                throw new QueryException(
                    SqlStates.ProtocolViolation, "Received unencrypted data after the request for TLS");
            }
        }
        await _transport.Output.WriteAsync("S"u8.ToArray(), cancellationToken);
        _secure = new SslStream(new PipeStream(_transport));
        await _secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions { ServerCertificate = server.Certificate }, cancellationToken);
        _isProtected = true;
        _transport = new StreamPipe(_secure);
        _writer.Dispose();
        _reader = new PostgresReader(_transport.Input);
        _writer = new PostgresWriter(_transport.Output);
    }

    private SessionHello ReadStartup(int code, PostgresMessage message)
    {
        if (code >> 16 != 3)
        {
            throw new QueryException(
                SqlStates.ProtocolViolation, $"Unsupported protocol version: {code >> 16}.{code & 0xFFFF}",
                hint: "This server speaks version 3.0.");
        }
        Dictionary<string, string> settings = new(StringComparer.OrdinalIgnoreCase);
        List<string> unknownOptions = [];
        while (!message.IsAtEnd)
        {
            string name = message.ReadText();
            if (name.Length == 0) break;
            string value = message.ReadText();
            if (name.StartsWith("_pq_.", StringComparison.Ordinal)) unknownOptions.Add(name);
            else settings[name] = value;
        }
        if (code != ProtocolVersion3 || unknownOptions.Count > 0) WriteNegotiation(unknownOptions);
        if (!settings.Remove("user", out string? user) || user.Length == 0)
        {
            throw new QueryException(SqlStates.InvalidAuthorization, "No user name in the start-up message");
        }
        if (!settings.Remove("database", out string? database)) database = "";
        settings.Remove("replication");
        if (settings.Remove("options", out string? options)) PostgresStartupOptions.Read(options, settings);
        return new SessionHello(
            ProtocolVersion.Oldest, ProtocolVersion.Newest, user, database,
            [.. settings.Select(static setting => new SettingValue(setting.Key, setting.Value))], "PostgreSQL client");
    }

    private void WriteNegotiation(List<string> unknownOptions)
    {
        _writer.Begin('v');
        _writer.WriteInt32(ProtocolVersion3);
        _writer.WriteInt32(unknownOptions.Count);
        foreach (string option in unknownOptions) _writer.WriteText(option);
        _writer.End();
    }

    // ---- Who it is -------------------------------------------------------------------------------------------------

    private async ValueTask AuthenticateAsync(SessionHello hello, CancellationToken cancellationToken)
    {
        ScramVerifier? verifier = await server.Host.GetVerifierAsync(
            hello, origin with { IsProtected = _isProtected }, cancellationToken);
        if (verifier is null) return;
        ScramServer scram = new(verifier, server.Random);
        WriteRequest(10, default);
        _writer.Body.WriteBytes("SCRAM-SHA-256\0\0"u8);
        _writer.End();
        PostgresMessage first = await ReadProofAsync(cancellationToken);
        string mechanism = first.ReadText();
        if (mechanism != Scram.Mechanism)
        {
            throw new QueryException(
                SqlStates.ProtocolViolation,
                    $"The client selected an authentication mechanism that was not offered: {mechanism}");
        }
        WriteRequest(11, scram.Begin(first.ReadBytes(first.ReadInt32())));
        _writer.End();
        PostgresMessage final = await ReadProofAsync(cancellationToken);
        WriteRequest(12, scram.Finish(final.Rest));
        _writer.End();
    }

    private void WriteRequest(int kind, ReadOnlySpan<byte> data)
    {
        _writer.Begin('R');
        _writer.WriteInt32(kind);
        _writer.Body.WriteBytes(data);
    }

    private async ValueTask<PostgresMessage> ReadProofAsync(CancellationToken cancellationToken)
    {
        await _writer.FlushAsync(cancellationToken);
        PostgresMessage message = await _reader.ReadAsync(cancellationToken, MaxProofBytes) ??
            throw new ConnectionClosedException();
        return message.Type == 'p'
            ? message
            : throw new QueryException(
                SqlStates.ProtocolViolation, $"Expected a password message, got '{message.Type}'");
    }
}

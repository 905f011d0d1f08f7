using System.IO.Pipelines;
using System.Security.Cryptography.X509Certificates;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Coordinator.Listeners.Postgres;

/// <summary>Serves clients of the PostgreSQL protocol, one session each.</summary>
internal sealed class PostgresServer(ISessionHost host, IClock clock, IRandom random) : IDisposable
{
    private readonly CancellationTokenSource _draining = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _served = [];

    /// <summary>Who opens sessions.</summary>
    public ISessionHost Host => host;

    /// <summary>Measures the patience with clients that connect.</summary>
    public IClock Clock => clock;

    /// <summary>Makes nonces and the secrets of cancel requests.</summary>
    public IRandom Random => random;

    /// <summary>Which connection a cancel request means.</summary>
    public PostgresCancellation Cancellation { get; } = new(random);

    /// <summary>The certificate for clients that ask for TLS; null refuses it, which clients may accept.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Set when connections that run nothing are to end.</summary>
    public CancellationToken Draining => _draining.Token;

    /// <summary>Set when statements at work are to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Clients that are connected.</summary>
    public int ConnectionCount
    {
        get
        {
            lock (_lock) return _served.Count;
        }
    }

    /// <summary>Serves one client until it leaves; never fails.</summary>
    /// <param name="transport">Bytes both ways.</param>
    /// <param name="peer">The client's address.</param>
    /// <param name="closed">Set when the client is gone.</param>
    /// <param name="isProtected">False where strangers could listen in, so that the client must ask for TLS.</param>
    /// <param name="isSecure">True where the bytes go through TLS already.</param>
    public async Task ServeAsync(
        IDuplexPipe transport, string peer, CancellationToken closed, bool isProtected = true, bool isSecure = false)
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock) _served.Add(ended.Task);
        try
        {
            ClientOrigin origin = new(peer) { IsProtected = isProtected };
            PostgresHandshake handshake = new(this, transport, origin) { IsSecure = isSecure };
            await using PostgresGreeted? client = await handshake.RunAsync(closed);
            if (client is null) return;
            await new PostgresConnection(client, this, closed).RunAsync();
        }
        finally
        {
            lock (_lock) _served.Remove(ended.Task);
            ended.SetResult();
        }
    }

    /// <summary>Ends all connections: those that run nothing at once, the others after their statement.</summary>
    /// <param name="grace">How long statements may take; those that take longer are cancelled.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        await _draining.CancelAsync();
        Task[] served;
        lock (_lock) served = [.. _served];
        using CancellationTokenSource finished = new();
        Task all = Task.WhenAll(served);
        await Task.WhenAny(all, clock.Delay(grace, finished.Token));
        await finished.CancelAsync();
        await _stopping.CancelAsync();
        await all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _draining.Dispose();
        _stopping.Dispose();
    }
}

using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Transport;

namespace ColFrag.Protocol.Sessions;

/// <summary>Gives remote clients sessions of a database, one per connection.</summary>
internal sealed class SessionServer : IRpcGate
{
    private readonly ISessionHost _host;
    private readonly IRandom _random;
    private readonly RpcServer _server;

    /// <summary>Serves the sessions of a host.</summary>
    public SessionServer(ISessionHost host, IClock clock, IRandom random, RpcLimits? limits = null)
    {
        _host = host;
        _random = random;
        RpcHandlers handlers = new RpcHandlers()
            .On<RunStatement>(static (request, call) => Session(call).RunAsync(request, call))
            .On<PrepareStatement>(static (request, call) => Session(call).PrepareAsync(request, call))
            .On<CloseStatement>(static (request, call) => Session(call).CloseAsync(request))
            .On<CancelStatement>(static (request, call) => Session(call).Cancel(request));
        _server = new RpcServer(this, handlers, clock, limits);
    }

    /// <summary>Sessions that are open.</summary>
    public int SessionCount => _server.ConnectionCount;

    /// <summary>Accepts connections until the listener is disposed of.</summary>
    public Task RunAsync(IListener listener, CancellationToken cancellationToken = default) =>
        _server.RunAsync(listener, cancellationToken);

    /// <summary>Serves one connection until it ends; never fails.</summary>
    public Task ServeAsync(IConnection connection, CancellationToken cancellationToken = default) =>
        _server.ServeAsync(connection, cancellationToken);

    /// <summary>Lets statements end, and closes all sessions.</summary>
    public Task StopAsync(TimeSpan grace) => _server.StopAsync(grace);

    /// <inheritdoc/>
    async ValueTask<RpcPeer> IRpcGate.AdmitAsync(
        IMessage hello, IGreeting greeting, CancellationToken cancellationToken)
    {
        if (hello is not SessionHello session)
        {
            throw new ClusterException(
                $"A {hello.GetType().Name} is not answered here: this is a port for sessions", isTransient: false,
                SqlStates.ProtocolViolation);
        }
        int version = ProtocolVersion.Agree(session.OldestVersion, session.NewestVersion);
        byte[] proof = await AuthenticateAsync(session, greeting, cancellationToken);
        ISession opened = await _host.OpenAsync(session, cancellationToken);
        ServedSession served = new(opened);
        return new RpcPeer(
            $"{session.User} at {greeting.Connection.Peer}",
            new SessionWelcome(version, opened.DataSource, served.AllSettings(), proof, Software.Name), served);
    }

    private async ValueTask<byte[]> AuthenticateAsync(
        SessionHello hello, IGreeting greeting, CancellationToken cancellationToken)
    {
        ClientOrigin origin = new(greeting.Connection.Peer, greeting.Connection.PeerCertificateName)
        {
            IsProtected = greeting.Connection.IsProtected,
        };
        ScramVerifier? verifier = await _host.GetVerifierAsync(hello, origin, cancellationToken);
        if (verifier is null) return [];
        ScramServer scram = new(verifier, _random);
        Challenge first = await greeting.AskAsync(new Challenge(Scram.Mechanism, default), cancellationToken);
        byte[] question = scram.Begin(first.Data.Span);
        Challenge final = await greeting.AskAsync(new Challenge(Scram.Mechanism, question), cancellationToken);
        return scram.Finish(final.Data.Span);
    }

    private static ServedSession Session(RpcCall call) => (ServedSession)call.Peer.State!;
}

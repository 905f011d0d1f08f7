using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ColFrag.Engine;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;

namespace ColFrag.Console.Tests;

/// <summary>A server on a socket of this machine whose sessions answer from a list.</summary>
sealed class ScriptedServer : IAsyncDisposable
{
    private readonly IListener _listener;

    public ScriptedServer(Func<ScriptedSession> openSession)
    {
        Address = $"127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}";
        _listener = new SocketTransport { Preface = SocketTransport.SessionPreface }.Listen(Address);
        SessionServer server = new(new Host(openSession), SystemClock.Instance, SystemRandom.Instance);
        _ = server.RunAsync(_listener);
    }

    /// <summary>Host and port.</summary>
    public string Address { get; }

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    /// <summary>A port where nobody listens.</summary>
    public static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private sealed class Host(Func<ScriptedSession> openSession) : ISessionHost
    {
        public ValueTask<ScramVerifier?> GetVerifierAsync(
            SessionHello hello, ClientOrigin origin, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ScramVerifier?>(null);

        public ValueTask<ISession> OpenAsync(SessionHello hello, CancellationToken cancellationToken) =>
            ValueTask.FromResult<ISession>(openSession());
    }
}

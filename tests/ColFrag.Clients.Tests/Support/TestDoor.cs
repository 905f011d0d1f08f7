using System.IO.Pipelines;
using System.Net;
using ColFrag.Coordinator.Listeners;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;
using Microsoft.AspNetCore.Connections;

namespace ColFrag.Clients.Tests.Support;

/// <summary>A front door whose clients come from wherever a test says, through pipes of this process.</summary>
sealed class TestDoor : ITransport, IAsyncDisposable
{
    private readonly Database _database = Database.Open(":memory:", new DatabaseOptions { Threads = 1 });
    private readonly PostgresServer _postgres;
    private readonly FrontDoor _door;
    private readonly List<Task> _served = [];

    /// <param name="tls">How the door speaks TLS.</param>
    /// <param name="trustsNetwork">True as with --insecure.</param>
    public TestDoor(DoorTls? tls, bool trustsNetwork)
    {
        DatabaseSessions host = new(_database.Host, new AnyAccess());
        _postgres = new PostgresServer(host, SystemClock.Instance, SecureRandom.Instance);
        SessionServer sessions = new(host, SystemClock.Instance, SecureRandom.Instance);
        _door = new FrontDoor(sessions, _postgres, SystemClock.Instance) { Tls = tls, TrustsNetwork = trustsNetwork };
    }

    /// <summary>Where clients come from.</summary>
    public IPAddress Origin { get; init; } = IPAddress.Parse("203.0.113.7");

    /// <summary>Opens a connection; the client's end of it.</summary>
    public IDuplexPipe Connect()
    {
        Pipe up = new(), down = new();
        DefaultConnectionContext context = new(
            "test", new Ends(up.Reader, down.Writer), new Ends(down.Reader, up.Writer))
        {
            RemoteEndPoint = new IPEndPoint(Origin, 1), LocalEndPoint = new IPEndPoint(IPAddress.Any, 7432),
        };
        _served.Add(ServeAsync(context, up, down));
        return new Ends(down.Reader, up.Writer);
    }

    public Task<IConnection> ConnectAsync(string address, CancellationToken cancellationToken = default)
    {
        IDuplexPipe pipe = Connect();
        return Task.FromResult<IConnection>(
            new PipeConnection(pipe, address, () => pipe.Output.Complete(), () => ValueTask.CompletedTask)
            {
                SentPreface = SocketTransport.SessionPreface,
            });
    }

    public IListener Listen(string address) => throw new InvalidOperationException("The door is open.");

    public async ValueTask DisposeAsync()
    {
        await _postgres.StopAsync(TimeSpan.Zero);
        await Task.WhenAll(_served);
        _postgres.Dispose();
        await _database.DisposeAsync();
    }

    private async Task ServeAsync(DefaultConnectionContext context, Pipe up, Pipe down)
    {
        await _door.OnConnectedAsync(context);
        await up.Reader.CompleteAsync();
        await down.Writer.CompleteAsync();
    }

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Lets everybody in, so that only the door refuses.</summary>
    private sealed class AnyAccess : IAccess
    {
        public ScramVerifier? VerifierOf(string user, ClientOrigin origin) => null;
    }
}

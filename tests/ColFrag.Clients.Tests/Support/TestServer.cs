using System.Globalization;
using ColFrag.Coordinator;
using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Clients.Tests.Support;

/// <summary>A server over a database in memory, on a free port, for programs by others to talk to.</summary>
sealed class TestServer : IAsyncDisposable
{
    private readonly Database _database;
    private readonly ServerHost _host;

    private TestServer(Database database, ServerHost host)
    {
        _database = database;
        _host = host;
        Address = host.Addresses[0];
    }

    /// <summary>host:port</summary>
    public string Address { get; }

    /// <summary>The port.</summary>
    public int Port => int.Parse(Address[(Address.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);

    /// <summary>What it serves.</summary>
    public Database Database => _database;

    /// <summary>Who serves it.</summary>
    public ServerHost Host => _host;

    /// <summary>What Npgsql wants to know, without what it keeps between connections.</summary>
    public string NpgsqlText => $"Host=127.0.0.1;Port={Port};Username=tester;Database=colfrag;Pooling=false;Timeout=10";

    /// <summary>Starts one.</summary>
    public static async Task<TestServer> StartAsync(ServerOptions? options = null, IAccess? access = null)
    {
        Database database = await Database.OpenAsync(":memory:", new DatabaseOptions { Threads = 2 });
        try
        {
            ServerHost host = await ServerHost.StartAsync(
                options ?? new ServerOptions { Addresses = ["127.0.0.1:0"] },
                new DatabaseSessions(database.Host, access ?? new LocalAccess()), SystemClock.Instance,
                SecureRandom.Instance);
            return new TestServer(database, host);
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a native session.</summary>
    public Task<RemoteSession> ConnectAsync(SessionOptions? options = null) =>
        RemoteSession.ConnectAsync(Address, options ?? new SessionOptions { User = "tester" });

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }
}

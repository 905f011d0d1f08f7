using System.Net;
using System.Net.Sockets;
using ColFrag.Coordinator.Listeners;
using ColFrag.Coordinator.Listeners.Postgres;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Rpc;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace ColFrag.Coordinator;

/// <summary>
/// The doors of a database for clients: every protocol on one port, each client with a session of the host it is given.
/// What stands behind the sessions, a folder in this process or a cluster, is not its business.
/// </summary>
internal sealed class ServerHost : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly SessionServer _sessions;
    private readonly PostgresServer _postgres;

    private ServerHost(WebApplication application, SessionServer sessions, PostgresServer postgres)
    {
        _application = application;
        _sessions = sessions;
        _postgres = postgres;
    }

    /// <summary>Where clients connect, with the real ports.</summary>
    public required IReadOnlyList<string> Addresses { get; init; }

    /// <summary>Clients that are connected.</summary>
    public int ClientCount => _sessions.SessionCount + _postgres.ConnectionCount;

    /// <summary>Listens; returns when clients can connect.</summary>
    /// <param name="options">Where, and how protected.</param>
    /// <param name="host">Who opens sessions, and for whom.</param>
    /// <param name="clock">Measures the patience with slow clients.</param>
    /// <param name="random">Makes nonces.</param>
    /// <param name="nodes">Serves the processes of the cluster; null where there is none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ClusterException">An address cannot be listened on.</exception>
    /// <exception cref="QueryException">An address is none, or not safe without TLS.</exception>
    public static async Task<ServerHost> StartAsync(
        ServerOptions options, ISessionHost host, IClock clock, IRandom random, RpcServer? nodes = null,
        CancellationToken cancellationToken = default)
    {
        SessionServer sessions = new(host, clock, random);
        PostgresServer postgres = new(host, clock, random) { Certificate = options.Certificate };
        FrontDoor door = new(sessions, postgres, clock)
        {
            Nodes = nodes, TrustsNetwork = options.IsInsecure,
            Tls = options.Certificate is { } own ? new DoorTls(own, options.Members) : null,
        };
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        List<ListenOptions> bound = [];
        // What a socket brings is answered on the thread that took it: a change of threads costs more than a small
        // statement. Long ones run on the engine's own threads.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
            foreach (string address in options.Addresses) Listen(kestrel, address, options, door, bound);
        });
        WebApplication application = builder.Build();
        try
        {
            await application.StartAsync(cancellationToken);
        }
        catch (IOException error)
        {
            await application.DisposeAsync();
            throw new ClusterException(
                $"Cannot listen on {string.Join(", ", options.Addresses)} ({(error.InnerException ?? error).Message})",
                    isTransient: false,
                SqlStates.CannotConnectNow,
                "Choose another port (0 = any free one), or stop the process that has it.", error);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
        foreach (ListenOptions listen in bound)
        {
            if (listen.SocketPath is not { } path || OperatingSystem.IsWindows()) continue;
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        return new ServerHost(application, sessions, postgres)
        {
            Addresses = [.. bound.Select(listen => NetworkAddress.Format(listen.EndPoint))],
        };
    }

    /// <summary>Accepts no more clients, lets statements at work end, and closes.</summary>
    /// <param name="grace">How long statements may take; those that take longer are cancelled.</param>
    public async Task StopAsync(TimeSpan grace)
    {
        await Task.WhenAll(_sessions.StopAsync(grace), _postgres.StopAsync(grace));
        await _application.StopAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        await _application.DisposeAsync();
        _postgres.Dispose();
    }

    private static void Listen(
        KestrelServerOptions kestrel, string address, ServerOptions options, FrontDoor door, List<ListenOptions> bound)
    {
        EndPoint endPoint = NetworkAddress.Parse(address);
        if (endPoint is DnsEndPoint)
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Cannot listen on a name: {address}",
                hint: "Write an address of this machine, or 0.0.0.0 for all of them.");
        }
        if (!options.IsInsecure && options.Certificate is null &&
            endPoint is IPEndPoint { Address: var ip } && !IPAddress.IsLoopback(ip))
        {
            throw new QueryException(
                SqlStates.InvalidParameterValue, $"Other machines could listen in without TLS: {address}",
                hint: "Give a certificate, or say --insecure when the network is trusted.");
        }
        if (endPoint is UnixDomainSocketEndPoint)
        {
            // A socket file that a stopped process left behind; a living one would hold its folder's lock.
            File.Delete(NetworkAddress.UnixPath(address));
            kestrel.ListenUnixSocket(NetworkAddress.UnixPath(address), Open);
        }
        else kestrel.Listen((IPEndPoint)endPoint, Open);

        void Open(ListenOptions listen)
        {
            bound.Add(listen);
            listen.Run(door.OnConnectedAsync);
        }
    }
}

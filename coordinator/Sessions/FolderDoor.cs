using ColFrag.Engine.Errors;
using ColFrag.Engine.Sessions;
using ColFrag.Engine.Time;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;

namespace ColFrag.Coordinator.Sessions;

/// <summary>
/// Lets other programs of the same user into a folder that this process has open: a Unix socket in the folder, on which
/// native sessions are served. Whoever finds the folder in use becomes a client of its holder.
/// </summary>
internal sealed class FolderDoor : IAsyncDisposable
{
    private const string SocketName = ".socket";

    /// <summary>The longest path that sockets take everywhere.</summary>
    private const int MaxPathBytes = 100;

    private readonly IListener _listener;
    private readonly SessionServer _server;
    private readonly Task _serving;

    private FolderDoor(IListener listener, SessionServer server)
    {
        _listener = listener;
        _server = server;
        _serving = server.RunAsync(listener);
    }

    /// <summary>Where the door of a folder is; null where its path is too long for a socket.</summary>
    public static string? AddressOf(string folder)
    {
        string path = Path.Combine(Path.GetFullPath(folder), SocketName);
        return System.Text.Encoding.UTF8.GetByteCount(path) <= MaxPathBytes ? $"unix:{path}" : null;
    }

    /// <summary>
    /// Opens the door of a folder that is open here; null where there can be none, which only means that a second
    /// program is told that the folder is in use.
    /// </summary>
    public static FolderDoor? TryOpen(string folder, SessionHost host)
    {
        if (AddressOf(folder) is not { } address) return null;
        try
        {
            SocketTransport transport = new() { Preface = SocketTransport.SessionPreface };
            SessionServer server = new(
                new DatabaseSessions(host, new LocalAccess()), SystemClock.Instance, SystemRandom.Instance);
            return new FolderDoor(transport.Listen(address), server);
        }
        catch (ColFragException)
        {
            return null;
        }
    }

    /// <summary>Closes the door behind the clients, whose sessions end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _listener.DisposeAsync();
        await _server.StopAsync(TimeSpan.Zero);
        await _serving;
    }
}

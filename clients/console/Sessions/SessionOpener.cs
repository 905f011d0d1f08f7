using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Console.Sessions;

/// <summary>Opens what a target names. From there on, embedded and remote are the same.</summary>
static class SessionOpener
{
    /// <summary>Opens a session.</summary>
    /// <exception cref="ColFragException">The folder or server cannot be opened.</exception>
    public static async Task<ISession> OpenAsync(SessionTarget target, CancellationToken cancellationToken) =>
        target switch
        {
            ServerTarget server => await OpenServerAsync(server, cancellationToken),
            FolderTarget folder => await OpenFolderAsync(folder.Folder, cancellationToken),
            _ => await OpenFolderAsync(SessionTarget.InMemory, cancellationToken),
        };

    private static async Task<ISession> OpenFolderAsync(string folder, CancellationToken cancellationToken) =>
        new EmbeddedSession(await DatabaseFolder.OpenAsync(folder, cancellationToken));

    private static Task<RemoteSession> OpenServerAsync(ServerTarget server, CancellationToken cancellationToken)
    {
        SessionOptions options = new() { Password = Environment.GetEnvironmentVariable("COLFRAG_PASSWORD") };
        if (Environment.GetEnvironmentVariable("COLFRAG_USER") is { Length: > 0 } user)
        {
            options = options with { User = user };
        }
        return RemoteSession.ConnectAsync(server.Address, options, cancellationToken);
    }
}

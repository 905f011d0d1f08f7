using ColFrag.Coordinator.Sessions;
using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Sessions;
using ColFrag.Protocol.Transport;

namespace ColFrag.Console.Sessions;

/// <summary>Opens what a target names. From there on, embedded and remote are the same.</summary>
static class SessionOpener
{
    /// <summary>Opens a session.</summary>
    /// <exception cref="ColFragException">The folder or server cannot be opened.</exception>
    public static Task<ISession> OpenAsync(SessionTarget target, CancellationToken cancellationToken) =>
        OpenAsync(target, null, cancellationToken);

    /// <summary>Opens a session; the options are for a folder that this process opens.</summary>
    /// <exception cref="ColFragException">The folder or server cannot be opened.</exception>
    public static async Task<ISession> OpenAsync(
        SessionTarget target, DatabaseOptions? options, CancellationToken cancellationToken) =>
        target switch
        {
            ServerTarget server => await OpenServerAsync(server, cancellationToken),
            FolderTarget folder => await OpenFolderAsync(folder.Folder, options, cancellationToken),
            _ => await OpenFolderAsync(SessionTarget.InMemory, options, cancellationToken),
        };

    /// <summary>Opens the folder here, or as a client of the program that has it open.</summary>
    private static async Task<ISession> OpenFolderAsync(
        string folder, DatabaseOptions? options, CancellationToken cancellationToken)
    {
        try
        {
            Database database = await DatabaseFolder.OpenAsync(folder, options, cancellationToken);
            FolderDoor? door = folder == SessionTarget.InMemory ? null : FolderDoor.TryOpen(folder, database.Host);
            return new EmbeddedSession(database, door);
        }
        catch (StorageException error) when (error.SqlState == SqlStates.ObjectInUse)
        {
            if (FolderDoor.AddressOf(folder) is not { } address) throw;
            try
            {
                return await RemoteSession.ConnectAsync(
                    address, OptionsOfUser(isOverNetwork: false), cancellationToken);
            }
            catch (ClusterException)
            {
                // A holder without a door, such as a program that embeds the engine.
                throw error;
            }
        }
    }

    private static Task<RemoteSession> OpenServerAsync(ServerTarget server, CancellationToken cancellationToken) =>
        RemoteSession.ConnectAsync(server.Address, OptionsOfUser(isOverNetwork: true), cancellationToken);

    /// <summary>
    /// TLS where COLFRAG_ROOT_CERTIFICATE names a file with roots, or COLFRAG_TLS is on, which trusts whom the machine
    /// trusts.
    /// </summary>
    private static ClientTls? TlsOfUser()
    {
        if (Environment.GetEnvironmentVariable("COLFRAG_ROOT_CERTIFICATE") is { Length: > 0 } roots)
            return new ClientTls(CertificateAuthority.Read(roots));
        return Environment.GetEnvironmentVariable("COLFRAG_TLS") is "on" or "1" or "true" ? new ClientTls(null) : null;
    }

    private static SessionOptions OptionsOfUser(bool isOverNetwork)
    {
        SessionOptions options = new()
        {
            Password = Environment.GetEnvironmentVariable("COLFRAG_PASSWORD"), Tls = isOverNetwork ? TlsOfUser() : null,
        };
        if (Environment.GetEnvironmentVariable("COLFRAG_USER") is { Length: > 0 } user)
        {
            options = options with { User = user };
        }
        return options;
    }
}

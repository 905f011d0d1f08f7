using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Console.Sessions;

/// <summary>Opens what a target names. From there on, embedded and remote are the same.</summary>
static class SessionOpener
{
    /// <summary>Opens a session.</summary>
    /// <exception cref="ColFragException">The folder or server cannot be opened.</exception>
    public static async Task<ISession> OpenAsync(
        SessionTarget target, bool isReadOnly, CancellationToken cancellationToken) => target switch
        {
            ServerTarget server => await OpenServerAsync(server, isReadOnly, cancellationToken),
            _ => throw new QueryException(
                SqlStates.FeatureNotSupported, "This build has no embedded database", hint: "Name a server: host:port"),
        };

    private static Task<RemoteSession> OpenServerAsync(
        ServerTarget server, bool isReadOnly, CancellationToken cancellationToken)
    {
        SessionOptions options = new()
        {
            Password = Environment.GetEnvironmentVariable("COLFRAG_PASSWORD"),
            Settings = isReadOnly
                ? new Dictionary<string, string> { ["default_transaction_read_only"] = "on" }
                : new Dictionary<string, string>(),
        };
        if (Environment.GetEnvironmentVariable("COLFRAG_USER") is { Length: > 0 } user)
        {
            options = options with { User = user };
        }
        return RemoteSession.ConnectAsync(server.Address, options, cancellationToken);
    }
}

using ColFrag.Engine;
using ColFrag.Engine.Errors;
using ColFrag.Engine.Sessions;
using ColFrag.Protocol.Messages;
using ColFrag.Protocol.Sessions;

namespace ColFrag.Coordinator.Sessions;

/// <summary>
/// Opens sessions over an engine's host: that of a folder in this process, or one whose plans run on workers.
/// </summary>
internal sealed class DatabaseSessions(SessionHost host, IAccess access) : ISessionHost
{
    /// <inheritdoc/>
    public ValueTask<ScramVerifier?> GetVerifierAsync(
        SessionHello hello, ClientOrigin origin, CancellationToken cancellationToken)
    {
        // Before anything is said that a listener could use.
        if (!origin.IsProtected)
        {
            throw new QueryException(
                SqlStates.InvalidAuthorization, "Connections from other machines are taken with TLS only",
                hint: "sslmode=require in PostgreSQL's clients, Ssl Mode=VerifyFull in ColFrag's.");
        }
        return ValueTask.FromResult(access.VerifierOf(hello.User, origin));
    }

    /// <inheritdoc/>
    public async ValueTask<ISession> OpenAsync(SessionHello hello, CancellationToken cancellationToken)
    {
        Session session = new(host);
        try
        {
            foreach ((string name, string value) in hello.Settings)
            {
                if (!SettingRegistry.Find(name).IsWritable)
                    throw new QueryException(SqlStates.ObjectInUse, $"Parameter cannot be changed: \"{name}\"");
                session.Settings.Initialize(name, value, SettingOrigin.Client);
            }
            session.Settings.Initialize("session_authorization", hello.User, SettingOrigin.Client);
            return session;
        }
        catch (ColFragException)
        {
            await session.DisposeAsync();
            throw;
        }
    }
}
